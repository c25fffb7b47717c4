package io.roadstead.rollout;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How many instances may start at the same time over all services: a start costs whole cores, and
 * two that share one are both late. First come, first served. Guarded by its own lock.
 */
final class StartSlots {
  /** A place, held or waited for; giving it back twice does nothing. */
  final class Slot {
    private final Runnable granted;
    private final AtomicBoolean returned = new AtomicBoolean();

    private Slot(Runnable granted) {
      this.granted = granted;
    }

    void close() {
      if (returned.compareAndSet(false, true)) {
        giveBack(this);
      }
    }
  }

  private final Queue<Slot> waiting = new ArrayDeque<>();
  private int free;

  StartSlots(int slots) {
    free = slots;
  }

  /** Calls {@code granted}, which must not block, when there is a place: now or later. */
  Slot acquire(Runnable granted) {
    Slot slot = new Slot(granted);
    synchronized (this) {
      if (free == 0) {
        waiting.add(slot);
        return slot;
      }
      free--;
    }
    granted.run();
    return slot;
  }

  private void giveBack(Slot slot) {
    Slot next;
    synchronized (this) {
      if (waiting.remove(slot)) {
        return;
      }
      next = waiting.poll();
      if (next == null) {
        free++;
        return;
      }
    }
    next.granted.run();
  }
}
