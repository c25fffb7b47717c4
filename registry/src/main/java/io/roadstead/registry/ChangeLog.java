package io.roadstead.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The newest changes, each under its own version; the oldest are forgotten first. Not thread-safe:
 * the registry's lock guards it.
 */
final class ChangeLog {
  static final int CAPACITY = 8192;

  private final @Nullable Change[] ring = new @Nullable Change[CAPACITY];
  private long newest;

  void add(Change change) {
    newest++;
    ring[slot(newest)] = change;
  }

  /** The changes after version {@code n}, or nothing where some of them are forgotten. */
  Optional<List<Change>> after(long n) {
    if (n < 0 || n > newest || newest - n > CAPACITY) {
      return Optional.empty();
    }
    List<Change> changes = new ArrayList<>((int) (newest - n));
    for (long version = n + 1; version <= newest; version++) {
      Change change = ring[slot(version)];
      if (change != null) {
        changes.add(change);
      }
    }
    return Optional.of(changes);
  }

  private static int slot(long version) {
    return (int) (version % CAPACITY);
  }

  /** What leads from one snapshot to another, for a reader that fell behind the log. */
  @SuppressWarnings("ReferenceEquality") // An unchanged service is the same object.
  static List<Change> between(Snapshot before, Snapshot after) {
    List<Change> changes = new ArrayList<>();
    for (Map.Entry<String, Service> was : before.services().entrySet()) {
      Service is = after.service(was.getKey());
      if (is != was.getValue()) {
        compare(was.getValue(), is == null ? nothing(was.getKey()) : is, changes);
      }
    }
    for (Map.Entry<String, Service> is : after.services().entrySet()) {
      if (before.service(is.getKey()) == null) {
        compare(nothing(is.getKey()), is.getValue(), changes);
      }
    }
    return changes;
  }

  private static Service nothing(String name) {
    return new Service(name, List.of(), List.of());
  }

  private static void compare(Service was, Service is, List<Change> changes) {
    for (Instance gone : was.instances()) {
      if (SortedServices.indexOf(is.instances(), gone.id()) < 0) {
        changes.add(new Change.Remove(gone));
      }
    }
    for (Instance now : is.instances()) {
      int at = SortedServices.indexOf(was.instances(), now.id());
      if (at < 0 || !was.instances().get(at).equals(now)) {
        changes.add(new Change.Put(now));
      }
    }
    if (!was.routes().equals(is.routes()) || !was.traffic().equals(is.traffic())) {
      changes.add(new Change.Facts(is.name(), is.routes(), is.traffic()));
    }
    if (!was.split().equals(is.split())) {
      changes.add(new Change.Shares(is.name(), is.split()));
    }
  }
}
