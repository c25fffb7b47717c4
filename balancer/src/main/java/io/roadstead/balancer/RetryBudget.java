package io.roadstead.balancer;

import java.util.Arrays;

/**
 * How many requests may be tried again: a share of those of the last ten seconds, and a few for
 * each of these seconds where there are hardly any. Without it, an outage of some instances would
 * become twice the load for the others. Confined to one thread, as a balancer is.
 */
public final class RetryBudget {
  static final int SECONDS = 10;
  static final int FLOOR_PER_SECOND = 10;
  private static final long SECOND_NANOS = 1_000_000_000L;

  private final long[] requests = new long[SECONDS];
  private final long[] retries = new long[SECONDS];
  private int percent;
  private int slot;
  private long slotNanos;

  /**
   * @param percent how many retries to a hundred requests; 0: none at all
   */
  public RetryBudget(int percent, long nowNanos) {
    this.percent = percent;
    this.slotNanos = nowNanos;
  }

  /** Changes the share; 0 allows no retry at all. */
  public void percent(int value) {
    percent = value;
  }

  /** A request has come. */
  public void request() {
    requests[slot]++;
  }

  /** Whether one may be tried again, which is counted. */
  public boolean spend(long nowNanos) {
    roll(nowNanos);
    long asked = 0;
    long spent = 0;
    for (int i = 0; i < SECONDS; i++) {
      asked += requests[i];
      spent += retries[i];
    }
    long allowed = percent == 0 ? 0 : asked * percent / 100 + (long) FLOOR_PER_SECOND * SECONDS;
    if (spent >= allowed) {
      return false;
    }
    retries[slot]++;
    return true;
  }

  /** Forgets what is too long ago. */
  public void roll(long nowNanos) {
    long seconds = (nowNanos - slotNanos) / SECOND_NANOS;
    if (seconds >= SECONDS) {
      Arrays.fill(requests, 0);
      Arrays.fill(retries, 0);
      slotNanos = nowNanos;
      return;
    }
    for (long i = 0; i < seconds; i++) {
      slot = (slot + 1) % SECONDS;
      requests[slot] = 0;
      retries[slot] = 0;
      slotNanos += SECOND_NANOS;
    }
  }
}
