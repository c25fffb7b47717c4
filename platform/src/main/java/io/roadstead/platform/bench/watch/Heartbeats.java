package io.roadstead.platform.bench.watch;

import io.roadstead.platform.load.LoadConnection;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * A heartbeat each 10 ms, meanwhile: how long each took from when it was due. Where the platform is
 * away it goes on when that is back; what was due in between is not counted.
 */
final class Heartbeats implements AutoCloseable {
  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long LONGEST_MICROS = 60_000_000;

  private final BenchedPlatform platform;
  private final Ticker ticker;
  private final Histogram micros = new ConcurrentHistogram(LONGEST_MICROS, 3);
  private final Thread thread;
  private volatile boolean ended;

  Heartbeats(BenchedPlatform platform, Ticker ticker) {
    this.platform = platform;
    this.ticker = ticker;
    this.thread = Thread.ofPlatform().daemon().name("bench-heartbeats").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** The times since the last call, in microseconds. */
  Histogram taken() {
    Histogram now = micros.copy();
    micros.reset();
    return now;
  }

  private void run() {
    byte[] beat = platform.request("POST", "/api/v1/registry/bench/watched-1/renew", "");
    while (!ended) {
      try (LoadConnection connection =
          LoadConnection.open(ticker, platform.control(), ticker.nanos() + ANSWER_NANOS)) {
        long due = ticker.nanos();
        while (!ended) {
          for (long early = due - ticker.nanos(); early > 0; early = due - ticker.nanos()) {
            LockSupport.parkNanos(early);
          }
          var _ = connection.exchange(beat, ticker.nanos() + ANSWER_NANOS);
          long taken = (ticker.nanos() - due) / 1_000;
          micros.recordValue(Math.min(LONGEST_MICROS, taken));
          due = Math.max(due + PERIOD_NANOS, ticker.nanos() - PERIOD_NANOS * 100);
        }
      } catch (IOException _) {
        LockSupport.parkNanos(PERIOD_NANOS); // it is being started anew
      }
    }
  }

  @Override
  public void close() {
    ended = true;
    try {
      thread.join(TimeUnit.NANOSECONDS.toMillis(ANSWER_NANOS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
