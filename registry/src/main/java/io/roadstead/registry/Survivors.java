package io.roadstead.registry;

import io.roadstead.registry.event.Event;
import io.roadstead.registry.event.EventSink;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The instances of before a restart. Those with a lease are served at once, <i>unconfirmed</i>
 * until they are heard of: each has one lease of its own length for that, counted from when the
 * port is open. Those that the platform started wait here until their process is found alive, and
 * are forgotten where it is not.
 *
 * <p>The counts may change on any thread; all else is guarded by the registry's lock.
 */
final class Survivors {
  private final InstantSource wall;
  private final Map<InstanceKey, Remembered> managed = new HashMap<>();
  private final AtomicInteger unconfirmed = new AtomicInteger();
  private final AtomicInteger confirmed = new AtomicInteger();
  private final AtomicInteger gone = new AtomicInteger();

  private volatile boolean starting;

  Survivors(InstantSource wall) {
    this.wall = wall;
  }

  /** Whether the platform still starts: nobody could be heard, so nobody expires. */
  boolean starting() {
    return starting;
  }

  void starting(boolean now) {
    starting = now;
  }

  int unconfirmed() {
    return unconfirmed.get();
  }

  void await(Entry entry) {
    entry.unconfirmed(true);
    unconfirmed.incrementAndGet();
  }

  void await(Remembered ofManaged) {
    managed.put(ofManaged.key(), ofManaged);
  }

  /** What is remembered of an instance whose process has not been found yet. */
  @Nullable Remembered waiting(InstanceKey key) {
    return managed.get(key);
  }

  Set<InstanceKey> waiting() {
    return managed.keySet();
  }

  /** What is remembered of an instance whose process has been found alive. */
  @Nullable Remembered found(InstanceKey key) {
    return managed.remove(key);
  }

  /** The processes that still live have all been found. */
  List<InstanceKey> forgetTheRest() {
    List<InstanceKey> rest = List.copyOf(managed.keySet());
    managed.clear();
    return rest;
  }

  /** It was heard of. From any thread. */
  void heardOf(Entry entry, EventSink events) {
    if (entry.unconfirmed() && entry.unconfirmed(false)) {
      confirmed.incrementAndGet();
      oneLess(events);
    }
  }

  void gone(Entry entry, EventSink events) {
    if (entry.unconfirmed() && entry.unconfirmed(false)) {
      gone.incrementAndGet();
      oneLess(events);
    }
  }

  private void oneLess(EventSink events) {
    if (unconfirmed.decrementAndGet() == 0) {
      events.accept(
          new Event(
              wall.instant(),
              "registry.confirmed",
              "",
              "",
              "",
              "of the instances of before the restart "
                  + confirmed
                  + " have been heard of and "
                  + gone
                  + " are gone",
              Map.of("confirmed", confirmed.get(), "gone", gone.get())));
    }
  }
}
