package io.roadstead.platform.demo;

import io.roadstead.platform.load.Cause;
import io.roadstead.platform.load.Outcomes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Counts how requests ended, and whom a failure is to be blamed on. Safe for use by several
 * threads; one lock guards all of it.
 */
final class Tally implements Outcomes {
  private static final long LONGEST_MICROS = 60_000_000;
  private static final int DIGITS = 3;
  private static final int KEPT_FAILURES = 60;
  private static final int KEPT_OF_A_KIND = 6;

  /**
   * A failure, for the reader of the result.
   *
   * @param during whom it is blamed on
   * @param phase the act of the demo in which it was noticed
   * @param tookMillis since it was due
   */
  record Failure(long atMillis, long tookMillis, String during, String phase, Cause cause) {
    /** What it has in common with others. */
    String kind() {
      String reason = cause.gatewayReason();
      return during + ", " + phase + ": " + cause.what() + (reason.isEmpty() ? "" : " " + reason);
    }
  }

  /** The requests of a stretch of time. */
  record Figures(
      long requests,
      long failedDuringDeployments,
      long failedAtCrash,
      double p50Millis,
      double p99Millis,
      double maxMillis) {
    long failed() {
      return failedDuringDeployments + failedAtCrash;
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Histogram all = new Histogram(LONGEST_MICROS, DIGITS);
  private final Histogram recent = new Histogram(LONGEST_MICROS, DIGITS);
  private final List<Failure> failures = new ArrayList<>();
  private final Map<String, Long> kinds = new TreeMap<>();
  private final long originNanos;
  private @Nullable Crash crash;
  private String phase = "";
  private long requests;
  private long failedDuringDeployments;
  private long failedAtCrash;

  /**
   * @param originNanos what times of failures are given from
   */
  Tally(long originNanos) {
    this.originNanos = originNanos;
  }

  /** What goes on from now: failures are told with it. */
  void phase(String name) {
    lock.lock();
    try {
      phase = name;
    } finally {
      lock.unlock();
    }
  }

  /** To be called right before the kill. */
  void crashes(long nowNanos) {
    lock.lock();
    try {
      crash = new Crash(nowNanos);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void ended(long intendedNanos, long sentNanos, long endedNanos, @Nullable Cause failure) {
    long micros = Math.clamp((endedNanos - intendedNanos) / 1_000, 0, LONGEST_MICROS);
    lock.lock();
    try {
      requests++;
      all.recordValue(micros);
      recent.recordValue(micros);
      if (failure != null) {
        boolean byCrash = crash != null && crash.explains(sentNanos, endedNanos);
        if (byCrash) {
          failedAtCrash++;
        } else {
          failedDuringDeployments++;
        }
        long at = TimeUnit.NANOSECONDS.toMillis(endedNanos - originNanos);
        keep(new Failure(at, micros / 1_000, byCrash ? "crash" : "deployments", phase, failure));
      }
    } finally {
      lock.unlock();
    }
  }

  /** The first few of each kind, so that many of one do not hide one of another. */
  private void keep(Failure failure) {
    long alike = kinds.merge(failure.kind(), 1L, Long::sum);
    if (alike <= KEPT_OF_A_KIND && failures.size() < KEPT_FAILURES) {
      failures.add(failure);
    }
  }

  /** All requests so far. */
  Figures total() {
    lock.lock();
    try {
      return figures(all);
    } finally {
      lock.unlock();
    }
  }

  /** The counts so far, with the times of the requests since the last call. */
  Figures sinceLast() {
    lock.lock();
    try {
      Figures figures = figures(recent);
      recent.reset();
      return figures;
    } finally {
      lock.unlock();
    }
  }

  /** How many failures of each kind there were. */
  Map<String, Long> failureKinds() {
    lock.lock();
    try {
      return Map.copyOf(kinds);
    } finally {
      lock.unlock();
    }
  }

  /** The first failures of each kind. */
  List<Failure> failures() {
    lock.lock();
    try {
      return List.copyOf(failures);
    } finally {
      lock.unlock();
    }
  }

  private Figures figures(Histogram times) {
    return new Figures(
        requests,
        failedDuringDeployments,
        failedAtCrash,
        times.getValueAtPercentile(50) / 1e3,
        times.getValueAtPercentile(99) / 1e3,
        times.getMaxValue() / 1e3);
  }
}
