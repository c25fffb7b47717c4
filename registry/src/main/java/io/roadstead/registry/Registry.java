package io.roadstead.registry;

import io.roadstead.registry.event.EventSink;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The registry: who is there, at which version. */
public final class Registry {
  /** What a write did. */
  public record Written(Cursor version, boolean created) {}

  /**
   * A batch of changes that travelled together; {@code after} is the registry with all of them
   * applied.
   */
  public record Batch(Cursor from, List<Change> changes, Snapshot after) {}

  /** The times of an instance's lease, in milliseconds since 1970; 0 where it has not happened. */
  public record LeaseTimes(
      long registeredAtMillis, long renewedAtMillis, long upSinceMillis, long durationMillis) {}

  /** A listener's registration; closing it ends the calls. */
  public interface Listening extends AutoCloseable {
    @Override
    void close();
  }

  public Registry(String epoch, InstantSource wall, Ticker ticker, EventSink events) {
    throw new UnsupportedOperationException();
  }

  public Snapshot snapshot() {
    throw new UnsupportedOperationException();
  }

  /** Registers or re-registers. Equal content re-registered is a renewal and takes no version. */
  public Written register(Registration registration) {
    throw new UnsupportedOperationException();
  }

  /**
   * Registers by a decision on what is there: {@code next} gets the instance's own registration, or
   * null, and returns the new one. Runs under the write lock, so it must be quick and must not call
   * back.
   */
  public Written register(InstanceKey key, Function<@Nullable Registration, Registration> next) {
    throw new UnsupportedOperationException();
  }

  /** The instance's own registration (an alias is followed), if it made one. */
  public Optional<Registration> registration(InstanceKey key) {
    throw new UnsupportedOperationException();
  }

  /**
   * Renews the lease: one look-up and one write. False where nothing is registered under that name.
   */
  public boolean renew(String service, String id) {
    throw new UnsupportedOperationException();
  }

  /**
   * Changes an existing own registration; the lease is renewed.
   *
   * @return the version, or nothing where it is not registered
   */
  public Optional<Cursor> update(InstanceKey key, Function<Registration, Registration> change) {
    throw new UnsupportedOperationException();
  }

  /** Takes an instance's own registration away. A managed instance stays, DOWN by its own word. */
  public boolean deregister(InstanceKey key) {
    throw new UnsupportedOperationException();
  }

  public Optional<LeaseTimes> lease(InstanceKey key) {
    throw new UnsupportedOperationException();
  }

  /** Lists an instance that the platform has started. Its gate is closed. */
  public Cursor manage(ManagedInstance instance) {
    throw new UnsupportedOperationException();
  }

  /**
   * The process of a managed instance is gone: so is the instance, whatever it had registered
   * itself.
   */
  public Cursor unmanage(InstanceKey key) {
    throw new UnsupportedOperationException();
  }

  /** Changes the platform's marks of an instance; nothing where there is no such instance. */
  public Optional<Cursor> mark(InstanceKey key, Function<Marks, Marks> change) {
    throw new UnsupportedOperationException();
  }

  public Optional<Marks> marks(InstanceKey key) {
    throw new UnsupportedOperationException();
  }

  /**
   * Marks for an instance that has not registered yet in this life: applied as soon as it does
   * (durable drains).
   */
  public void restoreMark(InstanceKey key, Marks marks) {
    throw new UnsupportedOperationException();
  }

  /** Sets the explicit routes of a service. */
  public Cursor routes(String service, List<Route> routes) {
    throw new UnsupportedOperationException();
  }

  /**
   * The changes after {@code since}, or nothing where they are no longer kept or the epoch is
   * another.
   */
  public Optional<Batch> changesSince(Cursor since) {
    throw new UnsupportedOperationException();
  }

  /**
   * Calls {@code listener} with each batch, in order, one at a time, until the returned handle is
   * closed. The first call is with the batch after {@code snapshot()} as of this call's return.
   */
  public Listening listen(Consumer<Batch> listener) {
    throw new UnsupportedOperationException();
  }

  /** Takes out what has expired, as the guard allows. Called each second by the platform. */
  public void expire() {
    throw new UnsupportedOperationException();
  }

  /** Lets the held expiries of a service go; how many went. */
  public int release(String service) {
    throw new UnsupportedOperationException();
  }
}
