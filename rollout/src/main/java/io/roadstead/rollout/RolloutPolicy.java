package io.roadstead.rollout;

import java.time.Duration;

/**
 * How a new release replaces an old one.
 *
 * @param surge how many instances there may be above the replicas while it goes on, at least 1
 *     where unavailable is 0
 * @param unavailable how many may be missing from the replicas while it goes on
 * @param minReady how long a new instance must have been up to count as available
 * @param drainTimeout how long requests in flight are waited for, before SIGTERM
 * @param stopTimeout from SIGTERM to SIGKILL
 * @param stages of a canary or blue-green roll-out
 * @param hooks run around a deployment
 */
public record RolloutPolicy(
    Strategy strategy,
    int surge,
    int unavailable,
    Duration minReady,
    Duration drainTimeout,
    Duration stopTimeout,
    Stages stages,
    Hooks hooks) {
  public static final RolloutPolicy DEFAULT =
      new RolloutPolicy(
          Strategy.ROLLING, 1, 0, Duration.ZERO, Duration.ofSeconds(30), Duration.ofSeconds(30));

  /** One with the usual stages. */
  public RolloutPolicy(
      Strategy strategy,
      int surge,
      int unavailable,
      Duration minReady,
      Duration drainTimeout,
      Duration stopTimeout) {
    this(
        strategy,
        surge,
        unavailable,
        minReady,
        drainTimeout,
        stopTimeout,
        Stages.DEFAULT,
        Hooks.NONE);
  }

  /** One without hooks. */
  public RolloutPolicy(
      Strategy strategy,
      int surge,
      int unavailable,
      Duration minReady,
      Duration drainTimeout,
      Duration stopTimeout,
      Stages stages) {
    this(strategy, surge, unavailable, minReady, drainTimeout, stopTimeout, stages, Hooks.NONE);
  }
}
