package io.roadstead.balancer;

import org.jspecify.annotations.Nullable;

/** Draws one by weight. Nothing is learnt, and nobody herds; holds no state. */
public final class RandomChoice implements Strategy {
  private static final int DRAWS = 4;

  public RandomChoice() {}

  @Override
  public <T> @Nullable Member<T> choose(
      Membership<T> members, @Nullable Tried tried, long nowNanos) {
    int draws = members.size() == 0 ? 0 : DRAWS;
    for (int i = 0; i < draws; i++) {
      Member<T> member = members.draw();
      if (member.weight != 0 && members.admits(member, tried, nowNanos)) {
        return member;
      }
    }
    return members.lastResort(tried, nowNanos);
  }
}
