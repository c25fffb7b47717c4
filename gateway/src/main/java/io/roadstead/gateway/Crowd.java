package io.roadstead.gateway;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What the loops share of one service, and touch only where it has limits or requests wait: the
 * gates of its instances and routes, and who waits. It lasts for as long as the service does. Safe
 * from any thread.
 */
final class Crowd {
  private final Map<String, Gate> instances = new ConcurrentHashMap<>();
  private final Map<String, Gate> routes = new ConcurrentHashMap<>();
  private final Set<LoopService> sleepers = ConcurrentHashMap.newKeySet();
  private final AtomicInteger waiting = new AtomicInteger();

  /** An instance's gate; null without a limit. */
  @Nullable Gate instance(String id, int limit) {
    return gate(instances, id, limit);
  }

  /** A route's gate; null without a limit. */
  @Nullable Gate route(String label, int limit) {
    return gate(routes, label, limit);
  }

  private static @Nullable Gate gate(Map<String, Gate> gates, String name, int limit) {
    if (limit <= 0) {
      return null;
    }
    Gate gate = gates.get(name);
    if (gate == null) {
      gate = gates.computeIfAbsent(name, _ -> new Gate(limit));
    }
    if (gate.limit() != limit) {
      gate.limit(limit);
    }
    return gate;
  }

  /** Forgets the gates of instances that have gone. */
  void keepInstances(Set<String> ids) {
    instances.keySet().retainAll(ids);
  }

  /** Takes a place in the queue; false where {@code most} wait already. */
  boolean queue(int most) {
    if (waiting.incrementAndGet() > most) {
      waiting.decrementAndGet();
      return false;
    }
    return true;
  }

  void unqueue() {
    waiting.decrementAndGet();
  }

  /** Requests wait on this loop from now on. */
  void sleeps(LoopService service) {
    sleepers.add(service);
  }

  void awake(LoopService service) {
    sleepers.remove(service);
  }

  /** There is room again that nobody on the caller's loop waits for. */
  void wakeOther() {
    for (LoopService sleeper : sleepers) {
      sleeper.wakeLater();
      return;
    }
  }
}
