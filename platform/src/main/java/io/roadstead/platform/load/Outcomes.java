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

  /**
   * As the other, for those who want to know which request it was.
   *
   * @param number of the request, from 0
   */
  default void ended(
      long number, long intendedNanos, long sentNanos, long endedNanos, @Nullable Cause failure) {
    ended(intendedNanos, sentNanos, endedNanos, failure);
  }
}
