package io.roadstead.platform.demo;

import io.roadstead.platform.demo.stage.Stage;
import io.roadstead.registry.Ticker;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What every act plays with.
 *
 * @param cancelled reaches zero when the demo is ended early
 */
record Scene(
    Stage stage,
    Shop shop,
    Deployments deployments,
    Tally tally,
    Narrator narrator,
    Ticker ticker,
    CountDownLatch cancelled,
    Pause pauses) {
  /** Waits for a while; whether the demo was ended meanwhile. */
  interface Pause {
    boolean endedWithin(Duration length) throws InterruptedException;
  }

  boolean goesOn() {
    return cancelled.getCount() > 0;
  }

  /** Lets the load go on for a while with nothing else. */
  void pause(Duration length) throws InterruptedException {
    if (pauses.endedWithin(length)) {
      throw new InterruptedException("the demo was ended");
    }
  }

  long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(ticker.nanos() - nanos);
  }
}
