package io.roadstead.rollout;

import io.roadstead.registry.Registry;
import io.roadstead.registry.Subscribers;
import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.EventSink;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Holds what is wanted of every service and makes it so. */
public final class Deployer implements AutoCloseable {
  /** An instance that the platform runs, as it stands. */
  public record InstanceStatus(
      String service,
      String id,
      String version,
      long release,
      String phase,
      long pid,
      String host,
      int port,
      long ageMillis,
      int restarts,
      boolean detached) {}

  /** A service as it stands. */
  public record ServiceStatus(
      String name,
      Release release,
      int desired,
      int ready,
      List<InstanceStatus> instances,
      Optional<Rollout> rollout) {
    public ServiceStatus {
      instances = List.copyOf(instances);
    }
  }

  /** An entry of a service's history. */
  public record HistoryEntry(Release release, Optional<Rollout> rollout, boolean current) {}

  public Deployer(
      Registry registry,
      Subscribers subscribers,
      InstanceRuntime runtime,
      Artifacts artifacts,
      StateStore store,
      InstantSource wall,
      Ticker ticker,
      EventSink events) {
    throw new UnsupportedOperationException();
  }

  /** Takes over what an earlier life left, applies durable drains, and begins to reconcile. */
  public void start() {
    throw new UnsupportedOperationException();
  }

  /**
   * Makes the specification what is wanted. A jar is copied in first.
   *
   * @return the roll-out's id, or nothing when nothing changed
   * @throws DeployRefused when it contradicts what is there (the same version label with other
   *     bytes)
   */
  public Optional<String> apply(ServiceSpec spec, String by) {
    throw new UnsupportedOperationException();
  }

  public String scale(
      String service,
      OptionalInt replicas,
      OptionalLong memoryBytes,
      OptionalDouble cpu,
      String by) {
    throw new UnsupportedOperationException();
  }

  public String restart(String service, String by) {
    throw new UnsupportedOperationException();
  }

  /** Back to the version named, or to the good one before the current. */
  public String rollback(String service, Optional<String> toVersion, String by) {
    throw new UnsupportedOperationException();
  }

  public String remove(String service, String by) {
    throw new UnsupportedOperationException();
  }

  public void pause(String rollout) {
    throw new UnsupportedOperationException();
  }

  public void resume(String rollout) {
    throw new UnsupportedOperationException();
  }

  public void promote(String rollout) {
    throw new UnsupportedOperationException();
  }

  /** Ends a roll-out and goes back to the last good release. */
  public void abort(String rollout) {
    throw new UnsupportedOperationException();
  }

  /**
   * Has the instance's replacement available, then drains it; it runs on until resumed or removed.
   */
  public void drain(String instance, String by) {
    throw new UnsupportedOperationException();
  }

  public void undrain(String instance, String by) {
    throw new UnsupportedOperationException();
  }

  public List<ServiceStatus> services() {
    throw new UnsupportedOperationException();
  }

  public Optional<ServiceStatus> service(String name) {
    throw new UnsupportedOperationException();
  }

  /** Newest first. */
  public List<HistoryEntry> history(String service) {
    throw new UnsupportedOperationException();
  }

  public List<Rollout> rollouts(String service) {
    throw new UnsupportedOperationException();
  }

  public Optional<Rollout> rollout(String id) {
    throw new UnsupportedOperationException();
  }

  /**
   * Waits until the roll-out differs from {@code seen}, or {@code limit} has passed; blocks.
   * Returns it as it is then.
   */
  public Optional<Rollout> await(String id, Optional<Rollout> seen, Duration limit)
      throws InterruptedException {
    throw new UnsupportedOperationException();
  }

  /** The instance whose credential this is, compared in constant time. */
  public Optional<InstanceStatus> byToken(String token) {
    throw new UnsupportedOperationException();
  }

  /**
   * Stops every instance, each with its drain and stop timeouts, and waits; what is wanted is kept.
   */
  public void stopServices() throws InterruptedException {
    throw new UnsupportedOperationException();
  }

  /** Ends reconciling; instances run on. */
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
