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

/** What became of the requests of one kind. Safe for use by several threads. */
final class Kind implements Outcomes {
  private static final long LONGEST_MICROS = 60_000_000;
  private static final int KEPT_FAILURES = 8;

  /**
   * As it stands.
   *
   * @param failures the first few, in words
   */
  record Figures(
      String name,
      long requests,
      long failed,
      double p50Millis,
      double p99Millis,
      double maxMillis,
      List<String> failures) {
    Figures {
      failures = List.copyOf(failures);
    }
  }

  private final String name;
  private final Histogram micros = new ConcurrentHistogram(LONGEST_MICROS, 3);
  private final LongAdder requests = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();

  Kind(String name) {
    this.name = name;
  }

  @Override
  public void ended(long intendedNanos, long sentNanos, long endedNanos, @Nullable Cause failure) {
    micros.recordValue(Math.clamp((endedNanos - intendedNanos) / 1_000, 0, LONGEST_MICROS));
    requests.increment();
    if (failure != null) {
      failed((failure.what() + " " + failure.gatewayReason() + " " + failure.body()).strip());
    }
  }

  /** A request, or a stream, that has begun and not failed yet. */
  void begun() {
    requests.increment();
  }

  /** How long a stream took to its first event or echo. */
  void first(long nanos) {
    micros.recordValue(Math.clamp(nanos / 1_000, 0, LONGEST_MICROS));
  }

  void failed(String how) {
    failed.increment();
    if (failures.size() < KEPT_FAILURES) {
      failures.add(how);
    }
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
        micros.getMaxValue() / 1e3,
        List.copyOf(failures));
  }
}
