package io.roadstead.balancer;

import org.jspecify.annotations.Nullable;

/**
 * Prequal's hot–cold rule (Wydrowski and others, NSDI 2024) on what instances report of themselves.
 *
 * <p>It draws {@value #DRAWS} members by weight. Hot are those with more in flight than 84 % of
 * what was seen lately; of the cold ones it takes the quickest, and where all are hot, the one with
 * the least in flight. Requests sent since a report are added to it.
 *
 * <p>Two things differ from the paper. There are no probes: reports come with the answers ({@link
 * Balancer#reported}), so that who was not asked for a second counts by what this balancer itself
 * knows. And errors add up to five seconds to a latency: who fails at once is idle and quick (the
 * paper's sinkhole).
 */
public final class HotCold implements Strategy {
  private static final int DRAWS = 5;
  private static final long FRESH_NANOS = 1_000_000_000L;
  private static final double ERROR_NANOS = 5e9;
  private static final int REMEMBERED = 16;
  private static final int COLD_RANK = (int) (REMEMBERED * 0.84);

  private final int[] seen = new int[REMEMBERED];
  private int next;

  public HotCold() {}

  @Override
  public <T> @Nullable Member<T> choose(
      Membership<T> members, @Nullable Tried tried, long nowNanos) {
    int draws = members.size() == 0 ? 0 : DRAWS;
    Member<T> best = null;
    boolean bestCold = false;
    double bestFigure = 0;
    for (int i = 0; i < draws; i++) {
      Member<T> member = members.draw();
      if (member == best || member.weight == 0 || !members.admits(member, tried, nowNanos)) {
        continue;
      }
      boolean fresh = member.hasReported(nowNanos, FRESH_NANOS);
      int inFlight = fresh ? member.reportedInFlight() : member.outstanding();
      boolean cold = isCold(inFlight);
      double errors = member.errorShare(nowNanos);
      double figure =
          cold
              ? (fresh ? member.reportedLatencyNanos() : member.latencyNanos(nowNanos))
                  + errors * errors * ERROR_NANOS
              : inFlight * member.burden;
      seen[next] = inFlight;
      next = (next + 1) % REMEMBERED;
      if (best == null || (cold == bestCold ? figure < bestFigure : cold)) {
        best = member;
        bestCold = cold;
        bestFigure = figure;
      }
    }
    return best == null ? members.lastResort(tried, nowNanos) : best;
  }

  private boolean isCold(int inFlight) {
    int below = 0;
    for (int other : seen) {
      below += other < inFlight ? 1 : 0;
    }
    return below <= COLD_RANK;
  }
}
