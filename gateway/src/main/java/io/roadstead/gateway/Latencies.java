package io.roadstead.gateway;

/**
 * Counts of lengths of time in buckets that grow by a quarter of each power of two, from a
 * microsecond to a minute. The one who writes owns it; readers get copies.
 */
final class Latencies {
  private static final int FIRST_EXPONENT = 10;
  private static final int LAST_EXPONENT = 36;
  static final int BUCKETS = (LAST_EXPONENT - FIRST_EXPONENT) * 4 + 1;

  private final long[] counts = new long[BUCKETS];
  private long sumNanos;

  void record(long nanos) {
    counts[bucket(nanos)]++;
    sumNanos += nanos;
  }

  static int bucket(long nanos) {
    if (nanos < 1L << FIRST_EXPONENT) {
      return 0;
    }
    int exponent = 63 - Long.numberOfLeadingZeros(nanos);
    if (exponent >= LAST_EXPONENT) {
      return BUCKETS - 1;
    }
    int quarter = (int) (nanos >>> (exponent - 2)) & 3;
    return (exponent - FIRST_EXPONENT) * 4 + quarter;
  }

  /** The first length of time that a bucket does not hold any more. */
  static long upperNanos(int bucket) {
    int exponent = FIRST_EXPONENT + bucket / 4;
    int quarter = bucket % 4;
    return (1L << exponent) + (quarter + 1) * (1L << (exponent - 2));
  }

  void addTo(long[] sums) {
    for (int i = 0; i < BUCKETS; i++) {
      sums[i] += counts[i];
    }
  }

  long sumNanos() {
    return sumNanos;
  }
}
