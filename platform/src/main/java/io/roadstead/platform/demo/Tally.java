package io.roadstead.platform.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Counts how requests ended, and whom a failure is to be blamed on. Safe for use by several
 * threads; one lock guards all of it.
 */
final class Tally {
  private static final long LONGEST_MICROS = 60_000_000;
  private static final int DIGITS = 3;
  private static final int KEPT_FAILURES = 50;

  /** A failure, for the reader of the result. */
  record Failure(long atMillis, String during, String reason) {}

  /** The requests of a stretch of time. */
  record Figures(
      long requests,
      long failedDuringDeployments,
      long failedAtCrash,
      double p50Millis,
      double p99Millis,
      double maxMillis) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Histogram all = new Histogram(LONGEST_MICROS, DIGITS);
  private final Histogram recent = new Histogram(LONGEST_MICROS, DIGITS);
  private final List<Failure> failures = new ArrayList<>();
  private final long originNanos;
  private @Nullable Crash crash;
  private long requests;
  private long failedDuringDeployments;
  private long failedAtCrash;

  /**
   * @param originNanos what times of failures are given from
   */
  Tally(long originNanos) {
    this.originNanos = originNanos;
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

  /**
   * A request has ended.
   *
   * @param intendedNanos when it was due: what its time counts from
   * @param sentNanos when it was sent indeed
   * @param failure why it failed, or null
   */
  void ended(long intendedNanos, long sentNanos, long endedNanos, @Nullable String failure) {
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
        if (failures.size() < KEPT_FAILURES) {
          long at = TimeUnit.NANOSECONDS.toMillis(endedNanos - originNanos);
          failures.add(new Failure(at, byCrash ? "crash" : "deployments", failure));
        }
      }
    } finally {
      lock.unlock();
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

  /** The first failures. */
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
