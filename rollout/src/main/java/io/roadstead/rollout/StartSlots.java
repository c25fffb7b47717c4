package io.roadstead.rollout;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How many instances may start at the same time over all services: a start costs whole cores, and
 * two that share one are both late. First what takes the place of a lost instance, for its service
 * is short of it; else first come, first served. Guarded by its own lock.
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

  private final Queue<Slot> replacing = new ArrayDeque<>();
  private final Queue<Slot> waiting = new ArrayDeque<>();
  private int free;

  StartSlots(int slots) {
    free = slots;
  }

  /**
   * Calls {@code granted}, which must not block, when there is a place: now or later.
   *
   * @param replaces whether it takes the place of an instance that was lost while it served
   */
  Slot acquire(boolean replaces, Runnable granted) {
    Slot slot = new Slot(granted);
    synchronized (this) {
      if (free == 0) {
        (replaces ? replacing : waiting).add(slot);
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
      if (replacing.remove(slot) || waiting.remove(slot)) {
        return;
      }
      next = replacing.isEmpty() ? waiting.poll() : replacing.poll();
      if (next == null) {
        free++;
        return;
      }
    }
    next.granted.run();
  }
}
