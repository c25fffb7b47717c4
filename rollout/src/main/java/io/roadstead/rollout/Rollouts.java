package io.roadstead.rollout;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Every roll-out as it stands: the newest in memory, as they are this moment, the older ones from
 * the store. Guarded by one lock, which is never held while the store is asked.
 */
final class Rollouts {
  private static final int KEPT_ENDED = 100;
  private static final int LISTED = 100;

  private final StateStore store;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<String, Rollout> recent = new LinkedHashMap<>();
  private final Deque<String> ended = new ArrayDeque<>();

  Rollouts(StateStore store) {
    this.store = store;
  }

  /** Shows it as it is now, to those who wait as well. */
  void publish(Rollout rollout) {
    lock.lock();
    try {
      Rollout before = recent.put(rollout.id(), rollout);
      if (rollout.state().ended() && (before == null || !before.state().ended())) {
        ended.add(rollout.id());
        if (ended.size() > KEPT_ENDED) {
          recent.remove(ended.remove());
        }
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void save(Rollout rollout) {
    store.save(rollout);
  }

  Optional<Rollout> find(String id) {
    Optional<Rollout> known = inMemory(id);
    return known.isPresent() ? known : store.rollout(id);
  }

  /** Newest first; of one service, or of all where {@code service} is "". */
  List<Rollout> list(String service) {
    Map<String, Rollout> byId = new LinkedHashMap<>();
    store.rollouts(service, LISTED).forEach(rollout -> byId.put(rollout.id(), rollout));
    lock.lock();
    try {
      recent.values().stream()
          .filter(rollout -> service.isEmpty() || rollout.service().equals(service))
          .forEach(rollout -> byId.put(rollout.id(), rollout));
    } finally {
      lock.unlock();
    }
    List<Rollout> all = new ArrayList<>(byId.values());
    all.sort(Comparator.comparing(Rollout::startedAt).reversed());
    return all.size() <= LISTED ? all : all.subList(0, LISTED);
  }

  /** Waits until it has ended or somebody holds it, or {@code limit} has passed; as it is then. */
  Optional<Rollout> awaitRest(String id, Duration limit) throws InterruptedException {
    long left = limit.toNanos();
    lock.lockInterruptibly();
    try {
      Rollout current = recent.get(id);
      boolean held = current != null && current.state() == Rollout.State.PAUSED;
      while (left > 0 && current != null && !current.state().ended()) {
        boolean holds = current.state() == Rollout.State.PAUSED;
        if (holds && !held) {
          break;
        }
        held = holds;
        left = changed.awaitNanos(left);
        current = recent.get(id);
      }
    } finally {
      lock.unlock();
    }
    return find(id);
  }

  /** Waits until it differs from {@code seen}, or {@code limit} has passed; as it is then. */
  Optional<Rollout> await(String id, Optional<Rollout> seen, Duration limit)
      throws InterruptedException {
    Optional<Rollout> now = find(id);
    if (now.isEmpty() || now.get().state().ended() || !now.equals(seen)) {
      return now;
    }
    long left = limit.toNanos();
    lock.lockInterruptibly();
    try {
      while (left > 0) {
        Rollout current = recent.get(id);
        if (current == null || !Optional.of(current).equals(seen)) {
          break;
        }
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
    return find(id);
  }

  private Optional<Rollout> inMemory(String id) {
    lock.lock();
    try {
      return Optional.ofNullable(recent.get(id));
    } finally {
      lock.unlock();
    }
  }
}
