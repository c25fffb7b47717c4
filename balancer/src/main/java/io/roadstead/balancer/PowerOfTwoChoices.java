package io.roadstead.balancer;

import org.jspecify.annotations.Nullable;

/**
 * Draws two members by weight and prefers the one that costs less.
 *
 * <p>The cost is Finagle's peak EWMA with a penalty for errors: {@code (outstanding ÷ weight + 1) ×
 * (latency + errors² × 5 s)}. The error share is squared so that an odd failure costs little, while
 * a member that fails at once never looks quick (the sinkhole). A member with requests outstanding
 * that has been silent for longer than its latency is charged that silence: a stall costs what it
 * has cost so far, and not what was usual before.
 *
 * <p>Two things differ from the textbook, both so that weights hold at every load. The first draw
 * stands unless the second is cheaper, so that equals share exactly by weight; and the second wins
 * with the chance {@code 1 − (its cost ÷ the first's)⁴}: a member twice as slow loses in 15 of 16
 * comparisons, but noise of a tenth does not send everything to one side when nothing is
 * outstanding. For the same reason a millisecond is added to every latency: differences far below
 * it are no reason to prefer anybody, the outstanding requests are.
 */
public final class PowerOfTwoChoices implements Strategy {
  private static final int DRAWS = 4;
  private static final double INDIFFERENCE_NANOS = 1e6;
  private static final double ERROR_NANOS = 5e9;

  public PowerOfTwoChoices() {}

  @Override
  public <T> @Nullable Member<T> choose(
      Membership<T> members, @Nullable Tried tried, long nowNanos) {
    int n = members.size();
    if (n == 0) {
      return null;
    }
    Member<T> first = draw(members, null, tried, nowNanos);
    if (first == null) {
      return members.lastResort(tried, nowNanos);
    }
    Member<T> second = n == 1 ? null : draw(members, first, tried, nowNanos);
    if (second == null) {
      return first;
    }
    double firstCost = cost(first, nowNanos);
    double secondCost = cost(second, nowNanos);
    if (secondCost >= firstCost) {
      return first;
    }
    double ratio = secondCost / firstCost;
    ratio *= ratio;
    return members.chance() < ratio * ratio ? first : second;
  }

  private static <T> @Nullable Member<T> draw(
      Membership<T> members, @Nullable Member<T> other, @Nullable Tried tried, long nowNanos) {
    for (int i = 0; i < DRAWS; i++) {
      Member<T> drawn = members.draw();
      if (drawn != other && drawn.weight != 0 && members.admits(drawn, tried, nowNanos)) {
        return drawn;
      }
    }
    return null;
  }

  private static double cost(Member<?> member, long nowNanos) {
    double errors = member.errorShare(nowNanos);
    double latency = Math.max(member.latencyNanos(nowNanos), (double) member.silentNanos(nowNanos));
    return (member.outstanding() * member.burden + 1)
        * (latency + INDIFFERENCE_NANOS + errors * errors * ERROR_NANOS);
  }
}
