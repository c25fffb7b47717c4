package io.roadstead.registry;

import java.time.Duration;

/**
 * Judges how often an instance changes its own status. More than five changes within a minute hold
 * it out of traffic, first for five seconds and each time twice as long, up to five minutes; ten
 * quiet minutes and it starts from five seconds again. Not thread-safe.
 */
final class Flapping {
  private static final int ALLOWED = 5;
  private static final long WINDOW_NANOS = Duration.ofMinutes(1).toNanos();
  private static final long FIRST_NANOS = Duration.ofSeconds(5).toNanos();
  private static final long LONGEST_NANOS = Duration.ofMinutes(5).toNanos();
  private static final long FORGIVEN_NANOS = Duration.ofMinutes(10).toNanos();

  private final long[] times = new long[ALLOWED + 1];
  private int changes;
  private boolean holding;
  private long holdUntil;
  private long nextHold = FIRST_NANOS;

  /** The own status has changed. Returns for how long it is held out from now, or 0. */
  long changed(long now) {
    times[changes % times.length] = now;
    changes++;
    if (holding || changes < times.length || now - times[changes % times.length] > WINDOW_NANOS) {
      return 0;
    }
    if (nextHold > FIRST_NANOS && now - holdUntil > FORGIVEN_NANOS) {
      nextHold = FIRST_NANOS;
    }
    long hold = nextHold;
    nextHold = Math.min(hold * 2, LONGEST_NANOS);
    holding = true;
    holdUntil = now + hold;
    return hold;
  }

  /** Whether a hold has run out by now; it has ended then. */
  boolean released(long now) {
    if (holding && now - holdUntil >= 0) {
      holding = false;
      return true;
    }
    return false;
  }
}
