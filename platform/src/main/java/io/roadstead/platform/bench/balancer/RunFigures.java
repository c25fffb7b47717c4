package io.roadstead.platform.bench.balancer;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What one run showed.
 *
 * @param gini of the requests over the servers: 0 all alike, towards 1 all at one
 * @param divertSeconds until those hit had less than half of their share; NaN: never
 * @param recoverSeconds from the fault's end until they had it again; NaN: never
 */
record RunFigures(
    long requests,
    double p50Millis,
    double p99Millis,
    double p999Millis,
    double errorPercent,
    double gini,
    int mostInFlight,
    double divertSeconds,
    double recoverSeconds) {
  static double mean(List<RunFigures> runs, ToDoubleFunction<RunFigures> figure) {
    return runs.stream().mapToDouble(figure).average().orElse(Double.NaN);
  }

  /** The mean over the seeds and, of several, the least and the most. */
  static String told(List<RunFigures> runs, ToDoubleFunction<RunFigures> figure, String format) {
    String mean = told(mean(runs, figure), format);
    if (runs.size() == 1) {
      return mean;
    }
    double least = runs.stream().mapToDouble(figure).min().orElse(Double.NaN);
    double most = runs.stream().mapToDouble(figure).max().orElse(Double.NaN);
    return Double.isNaN(least)
        ? mean
        : mean + " [" + told(least, format) + "–" + told(most, format) + "]";
  }

  /** The mean over the seeds alone. */
  static String meanTold(
      List<RunFigures> runs, ToDoubleFunction<RunFigures> figure, String format) {
    return told(mean(runs, figure), format);
  }

  private static String told(double value, String format) {
    return Double.isNaN(value) ? "–" : format.formatted(value);
  }
}
