package io.roadstead.registry;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The instances of the platform that have ended a short while ago. What they had sent may still be
 * on its way, in a socket's buffer: taken as a registration it would list an instance that is no
 * more, for the whole of a lease. So nobody is taken for one of them until a lease is over.
 *
 * <p>Bounded; where more end within a lease, the oldest are forgotten. Not thread-safe: the
 * registry's lock guards it.
 */
final class EndedInstances {
  private static final int MOST = 10_000;
  private static final long REMEMBERED_NANOS = Registration.DEFAULT_LEASE.toNanos();

  private record Ended(ManagedInstance instance, long atNanos) {}

  private final Deque<Ended> ended = new ArrayDeque<>();

  void add(ManagedInstance instance, long nowNanos) {
    forget(nowNanos);
    if (ended.size() >= MOST) {
      ended.removeFirst();
    }
    ended.addLast(new Ended(instance, nowNanos));
  }

  /** It is listed again after all: only within one life of an instance's id. */
  void remove(InstanceKey key) {
    ended.removeIf(each -> each.instance().key().equals(key));
  }

  /**
   * The ended instance that this registration is of; null where it is of none.
   *
   * @param here whether the registration's address is that of a host
   */
  @Nullable ManagedInstance of(Registration registration, Predicate<String> here, long nowNanos) {
    forget(nowNanos);
    for (Ended each : ended) {
      ManagedInstance instance = each.instance();
      boolean samePlace =
          instance.port() == registration.port()
              && instance.service().equals(registration.service())
              && here.test(instance.host());
      if (instance.id().equals(registration.id()) || samePlace) {
        return instance;
      }
    }
    return null;
  }

  private void forget(long nowNanos) {
    while (!ended.isEmpty() && nowNanos - ended.getFirst().atNanos() > REMEMBERED_NANOS) {
      ended.removeFirst();
    }
  }
}
