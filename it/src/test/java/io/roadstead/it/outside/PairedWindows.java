package io.roadstead.it.outside;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Times measured in turns, without and with a disturbance, a moment apart: what else happens on the
 * machine meets both of a pair. The median of the pairs' ratios is the verdict: half of the pairs
 * may be spoilt by a neighbour before it is.
 */
final class PairedWindows {
  private final String what;
  private final double floorMillis;
  private final List<Double> ratios = new ArrayList<>();
  private final List<Double> without = new ArrayList<>();
  private final List<Double> with = new ArrayList<>();

  /**
   * @param what there is where there is no disturbance
   * @param floorMillis below which a time is noise: it stands for less
   */
  PairedWindows(String what, double floorMillis) {
    this.what = what;
    this.floorMillis = floorMillis;
  }

  void add(double withoutMillis, double withMillis) {
    without.add(withoutMillis);
    with.add(withMillis);
    ratios.add(withMillis / Math.max(floorMillis, withoutMillis));
  }

  double medianRatio() {
    return median(ratios);
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "against %s %.2f times (median of %d pairs; %.1f ms against %.1f ms, not below %.1f)",
        what,
        medianRatio(),
        ratios.size(),
        median(with),
        median(without),
        floorMillis);
  }
}
