package io.roadstead.platform.bench.balancer;

import io.roadstead.platform.Refused;
import io.roadstead.platform.load.Cause;
import io.roadstead.platform.load.LoadConnection;
import io.roadstead.platform.load.OpenLoopLoad;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Measures one after another on real sockets: requests at a fixed rate, whatever becomes of those
 * before, each measured from when it was due. Blocks; for one thread.
 */
final class RealRun {
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final long ADMIN_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final RealProxies proxies;
  private final Ticker ticker;
  private final CountDownLatch ended;

  /**
   * @param ended reaches zero where the benchmark is ended early
   */
  RealRun(RealProxies proxies, Ticker ticker, CountDownLatch ended) {
    this.proxies = proxies;
    this.ticker = ticker;
    this.ended = ended;
  }

  /**
   * What one showed.
   *
   * @param latencies in microseconds, from when requests were due; a quick error is none, a
   *     time-out is one
   * @param hit requests that came to the origin with the fault, of all {@code arrived}
   */
  record Measured(long requests, long failed, long hit, long arrived, Histogram latencies) {
    double errorPercent() {
      return 100.0 * failed / requests;
    }

    double hitPercent() {
      return 100.0 * hit / arrived;
    }

    double millis(double percentile) {
      return latencies.getValueAtPercentile(percentile) / 1e3;
    }

    Measured and(Measured other) {
      Histogram both = latencies.copy();
      both.add(other.latencies);
      return new Measured(
          requests + other.requests,
          failed + other.failed,
          hit + other.hit,
          arrived + other.arrived,
          both);
    }
  }

  /** Gives one what code and connections need that have never been used. */
  void warm(Contestant contestant, int seconds) throws IOException, InterruptedException {
    begin("fair", 0, 0);
    Measured _ = load(contestant, (int) Scenario.real("S2").perSecond(), seconds, 0);
  }

  /**
   * One scenario with one.
   *
   * @param shift which of the origins is hit
   */
  Measured measure(Contestant contestant, Scenario scenario, int shift, long seed)
      throws IOException, InterruptedException {
    begin(scenario.id(), shift, seed);
    return load(contestant, (int) scenario.perSecond(), scenario.seconds(), shift);
  }

  private void begin(String scenario, int shift, long seed) throws IOException {
    String _ = ask("/begin/" + scenario + "/" + shift + "/" + seed);
  }

  private String ask(String path) throws IOException {
    long deadline = ticker.nanos() + ADMIN_NANOS;
    try (LoadConnection admin = LoadConnection.open(ticker, proxies.origin(), deadline)) {
      return admin.exchange(LoadConnection.get(proxies.origin(), path), deadline).body();
    }
  }

  private Measured load(Contestant contestant, int perSecond, int seconds, int hit)
      throws IOException, InterruptedException {
    Tally tally = new Tally();
    OpenLoopLoad.Ask ask =
        new OpenLoopLoad.Ask(
            LoadConnection.get(contestant.address(), contestant.path()), "good\n"::equals);
    try (OpenLoopLoad load =
        new OpenLoopLoad(
            contestant.address(), _ -> ask, true, perSecond, PATIENCE, ticker, tally::ended)) {
      load.start();
      if (ended.await(seconds, TimeUnit.SECONDS)) {
        throw Refused.because("the benchmark was ended before its time");
      }
    }
    int[] counts =
        Arrays.stream(ask("/counts").split(",", -1)).mapToInt(Integer::parseInt).toArray();
    return tally.measured(counts[hit], Arrays.stream(counts).sum());
  }

  /** For several threads. */
  private static final class Tally {
    private final Histogram latencies = new Histogram(TimeUnit.MINUTES.toMicros(1), 3);
    private long requests;
    private long failed;

    synchronized void ended(long due, long sent, long end, @Nullable Cause failure) {
      requests++;
      failed += failure == null ? 0 : 1;
      long micros = TimeUnit.NANOSECONDS.toMicros(end - due);
      if (failure == null || micros >= PATIENCE.toNanos() / 1_100) {
        latencies.recordValue(Math.min(micros, TimeUnit.NANOSECONDS.toMicros(PATIENCE.toNanos())));
      }
    }

    synchronized Measured measured(long hit, long arrived) {
      return new Measured(requests, failed, hit, arrived, latencies.copy());
    }
  }
}
