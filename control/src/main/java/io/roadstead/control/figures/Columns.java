package io.roadstead.control.figures;

/**
 * Points of a series, column by column, oldest first.
 *
 * @param errors of the requests
 * @param clientErrors of the requests
 * @param inFlight at the end of each second
 * @param p50Millis NaN in a second without requests
 * @param p99Millis NaN in a second without requests
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record Columns(
    int[] requests,
    int[] errors,
    int[] clientErrors,
    int[] inFlight,
    double[] p50Millis,
    double[] p99Millis) {
  Columns(int steps) {
    this(
        new int[steps],
        new int[steps],
        new int[steps],
        new int[steps],
        new double[steps],
        new double[steps]);
  }
}
