package io.roadstead.control.figures;

import java.util.Arrays;

/**
 * The figures of one service, version or instance for the last {@value #SECONDS} s, a point a
 * second. Guarded by the lock of the {@link FigureBook} that it belongs to.
 *
 * <p>Of lengths of time each second keeps only the buckets that were hit, packed, so that quantiles
 * can be had of any stretch of time and a quiet second costs nothing.
 */
final class Series {
  static final int SECONDS = 300;

  private static final int[] NOTHING = {};
  private static final int COUNT_BITS = 24;
  private static final int MOST = (1 << COUNT_BITS) - 1;

  private final int[] requests = new int[SECONDS];
  private final int[] errors = new int[SECONDS];
  private final int[] clientErrors = new int[SECONDS];
  private final int[] inFlight = new int[SECONDS];
  private final int[][] took = new int[SECONDS][];

  private long newRequests;
  private long newErrors;
  private long newClientErrors;
  private long[] newTook = {};
  private long inFlightNow;

  /** Where the next point goes. */
  private int next;

  /** How many points there are. */
  private int points;

  private int quietSeconds;

  Series() {
    Arrays.fill(took, NOTHING);
  }

  /** Counts requests of the second under way. */
  void add(long count, long failed, long refused) {
    newRequests += count;
    newErrors += failed;
    newClientErrors += refused;
  }

  /** Counts how long they took, by bucket. */
  void addTook(long[] buckets) {
    if (newTook.length == 0) {
      newTook = new long[Buckets.COUNT];
    }
    for (int i = 0; i < buckets.length; i++) {
      newTook[i] += buckets[i];
    }
  }

  void addInFlight(long count) {
    inFlightNow += count;
  }

  void clearInFlight() {
    inFlightNow = 0;
  }

  long inFlight() {
    return inFlightNow;
  }

  /** The second is over. */
  void close() {
    point(newRequests, newErrors, newClientErrors, packed(newTook));
    newRequests = 0;
    newErrors = 0;
    newClientErrors = 0;
    Arrays.fill(newTook, 0);
  }

  /** A second has passed of which nothing was told in time: what happened is in the next. */
  void skip() {
    point(0, 0, 0, NOTHING);
  }

  private void point(long count, long failed, long refused, int[] buckets) {
    requests[next] = clamp(count);
    errors[next] = clamp(failed);
    clientErrors[next] = clamp(refused);
    inFlight[next] = clamp(inFlightNow);
    took[next] = buckets;
    quietSeconds = count == 0 && inFlightNow == 0 ? quietSeconds + 1 : 0;
    next = (next + 1) % SECONDS;
    points = Math.min(SECONDS, points + 1);
  }

  /** Whether all that it holds is nothing. */
  boolean quiet() {
    return quietFor(SECONDS);
  }

  /** Whether nothing happened for so many seconds. */
  boolean quietFor(int seconds) {
    return quietSeconds >= seconds;
  }

  /** The last point, or the last few put together. */
  Figures last(int seconds) {
    long all = 0;
    long failed = 0;
    long refused = 0;
    long[] buckets = new long[Buckets.COUNT];
    for (int back = 1; back <= seconds; back++) {
      int at = Math.floorMod(next - back, SECONDS);
      all += requests[at];
      failed += errors[at];
      refused += clientErrors[at];
      unpack(took[at], buckets);
    }
    return new Figures(
        Math.max(1, Math.min(seconds, points)),
        all,
        failed,
        refused,
        inFlight[Math.floorMod(next - 1, SECONDS)],
        Buckets.quantileMillis(buckets, 0.5),
        Buckets.quantileMillis(buckets, 0.99));
  }

  /** The last so many points, oldest first; seconds before the first are zero. */
  Columns columns(int steps) {
    Columns columns = new Columns(steps);
    long[] buckets = new long[Buckets.COUNT];
    for (int i = 0; i < steps; i++) {
      int at = Math.floorMod(next - steps + i, SECONDS);
      columns.requests()[i] = requests[at];
      columns.errors()[i] = errors[at];
      columns.clientErrors()[i] = clientErrors[at];
      columns.inFlight()[i] = inFlight[at];
      Arrays.fill(buckets, 0);
      unpack(took[at], buckets);
      columns.p50Millis()[i] = Buckets.quantileMillis(buckets, 0.5);
      columns.p99Millis()[i] = Buckets.quantileMillis(buckets, 0.99);
    }
    return columns;
  }

  private static int clamp(long count) {
    return (int) Math.min(Integer.MAX_VALUE, Math.max(0, count));
  }

  private static int[] packed(long[] buckets) {
    int hit = 0;
    for (long count : buckets) {
      hit += count > 0 ? 1 : 0;
    }
    if (hit == 0) {
      return NOTHING;
    }
    int[] packed = new int[hit];
    int place = 0;
    for (int bucket = 0; bucket < buckets.length; bucket++) {
      if (buckets[bucket] > 0) {
        packed[place++] = bucket << COUNT_BITS | (int) Math.min(MOST, buckets[bucket]);
      }
    }
    return packed;
  }

  private static void unpack(int[] packed, long[] buckets) {
    for (int each : packed) {
      buckets[each >>> COUNT_BITS] += each & MOST;
    }
  }
}
