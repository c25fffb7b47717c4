package io.roadstead.balancer;

/**
 * Keeps a strategy away from members that should be spared; composes with any strategy. Holds only
 * its settings: what it knows of a member is on the {@link Member}. A guard is advice, unless it
 * binds: where no member passes all of them, one is used all the same.
 */
public sealed interface Guard permits SlowStart, Probation, PassiveEjection, ConcurrencyLimit {
  boolean admits(Member<?> member, Membership<?> members, long nowNanos);

  /** Whether nobody whom it refuses is used, not even where nobody else is left. */
  default boolean binds() {
    return false;
  }

  default void ended(Member<?> member, Membership<?> members, long nowNanos, Outcome outcome) {}
}
