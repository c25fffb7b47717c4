package io.roadstead.rollout.judge;

/**
 * What the gateways have counted of one version in a stretch of time. Immutable.
 *
 * @param requests that have ended
 * @param errors those that a client saw fail: a 5xx, whoever answered it, or what broke off
 * @param durations from a request's head to the end of its answer
 */
public record Sample(long requests, long errors, Histogram durations) {
  /** Of a version that nobody has asked anything. */
  public static final Sample NONE = new Sample(0, 0, Histogram.NONE);

  public Sample {
    if (errors < 0 || errors > requests) {
      throw new IllegalArgumentException(errors + " errors of " + requests + " requests");
    }
  }

  /** What has been counted since {@code earlier}, where both only grow. */
  public Sample minus(Sample earlier) {
    long since = Math.max(0, requests - earlier.requests);
    long failed = Math.min(since, Math.max(0, errors - earlier.errors));
    return new Sample(since, failed, durations.minus(earlier.durations));
  }

  /** Both together, as of two gateways or two routes. */
  public Sample plus(Sample other) {
    return new Sample(
        requests + other.requests, errors + other.errors, durations.plus(other.durations));
  }
}
