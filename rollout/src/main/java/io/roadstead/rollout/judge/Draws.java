package io.roadstead.rollout.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Requests drawn from a known distribution, counted in the buckets of the gateway: four to each
 * power of two. A distribution is a table of equally likely buckets, so that millions are drawn in
 * a second.
 */
final class Draws {
  private static final int EXPONENTS = 26;
  private static final int FIRST_EXPONENT = 10;
  private static final int DRAWN_BITS = 16;
  private static final int EQUALLY_LIKELY = 1 << DRAWN_BITS;
  private static final int DRAWS_OF_A_LONG = Long.SIZE / DRAWN_BITS;
  static final List<Long> UPPER_NANOS = upperNanos();

  private final byte[] buckets;
  private final double errorShare;

  private Draws(byte[] buckets, double errorShare) {
    this.buckets = buckets;
    this.errorShare = errorShare;
  }

  /** The latency, in milliseconds, that a share of all requests is not longer than. */
  interface Quantiles {
    double millis(double share, double normal);
  }

  /** Half of all below the median, and 99 of 100 below 3.2 times as much. */
  static Quantiles unimodal(double medianMillis) {
    return (_, normal) -> medianMillis * Math.exp(0.5 * normal);
  }

  /** Four of five from a cache in some 5 ms, the others in some 100. */
  static Quantiles bimodal() {
    return (share, normal) ->
        share < 0.8 ? 5 * Math.exp(0.3 * normal) : 100 * Math.exp(0.3 * (normal - 1.2));
  }

  static Draws of(Quantiles quantiles, double factor, double errorShare) {
    byte[] buckets = new byte[EQUALLY_LIKELY];
    for (int i = 0; i < EQUALLY_LIKELY; i++) {
      double share = (i + 0.5) / EQUALLY_LIKELY;
      double normal =
          share < 0.5 ? -Judge.deviations(share) : share > 0.5 ? Judge.deviations(1 - share) : 0;
      buckets[i] = (byte) bucket((long) (factor * quantiles.millis(share, normal) * 1e6));
    }
    return new Draws(buckets, errorShare);
  }

  Sample draw(SplittableRandom random, int requests) {
    return draw(List.of(this), random, requests);
  }

  /** Requests of a distribution that changes: an equal part of each, in turn. */
  static Sample draw(List<Draws> phases, SplittableRandom random, int requests) {
    int[] counts = new int[UPPER_NANOS.size()];
    long errors = 0;
    int drawn = 0;
    for (int i = 0; i < phases.size(); i++) {
      int until = (int) ((i + 1L) * requests / phases.size());
      phases.get(i).draw(random, until - drawn, counts);
      errors += phases.get(i).errors(random, until - drawn);
      drawn = until;
    }
    List<Long> boxed = new ArrayList<>(counts.length);
    for (int count : counts) {
      boxed.add((long) count);
    }
    return new Sample(requests, errors, new Histogram(UPPER_NANOS, boxed));
  }

  private void draw(SplittableRandom random, int requests, int[] counts) {
    long bits = 0;
    for (int i = 0; i < requests; i++) {
      bits = i % DRAWS_OF_A_LONG == 0 ? random.nextLong() : bits >>> DRAWN_BITS;
      counts[buckets[(int) bits & (EQUALLY_LIKELY - 1)]]++;
    }
  }

  /** How many fail: from one to the next it is as far as the geometric distribution says. */
  private long errors(SplittableRandom random, int requests) {
    if (errorShare == 0) {
      return 0;
    }
    double perRequest = Math.log1p(-errorShare);
    long errors = 0;
    double at = 0;
    while (true) {
      // 1 - nextDouble(): more than 0, so that its logarithm is finite.
      at += 1 + Math.floor(Math.log(1 - random.nextDouble()) / perRequest);
      if (at > requests) {
        return errors;
      }
      errors++;
    }
  }

  private static int bucket(long nanos) {
    int exponent = 63 - Long.numberOfLeadingZeros(nanos);
    int quarter = (int) (nanos >>> (exponent - 2)) & 3;
    return (exponent - FIRST_EXPONENT) * 4 + quarter;
  }

  private static List<Long> upperNanos() {
    List<Long> all = new ArrayList<>();
    for (int i = 0; i < EXPONENTS * 4; i++) {
      int exponent = FIRST_EXPONENT + i / 4;
      all.add((1L << exponent) + (i % 4 + 1) * (1L << (exponent - 2)));
    }
    return List.copyOf(all);
  }
}
