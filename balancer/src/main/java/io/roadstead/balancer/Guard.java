package io.roadstead.balancer;

/**
 * Keeps a strategy away from members that should be spared; composes with any strategy. Holds only
 * its settings: what it knows of a member is on the {@link Member}. A guard is advice: where no
 * member passes all of them, one is used all the same.
 */
public sealed interface Guard permits SlowStart, Probation, PassiveEjection {
  boolean admits(Member<?> member, Membership<?> members, long nowNanos);

  default void ended(Member<?> member, Membership<?> members, long nowNanos, Outcome outcome) {}
}
