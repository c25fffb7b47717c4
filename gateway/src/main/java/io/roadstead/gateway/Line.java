package io.roadstead.gateway;

import org.jspecify.annotations.Nullable;

/**
 * The requests to one service that wait on one loop: for a place at an instance or in a route, or
 * for an instance at all. First come, first served, as far as what they wait for is the same. A
 * linked list through the requests themselves, so that waiting allocates nothing. Confined to the
 * loop.
 */
final class Line {
  private @Nullable Attempts first;
  private @Nullable Attempts last;
  private int size;
  private boolean serving;

  int size() {
    return size;
  }

  void add(Attempts attempts) {
    attempts.before = last;
    attempts.after = null;
    if (last == null) {
      first = attempts;
    } else {
      last.after = attempts;
    }
    last = attempts;
    size++;
  }

  void remove(Attempts attempts) {
    Attempts before = attempts.before;
    Attempts after = attempts.after;
    if (before == null) {
      first = after;
    } else {
      before.after = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.before = before;
    }
    attempts.before = null;
    attempts.after = null;
    size--;
  }

  /** Lets those go on that can. */
  void serve() {
    if (serving) {
      return;
    }
    serving = true;
    try {
      Attempts next = first;
      while (next != null) {
        Attempts after = next.after;
        Obstacle still = next.goOn();
        // Whom a route holds up stands in nobody else's way; the others wait for the same.
        next = still == null || still == Obstacle.ROUTE_FULL ? after : null;
      }
    } finally {
      serving = false;
    }
  }

  /** Lets those go on that can, and tells those that have waited too long. */
  void sweep(long nowNanos) {
    serve();
    Attempts next = first;
    while (next != null) {
      Attempts after = next.after;
      next.waitedUntil(nowNanos);
      next = after;
    }
  }
}
