package io.roadstead.balancer;

import org.jspecify.annotations.Nullable;

/**
 * Round robin by weight, without bursts (nginx's): with each pick everybody earns their weight, the
 * richest is chosen and pays what all have earned. It looks at every member; so does nginx.
 */
public final class SmoothWeighted implements Strategy {
  private double[] earned = {};

  public SmoothWeighted() {}

  @Override
  public void changed(Membership<?> members) {
    earned = new double[members.size()];
    // Several balancers that start together would otherwise all begin with the same member.
    for (int i = 0; i < earned.length; i++) {
      earned[i] = members.member(i).weight * members.chance();
    }
  }

  @Override
  public <T> @Nullable Member<T> choose(
      Membership<T> members, @Nullable Tried tried, long nowNanos) {
    Member<T> best = null;
    double total = 0;
    for (int i = 0; i < earned.length; i++) {
      Member<T> member = members.member(i);
      if (member.weight == 0 || !members.admits(member, tried, nowNanos)) {
        continue;
      }
      earned[i] += member.weight;
      total += member.weight;
      if (best == null || earned[i] > earned[best.index]) {
        best = member;
      }
    }
    if (best == null) {
      return members.lastResort(tried, nowNanos);
    }
    earned[best.index] -= total;
    return best;
  }
}
