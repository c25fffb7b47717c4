package io.roadstead.balancer;

import java.time.Duration;

/**
 * Avoids a member after several failed connections in a row, for a time that doubles with each
 * further round up to a limit. When the time is over it is tried with one request at a time until
 * it answers. Any answer ends the row; a row that starts long after the last ejection begins short
 * again.
 */
public final class PassiveEjection implements Guard {
  private final int failures;
  private final long shortestNanos;
  private final long longestNanos;

  /**
   * @param failures how many connections in a row must fail
   * @param shortest how long the first ejection lasts
   * @param longest what the doubling ends at
   */
  public PassiveEjection(int failures, Duration shortest, Duration longest) {
    if (failures < 1 || shortest.compareTo(longest) > 0 || shortest.isNegative()) {
      throw new IllegalArgumentException(
          "ejection after %d failures for %s to %s: needs at least 1 failure and a growing time"
              .formatted(failures, shortest, longest));
    }
    this.failures = failures;
    this.shortestNanos = shortest.toNanos();
    this.longestNanos = longest.toNanos();
  }

  @Override
  public boolean admits(Member<?> member, Membership<?> members, long nowNanos) {
    return !member.ejected || nowNanos - member.ejectedUntilNanos >= 0;
  }

  @Override
  public void ended(Member<?> member, Membership<?> members, long nowNanos, Outcome outcome) {
    switch (outcome) {
      case SUCCESS, ERROR -> {
        member.connectFailures = 0;
        member.ejected = false;
      }
      case CONNECT_FAILED -> {
        if (++member.connectFailures >= failures && !member.isEjected(nowNanos)) {
          eject(member, members, nowNanos);
        }
      }
      case CANCELLED -> {}
    }
  }

  private void eject(Member<?> member, Membership<?> members, long nowNanos) {
    boolean longAgo = nowNanos - member.ejectedUntilNanos > longestNanos;
    member.ejections = longAgo ? 1 : Math.min(member.ejections + 1, 30);
    long nanos = Math.min(longestNanos, shortestNanos << Math.min(member.ejections - 1, 20));
    member.ejected = true;
    member.ejectedUntilNanos = nowNanos + nanos;
    members.markAnswered(member, false);
  }
}
