package io.roadstead.balancer;

import org.jspecify.annotations.Nullable;

/** One after another, whatever their weight (a member with weight 0 is left out). */
public final class RoundRobin implements Strategy {
  private int next;

  public RoundRobin() {}

  @Override
  public <T> @Nullable Member<T> choose(
      Membership<T> members, @Nullable Tried tried, long nowNanos) {
    int n = members.size();
    for (int i = 0; i < n; i++) {
      next = next + 1 < n ? next + 1 : 0;
      Member<T> member = members.member(next);
      if (member.weight != 0 && members.admits(member, tried, nowNanos)) {
        return member;
      }
    }
    return members.lastResort(tried, nowNanos);
  }
}
