package io.roadstead.balancer;

import org.jspecify.annotations.Nullable;

/**
 * The member with the fewest requests outstanding for its weight, of all; where several have, one
 * of them at random. It is blind to latency until requests pile up, and a member that fails at once
 * always looks idle: let an ejection guard it.
 */
public final class LeastRequest implements Strategy {
  public LeastRequest() {}

  @Override
  public <T> @Nullable Member<T> choose(
      Membership<T> members, @Nullable Tried tried, long nowNanos) {
    Member<T> best = null;
    double least = 0;
    int equals = 0;
    long bits = members.bits();
    for (int i = 0; i < members.size(); i++) {
      Member<T> member = members.member(i);
      double load = (member.outstanding() + 1) * member.burden;
      if (member.weight == 0
          || (best != null && load > least)
          || !members.admits(member, tried, nowNanos)) {
        continue;
      }
      if (best == null || load < least) {
        best = member;
        least = load;
        equals = 1;
      } else {
        equals++;
        bits = bits * 0x5851F42D4C957F2DL + 0x14057B7EF767814FL;
        if (((bits >>> 32) * equals) >>> 32 == 0) {
          best = member;
        }
      }
    }
    return best == null ? members.lastResort(tried, nowNanos) : best;
  }
}
