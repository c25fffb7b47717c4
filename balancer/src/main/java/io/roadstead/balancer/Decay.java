package io.roadstead.balancer;

/** How fast the past stops to count. */
final class Decay {
  private Decay() {}

  /**
   * What is left of a figure after a time: close to exp(−elapsed/timeConstant), of which it is the
   * reciprocal's series up to the square. Four times as fast, monotone, and never below zero; over
   * many small steps it is the exponential itself.
   */
  static double factor(long elapsedNanos, double perNano) {
    if (elapsedNanos <= 0) {
      return 1.0;
    }
    double x = elapsedNanos * perNano;
    return 1.0 / (1.0 + x + 0.5 * x * x);
  }
}
