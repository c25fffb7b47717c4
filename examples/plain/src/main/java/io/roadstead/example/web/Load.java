package io.roadstead.example.web;

import java.util.Arrays;
import java.util.Locale;

/**
 * What a service tells its gateways of itself in the header {@code X-Roadstead-Load}, so that
 * {@code balancer: { strategy: prequal }} has something to go by: how many requests are in flight,
 * and how long those took lately that began at about such a load (the median). The second is what
 * makes it worth more than an average: it says what the next request has to expect.
 *
 * <p>Safe for use by several threads; each call takes the one lock for a moment.
 */
public final class Load {
  private static final int RECENT = 16;
  private static final int LEVELS = 16;

  /** For each doubling of the load, how long the last requests took that began at it. */
  private final long[][] nanos = new long[LEVELS][RECENT];

  private final int[] counts = new int[LEVELS];
  private int inFlight;

  public Load() {}

  /** A request begins; says how many are in flight with it, which {@link #ended} wants back. */
  public synchronized int begun() {
    return ++inFlight;
  }

  /**
   * A request is answered.
   *
   * @param at what {@link #begun} said
   * @return the header's value, to be sent with the answer
   */
  public synchronized String ended(int at, long tookNanos) {
    inFlight--;
    int level = level(at);
    nanos[level][counts[level]++ % RECENT] = tookNanos;
    return String.format(
        Locale.ROOT, "inflight=%d, latency=%.3f", inFlight, median(level(inFlight + 1)) / 1e6);
  }

  private static int level(int load) {
    return Math.min(LEVELS - 1, Integer.SIZE - 1 - Integer.numberOfLeadingZeros(load));
  }

  /** Of the level that is nearest to this one and knows anything. */
  private long median(int wanted) {
    for (int distance = 0; distance < LEVELS; distance++) {
      for (int level : new int[] {wanted - distance, wanted + distance}) {
        if (level >= 0 && level < LEVELS && counts[level] > 0) {
          long[] known = Arrays.copyOf(nanos[level], Math.min(RECENT, counts[level]));
          Arrays.sort(known);
          return known[known.length / 2];
        }
      }
    }
    return 0;
  }
}
