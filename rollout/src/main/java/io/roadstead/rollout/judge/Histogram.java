package io.roadstead.rollout.judge;

import java.util.ArrayList;
import java.util.List;

/**
 * Lengths of time, counted in buckets. Immutable.
 *
 * @param upperNanos where each bucket ends, growing
 * @param counts how many each bucket holds; not cumulative
 */
public record Histogram(List<Long> upperNanos, List<Long> counts) {
  /** One that has counted nothing. */
  public static final Histogram NONE = new Histogram(List.of(), List.of());

  public Histogram {
    upperNanos = List.copyOf(upperNanos);
    counts = List.copyOf(counts);
    if (upperNanos.size() != counts.size()) {
      throw new IllegalArgumentException(
          upperNanos.size() + " bounds of buckets, but " + counts.size() + " counts");
    }
  }

  /** How many lengths of time it holds. */
  public long total() {
    long total = 0;
    for (long count : counts) {
      total += count;
    }
    return total;
  }

  /**
   * What has been counted since {@code earlier}; of one with other buckets, all that this holds.
   */
  public Histogram minus(Histogram earlier) {
    return earlier.upperNanos.equals(upperNanos) ? with(earlier, -1) : this;
  }

  /** Both together; they have the same buckets, or one is {@link #NONE}. */
  public Histogram plus(Histogram other) {
    if (upperNanos.isEmpty()) {
      return other;
    }
    if (other.upperNanos.isEmpty()) {
      return this;
    }
    if (!other.upperNanos.equals(upperNanos)) {
      throw new IllegalArgumentException("histograms of different buckets cannot be added");
    }
    return with(other, 1);
  }

  private Histogram with(Histogram other, int sign) {
    List<Long> sums = new ArrayList<>(counts.size());
    for (int i = 0; i < counts.size(); i++) {
      sums.add(Math.max(0, counts.get(i) + sign * other.counts.get(i)));
    }
    return new Histogram(upperNanos, sums);
  }

  /**
   * The length of time that {@code rank} of those counted are shorter than, as if those of a bucket
   * were spread evenly over it: 0 below rank 0, infinite beyond the number counted.
   */
  double nanosAt(double rank) {
    if (rank <= 0) {
      return 0;
    }
    double before = 0;
    for (int i = 0; i < counts.size(); i++) {
      long count = counts.get(i);
      if (count > 0 && before + count >= rank) {
        double lower = i == 0 ? 0 : upperNanos.get(i - 1);
        return lower + (upperNanos.get(i) - lower) * (rank - before) / count;
      }
      before += count;
    }
    return Double.POSITIVE_INFINITY;
  }
}
