package io.roadstead.balancer;

import org.jspecify.annotations.Nullable;

/**
 * Prequal's hot–cold rule (Wydrowski and others, NSDI 2024) on what instances report of themselves.
 *
 * <p>It draws {@value #DRAWS} members by weight. Hot are those with more in flight than 84 % of
 * what was seen lately; of the cold ones it takes the quickest, and where all are hot, the one with
 * the least in flight. Requests sent since a report are added to it.
 *
 * <p>Three things differ from the paper. There are no probes: reports come with the answers ({@link
 * Balancer#reported}), so that who was not asked for a second has none that counts. Reports are
 * compared with reports only: what an instance is busy with for everybody says nothing beside what
 * this balancer alone has sent to another, so where one of two has no report, both count by what
 * this balancer itself knows. And errors add up to five seconds to a latency: who fails at once is
 * idle and quick (the paper's sinkhole).
 */
public final class HotCold implements Strategy {
  private static final int DRAWS = 5;
  private static final long FRESH_NANOS = 1_000_000_000L;
  private static final double ERROR_NANOS = 5e9;
  private static final int REMEMBERED = 16;
  private static final int COLD_RANK = (int) (REMEMBERED * 0.84);

  /** What was in flight at the members drawn lately. */
  private static final class Seen {
    private final int[] values = new int[REMEMBERED];
    private int next;

    void add(int inFlight) {
      values[next] = inFlight;
      next = (next + 1) % REMEMBERED;
    }

    boolean isCold(int inFlight) {
      int below = 0;
      for (int other : values) {
        below += other < inFlight ? 1 : 0;
      }
      return below <= COLD_RANK;
    }
  }

  private final Seen reports = new Seen();
  private final Seen own = new Seen();

  public HotCold() {}

  @Override
  public <T> @Nullable Member<T> choose(
      Membership<T> members, @Nullable Tried tried, long nowNanos) {
    int draws = members.size() == 0 ? 0 : DRAWS;
    Member<T> best = null;
    boolean bestReports = false;
    for (int i = 0; i < draws; i++) {
      Member<T> member = members.draw();
      if (member == best || member.weight == 0 || !members.admits(member, tried, nowNanos)) {
        continue;
      }
      boolean fresh = member.hasReported(nowNanos, FRESH_NANOS);
      if (best == null || goesBefore(member, best, fresh && bestReports, nowNanos)) {
        best = member;
        bestReports = fresh;
      }
      own.add(member.outstanding());
      if (fresh) {
        reports.add(member.reportedInFlight());
      }
    }
    return best == null ? members.lastResort(tried, nowNanos) : best;
  }

  private boolean goesBefore(Member<?> a, Member<?> b, boolean byReports, long nowNanos) {
    Seen seen = byReports ? reports : own;
    int inA = byReports ? a.reportedInFlight() : a.outstanding();
    int inB = byReports ? b.reportedInFlight() : b.outstanding();
    boolean coldA = seen.isCold(inA);
    if (coldA != seen.isCold(inB)) {
      return coldA;
    }
    return coldA
        ? cost(a, byReports, nowNanos) < cost(b, byReports, nowNanos)
        : inA * a.burden < inB * b.burden;
  }

  private static double cost(Member<?> member, boolean byReports, long nowNanos) {
    double errors = member.errorShare(nowNanos);
    return (byReports ? member.reportedLatencyNanos() : member.latencyNanos(nowNanos))
        + errors * errors * ERROR_NANOS;
  }
}
