package io.roadstead.control.figures;

/**
 * What happened in a stretch of time.
 *
 * @param seconds how long it was, at least 1
 * @param requests that ended in it
 * @param errors of these, by a 5xx or a broken connection, also those that the gateway answered
 * @param clientErrors of these, by a 4xx
 * @param inFlight at its end
 * @param p50Millis NaN without requests
 * @param p99Millis NaN without requests
 */
public record Figures(
    int seconds,
    long requests,
    long errors,
    long clientErrors,
    long inFlight,
    double p50Millis,
    double p99Millis) {

  /** Of a stretch in which nothing happened. */
  public static final Figures NOTHING = new Figures(1, 0, 0, 0, 0, Double.NaN, Double.NaN);

  public double requestsPerSecond() {
    return (double) requests / seconds;
  }

  /** 0 to 1; 0 without requests. */
  public double errorShare() {
    return requests == 0 ? 0 : (double) errors / requests;
  }

  /** 0 to 1; 0 without requests. */
  public double clientErrorShare() {
    return requests == 0 ? 0 : (double) clientErrors / requests;
  }
}
