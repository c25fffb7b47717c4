package io.roadstead.rollout.judge;

import java.time.Duration;

/**
 * What a new version may be worse by, and how sure the judge has to be. Between what is tolerated
 * and what is harmful either verdict is right.
 *
 * @param toleratedErrors difference of the error shares (0.01: a percentage point); the version is
 *     returned once it is surely more
 * @param harmfulErrors the version goes on once the difference is surely less
 * @param toleratedSlowdown factor of the latencies; the version is returned once it is surely more
 * @param harmfulSlowdown the version goes on once the factor is surely less
 * @param negligible a version that is slower by no more than this is not slower
 * @param falseReturns the most that the chance may be of returning a version that is as good as the
 *     old one, in a whole roll-out however often the judge is asked
 * @param misses the same of letting a harmful one go on
 */
public record Limits(
    double toleratedErrors,
    double harmfulErrors,
    double toleratedSlowdown,
    double harmfulSlowdown,
    Duration negligible,
    double falseReturns,
    double misses) {
  public static final Limits DEFAULT =
      new Limits(0.01, 0.05, 1.2, 1.5, Duration.ofMillis(5), 0.01, 0.01);

  public Limits {
    if (!(0 <= toleratedErrors && toleratedErrors < harmfulErrors && harmfulErrors < 1)) {
      throw new IllegalArgumentException(
          "error shares: 0 <= tolerated < harmful < 1 is wanted, not "
              + toleratedErrors
              + " and "
              + harmfulErrors);
    }
    if (!(1 <= toleratedSlowdown && toleratedSlowdown < harmfulSlowdown)) {
      throw new IllegalArgumentException(
          "factors of latency: 1 <= tolerated < harmful is wanted, not "
              + toleratedSlowdown
              + " and "
              + harmfulSlowdown);
    }
    if (!(chance(falseReturns) && chance(misses))) {
      throw new IllegalArgumentException(
          "chances from 0.000001 to 0.1 are wanted, not " + falseReturns + " and " + misses);
    }
  }

  private static boolean chance(double chance) {
    return chance >= 1e-6 && chance <= 0.1;
  }
}
