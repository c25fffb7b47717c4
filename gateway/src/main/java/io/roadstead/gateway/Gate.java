package io.roadstead.gateway;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets so many through at once: a limit that all loops share, for there may be fewer places than
 * loops. Safe from any thread.
 */
final class Gate {
  private final AtomicInteger inside = new AtomicInteger();
  private volatile int limit;

  Gate(int limit) {
    this.limit = limit;
  }

  void limit(int value) {
    limit = value;
  }

  int limit() {
    return limit;
  }

  boolean hasRoom() {
    return inside.get() < limit;
  }

  /** Takes a place, to be given back by {@link #leave}; false where there is none. */
  boolean enter() {
    while (true) {
      int now = inside.get();
      if (now >= limit) {
        return false;
      }
      if (inside.compareAndSet(now, now + 1)) {
        return true;
      }
    }
  }

  void leave() {
    inside.decrementAndGet();
  }
}
