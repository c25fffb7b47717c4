package io.roadstead.balancer;

import java.time.Duration;

/**
 * Gives a member that joined later than the first membership a share that grows evenly from a tenth
 * to the whole: a cold JVM would be slow with all of it. Where everybody is new, shares are
 * relative to the oldest, so that a full change of generation spares nobody in vain.
 */
public final class SlowStart implements Guard {
  private static final double FIRST_SHARE = 0.1;

  private long windowNanos;

  /**
   * @param window how long the ramp takes
   */
  public SlowStart(Duration window) {
    if (window.isNegative() || window.isZero()) {
      throw new IllegalArgumentException("the slow start of " + window + " must be longer than 0");
    }
    this.windowNanos = window.toNanos();
  }

  /** Changes how long the ramp takes, for those in the middle of it too; zero: no ramp. */
  public void window(Duration window) {
    windowNanos = Math.max(0, window.toNanos());
  }

  @Override
  public boolean admits(Member<?> member, Membership<?> members, long nowNanos) {
    if (member.settled) {
      return true;
    }
    double share = share(nowNanos - member.joinedNanos);
    if (share >= 1) {
      members.settle(member);
      return true;
    }
    double best = members.anySettled() ? 1.0 : share(nowNanos - members.oldestNanos());
    return share >= best || members.chance() * best < share;
  }

  private double share(long ageNanos) {
    return windowNanos == 0
        ? 1.0
        : Math.min(1.0, FIRST_SHARE + (1 - FIRST_SHARE) * ageNanos / windowNanos);
  }
}
