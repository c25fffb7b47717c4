package io.roadstead.platform.load;

import org.jspecify.annotations.Nullable;

/** Who is told how requests ended. Safe for use by several threads. */
@FunctionalInterface
public interface Outcomes {
  /**
   * A request has ended.
   *
   * @param intendedNanos when it was due: what its time counts from
   * @param sentNanos when it was sent indeed
   * @param failure why it failed, or null
   */
  void ended(long intendedNanos, long sentNanos, long endedNanos, @Nullable Cause failure);
}
