package io.roadstead.balancer;

import org.jspecify.annotations.Nullable;

/** Chooses a member for a request. An instance belongs to one {@link Balancer} and its thread. */
public interface Strategy {
  /**
   * The member to use, or null where all have been tried or there is none.
   *
   * @param tried members that must not be chosen
   */
  <T> @Nullable Member<T> choose(Membership<T> members, @Nullable Tried tried, long nowNanos);

  /**
   * The member for a request that belongs with others of the same hash; strategies without affinity
   * do not look at it.
   */
  default <T> @Nullable Member<T> choose(
      Membership<T> members, @Nullable Tried tried, long nowNanos, long hash) {
    return choose(members, tried, nowNanos);
  }

  /** Members came or went, or their weights changed: the place for whatever must be computed. */
  default void changed(Membership<?> members) {}
}
