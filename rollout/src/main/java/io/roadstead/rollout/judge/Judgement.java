package io.roadstead.rollout.judge;

import java.util.List;

/**
 * A verdict with its reasons. Immutable.
 *
 * @param sentence for a person: the verdict, and the figures that it rests on
 * @param look which asking of the roll-out it was, from 1
 * @param oldRequests how many requests of the old version it rests on
 * @param newRequests how many of the new one
 * @param findings what was compared
 */
public record Judgement(
    Verdict verdict,
    String sentence,
    int look,
    long oldRequests,
    long newRequests,
    List<Finding> findings) {
  public Judgement {
    findings = List.copyOf(findings);
  }

  /**
   * One comparison. For {@code errors} the values are shares from 0 to 1 and the difference is new
   * − old; for {@code p50} and {@code p95} they are milliseconds and the difference is the factor
   * new / old.
   *
   * @param what {@code errors}, {@code p50} or {@code p95}
   * @param difference as measured
   * @param least what it surely is at least
   * @param most what it surely is at most; infinite where the requests are too few to say
   * @param worse whether it surely is more than what is tolerated
   * @param harmless whether it surely is less than what is harmful
   */
  public record Finding(
      String what,
      double oldValue,
      double newValue,
      double difference,
      double least,
      double most,
      boolean worse,
      boolean harmless) {}
}
