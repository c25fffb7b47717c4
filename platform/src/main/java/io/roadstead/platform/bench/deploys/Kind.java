package io.roadstead.platform.bench.deploys;

import io.roadstead.platform.load.Cause;
import io.roadstead.platform.load.Outcomes;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What became of the requests of one kind, the n-th of which goes to the n-th service, over and
 * over. Safe for use by several threads.
 */
final class Kind implements Outcomes {
  private static final long LONGEST_MICROS = 60_000_000;
  private static final int KEPT_LOSSES = 10_000;
  private static final String DETAIL = "\"detail\":\"";

  /** As it stands. */
  record Figures(
      String name,
      long requests,
      long failed,
      double p50Millis,
      double p99Millis,
      double maxMillis) {}

  private final String name;
  private final Histogram micros = new ConcurrentHistogram(LONGEST_MICROS, 3);
  private final LongAdder requests = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final Queue<Loss> losses = new ConcurrentLinkedQueue<>();
  private final int code;
  private final List<String> services;

  /**
   * @param code that its traces have
   */
  Kind(String name, int code, List<String> services) {
    this.name = name;
    this.code = code;
    this.services = List.copyOf(services);
  }

  /** The trace of its n-th request. */
  String trace(long n) {
    return Traced.trace(code, n);
  }

  @Override
  public void ended(long intendedNanos, long sentNanos, long endedNanos, @Nullable Cause failure) {
    ended(0, intendedNanos, sentNanos, endedNanos, failure);
  }

  @Override
  public void ended(
      long number, long intendedNanos, long sentNanos, long endedNanos, @Nullable Cause failure) {
    micros.recordValue(Math.clamp((endedNanos - intendedNanos) / 1_000, 0, LONGEST_MICROS));
    requests.increment();
    if (failure != null) {
      failed(
          trace(number),
          services.get((int) (number % services.size())),
          sentNanos,
          endedNanos,
          (failure.what() + " " + failure.gatewayReason() + " " + detail(failure.body())).strip());
    }
  }

  /** The gateway's own words, without what is around them. */
  private static String detail(String body) {
    int at = body.indexOf(DETAIL);
    return at < 0 ? body : body.substring(at + DETAIL.length()).replaceFirst("\"?}$", "");
  }

  /** A request, or a stream, that has begun and not failed yet. */
  void begun() {
    requests.increment();
  }

  /** How long a stream took to its first event or echo. */
  void first(long nanos) {
    micros.recordValue(Math.clamp(nanos / 1_000, 0, LONGEST_MICROS));
  }

  void failed(String trace, String service, long sentNanos, long endedNanos, String how) {
    failed.increment();
    if (losses.size() < KEPT_LOSSES) {
      losses.add(new Loss(name, trace, service, sentNanos, endedNanos, how));
    }
  }

  /** Those that failed, the first ten thousand. */
  List<Loss> losses() {
    return List.copyOf(losses);
  }

  long requests() {
    return requests.sum();
  }

  long failed() {
    return failed.sum();
  }

  Figures figures() {
    return new Figures(
        name,
        requests(),
        failed(),
        micros.getValueAtPercentile(50) / 1e3,
        micros.getValueAtPercentile(99) / 1e3,
        micros.getMaxValue() / 1e3);
  }
}
