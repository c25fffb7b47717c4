package io.roadstead.control.figures;

/**
 * The lengths of time that figures tell apart: each power of two is cut into four, from a
 * microsecond to a minute, so a figure is at most 25 % above what was measured.
 */
public final class Buckets {
  private static final int FIRST_EXPONENT = 10;
  private static final int LAST_EXPONENT = 36;

  /** How many there are. */
  public static final int COUNT = (LAST_EXPONENT - FIRST_EXPONENT) * 4 + 1;

  private static final double NANOS_PER_MILLI = 1e6;

  private Buckets() {}

  /** The bucket that ends at, or first ends after, a length of time. */
  public static int endingAt(long upperNanos) {
    long last = Math.max(1, upperNanos) - 1;
    if (last < 1L << FIRST_EXPONENT) {
      return 0;
    }
    int exponent = 63 - Long.numberOfLeadingZeros(last);
    if (exponent >= LAST_EXPONENT) {
      return COUNT - 1;
    }
    int quarter = (int) (last >>> (exponent - 2)) & 3;
    return (exponent - FIRST_EXPONENT) * 4 + quarter;
  }

  /** Where a bucket ends. */
  public static long upperNanos(int bucket) {
    int exponent = FIRST_EXPONENT + bucket / 4;
    int quarter = bucket % 4;
    return (1L << exponent) + (quarter + 1) * (1L << (exponent - 2));
  }

  /**
   * The length of time, in milliseconds, that a share of all was not longer than; NaN without any.
   *
   * @param counts by bucket
   * @param share 0 to 1
   */
  static double quantileMillis(long[] counts, double share) {
    long all = 0;
    for (long count : counts) {
      all += count;
    }
    if (all == 0) {
      return Double.NaN;
    }
    long rank = Math.max(1, (long) Math.ceil(all * share));
    long seen = 0;
    int bucket = -1;
    while (seen < rank) {
      seen += counts[++bucket];
    }
    return upperNanos(bucket) / NANOS_PER_MILLI;
  }
}
