package io.roadstead.registry;

import io.roadstead.registry.event.EventSink;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;

/** Who reads the registry, what each has applied, and the waits for all of them. */
public final class Subscribers {
  /** A subscriber that is remembered over a restart of the platform. */
  public record Known(String name, SubscriberKind kind, Set<String> services) {
    public Known {
      services = Set.copyOf(services);
    }
  }

  public Subscribers(String epoch, InstantSource wall, Ticker ticker, EventSink events) {
    throw new UnsupportedOperationException();
  }

  /**
   * A confirmed subscriber begins a stream; an older stream under the name ends. Returns the
   * stream's id.
   */
  public String connect(
      String name, SubscriberKind kind, Set<String> services, Runnable onReplaced) {
    throw new UnsupportedOperationException();
  }

  /** The stream has ended. Its lease goes on until it runs out. */
  public void disconnect(String name, String stream) {
    throw new UnsupportedOperationException();
  }

  /**
   * A confirmed subscriber has applied {@code version}. An acknowledgement of another stream or
   * epoch counts for nothing.
   */
  public void acknowledge(
      String name, String stream, Cursor version, Map<InstanceKey, Integer> busy) {
    throw new UnsupportedOperationException();
  }

  /** A poller begins a fetch. */
  public void pollBegan(String name, boolean identified) {
    throw new UnsupportedOperationException();
  }

  /** The poller's fetch has been answered with the registry at {@code version}. */
  public void pollAnswered(String name, Cursor version) {
    throw new UnsupportedOperationException();
  }

  /** A poller that the platform started has ended: it is not waited for any more. */
  public void forget(String name) {
    throw new UnsupportedOperationException();
  }

  public List<Subscriber> list() {
    throw new UnsupportedOperationException();
  }

  /**
   * Waits until every confirmed and identified subscriber of {@code service} has applied {@code
   * version}, is lagging, or {@code limit} has passed. Blocks a virtual thread.
   */
  public BarrierOutcome await(String service, Cursor version, Duration limit)
      throws InterruptedException {
    throw new UnsupportedOperationException();
  }

  /**
   * The requests that live gateways have on an instance that drains since {@code drainedAt}:
   * nothing while one of them has not acknowledged that version yet.
   */
  public OptionalInt busy(InstanceKey key, Cursor drainedAt) {
    throw new UnsupportedOperationException();
  }

  /**
   * Waits until {@link #busy} is zero, or {@code limit} has passed. Blocks a virtual thread.
   *
   * @return the count at the end; empty when it was never known
   */
  public OptionalInt awaitIdle(InstanceKey key, Cursor drainedAt, Duration limit)
      throws InterruptedException {
    throw new UnsupportedOperationException();
  }

  /**
   * After a restart: each of these is waited for until it has acknowledged a version of this epoch.
   */
  public void restore(List<Known> known) {
    throw new UnsupportedOperationException();
  }

  /** Calls back, off any lock, whenever the set of remembered subscribers has changed. */
  public void onKnownChanged(Consumer<List<Known>> listener) {
    throw new UnsupportedOperationException();
  }

  /**
   * Drops lapsed leases and silent pollers, and reports who lags. Called at least each second by
   * the platform.
   */
  public void sweep() {
    throw new UnsupportedOperationException();
  }
}
