package io.roadstead.balancer;

import java.time.Duration;

/**
 * Avoids a member for a time that doubles with each further round up to a limit:
 *
 * <ul>
 *   <li>after several failed connections in a row,
 *   <li>after several errors in a row,
 *   <li>after too large a share of errors among its last answers.
 * </ul>
 *
 * When the time is over it is tried with one request at a time until it answers. Success ends both
 * rows, and half a minute without a further failure does; a row that starts long after the last
 * ejection begins short again.
 *
 * <p>Who cannot be connected to does no work, so all such members are avoided. Errors may be
 * everybody's trouble, or the callers': for them no more than a share of the members is avoided at
 * once, one at least where there are several, and where fewer members are left than the panic
 * threshold says, those that only answered badly are used again.
 *
 * <p>Holds settings, which may be changed, and how often it ejected; confined like the balancer.
 */
public final class PassiveEjection implements Guard {
  /** Over this time the share of errors is taken. */
  static final long WINDOW_NANOS = 10_000_000_000L;

  /** After so long without a further failure a row is forgotten. */
  static final long ROW_NANOS = 30_000_000_000L;

  /** Fewer answers in a window say nothing. */
  static final int LEAST_ANSWERS = 20;

  private final int failures;
  private long shortestNanos;
  private long longestNanos;
  private int errors;
  private int errorPercent;
  private int sharePercent;
  private int panicPercent;
  private long ejections;

  /**
   * One that looks at connections only.
   *
   * @param failures how many connections in a row must fail
   * @param shortest how long the first ejection lasts
   * @param longest what the doubling ends at
   */
  public PassiveEjection(int failures, Duration shortest, Duration longest) {
    if (failures < 1) {
      throw new IllegalArgumentException(
          "ejection after %d failures: needs at least 1 failure".formatted(failures));
    }
    this.failures = failures;
    times(shortest, longest);
  }

  /**
   * Sets how long ejections last.
   *
   * @param shortest the first
   * @param longest what the doubling ends at
   */
  public void times(Duration shortest, Duration longest) {
    if (shortest.compareTo(longest) > 0 || shortest.isNegative()) {
      throw new IllegalArgumentException(
          "ejection for %s to %s: needs a growing time".formatted(shortest, longest));
    }
    shortestNanos = shortest.toNanos();
    longestNanos = longest.toNanos();
  }

  /**
   * Sets when errors eject.
   *
   * @param row how many errors in a row; 0: never
   * @param percent what share of the answers in ten seconds, from twenty on; 0: never
   * @param most what share of the members may be ejected for errors at once, in percent
   * @param panic where a smaller share of the members than this is left, in percent, errors eject
   *     nobody
   */
  public void errors(int row, int percent, int most, int panic) {
    errors = row;
    errorPercent = percent;
    sharePercent = most;
    panicPercent = panic;
  }

  /** How often a member was ejected. */
  public long ejections() {
    return ejections;
  }

  @Override
  public boolean admits(Member<?> member, Membership<?> members, long nowNanos) {
    return !member.isEjected(nowNanos) || (member.ejectedForErrors && panics(members, nowNanos));
  }

  private boolean panics(Membership<?> members, long nowNanos) {
    int left = members.size() - members.ejected(nowNanos, false);
    return left * 100 < members.size() * panicPercent;
  }

  @Override
  public void ended(Member<?> member, Membership<?> members, long nowNanos, Outcome outcome) {
    switch (outcome) {
      case SUCCESS -> {
        member.connectFailures = 0;
        member.errorsInRow = 0;
        answered(member, nowNanos, 0);
        if (!member.ejectedForErrors || nowNanos - member.ejectedUntilNanos >= 0) {
          member.ejected = false;
        }
      }
      case ERROR -> {
        fadeRows(member, nowNanos);
        member.connectFailures = 0;
        member.errorsInRow++;
        answered(member, nowNanos, 1);
        if (member.ejected && !member.ejectedForErrors) {
          // It takes connections again.
          member.ejected = false;
        }
        if (erratic(member) && !member.isEjected(nowNanos) && mayEject(members, nowNanos)) {
          eject(member, members, nowNanos, true);
        }
      }
      case CONNECT_FAILED -> {
        fadeRows(member, nowNanos);
        boolean avoided = member.isEjected(nowNanos) && !member.ejectedForErrors;
        if (++member.connectFailures >= failures && !avoided) {
          eject(member, members, nowNanos, false);
        }
      }
      case CANCELLED -> {}
    }
  }

  private static void fadeRows(Member<?> member, long nowNanos) {
    if (!member.ejected && nowNanos - member.failedNanos > ROW_NANOS) {
      member.connectFailures = 0;
      member.errorsInRow = 0;
    }
    member.failedNanos = nowNanos;
  }

  private static void answered(Member<?> member, long nowNanos, int error) {
    if (nowNanos - member.windowNanos > WINDOW_NANOS) {
      member.windowNanos = nowNanos;
      member.windowAnswers = 0;
      member.windowErrors = 0;
    }
    member.windowAnswers++;
    member.windowErrors += error;
  }

  private boolean erratic(Member<?> member) {
    return (errors > 0 && member.errorsInRow >= errors)
        || (errorPercent > 0
            && member.windowAnswers >= LEAST_ANSWERS
            && member.windowErrors * 100L >= (long) member.windowAnswers * errorPercent);
  }

  private boolean mayEject(Membership<?> members, long nowNanos) {
    int most = Math.max(sharePercent > 0 ? 1 : 0, members.size() * sharePercent / 100);
    return members.size() > 1 && members.ejected(nowNanos, true) < most;
  }

  private void eject(Member<?> member, Membership<?> members, long nowNanos, boolean forErrors) {
    boolean longAgo = nowNanos - member.ejectedUntilNanos > longestNanos;
    member.ejections = longAgo ? 1 : Math.min(member.ejections + 1, 30);
    long nanos = Math.min(longestNanos, shortestNanos << Math.min(member.ejections - 1, 20));
    member.ejected = true;
    member.ejectedForErrors = forErrors;
    member.ejectedUntilNanos = nowNanos + nanos;
    member.windowAnswers = 0;
    member.windowErrors = 0;
    ejections++;
    members.markAnswered(member, false);
  }
}
