package io.roadstead.platform.demo;

import io.roadstead.platform.Refused;
import io.roadstead.platform.demo.stage.Stage;
import io.roadstead.platform.load.OpenLoopLoad;
import io.roadstead.registry.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A demo from the rise of the curtain to its fall: brings the shop up, sets the load on it, has the
 * acts played, and says what came of it. The stage is the caller's, who also ends it.
 *
 * <p>{@link #run} on one thread; all else from any.
 */
final class Demo {
  private final Stage stage;
  private final Shop shop;
  private final Narrator narrator;
  private final Ticker ticker;
  private final Duration duration;
  private final int perSecond;
  private final CountDownLatch cancelled = new CountDownLatch(1);
  private final Deployments deployments;
  private volatile @Nullable Performance performance;

  /**
   * The part that counts.
   *
   * @param begunNanos when the load began
   */
  record Performance(long begunNanos, Tally tally) {}

  Demo(Stage stage, Shop shop, Narrator narrator, Ticker ticker, Duration duration, int perSecond) {
    this.stage = stage;
    this.shop = shop;
    this.narrator = narrator;
    this.ticker = ticker;
    this.duration = duration;
    this.perSecond = perSecond;
    this.deployments = new Deployments(stage, shop, ticker, cancelled);
  }

  /** Ends it early. */
  void cancel() {
    cancelled.countDown();
  }

  Deployments deployments() {
    return deployments;
  }

  /** Null while the shop is being brought up. */
  @Nullable Performance performance() {
    return performance;
  }

  Result run() throws InterruptedException {
    narrator.say(
        "The platform is up: console %s, gateway http://%s", stage.control(), stage.gateway());
    narrator.act("Bringing the shop up: %s.", String.join(", ", Shop.SERVICES));
    bringUp();
    new FirstCaches(stage, narrator, ticker, cancelled).await();
    narrator.act("The first customers: JVMs that have just started are slow.");
    new WarmUp(stage.gateway().socketAddress(), ticker, cancelled).run();

    long begun = ticker.nanos();
    narrator.countFrom(begun);
    narrator.say("Load: %d requests a second to the store front, open loop.", perSecond);
    Tally tally = new Tally(begun);
    performance = new Performance(begun, tally);
    Scene scene =
        new Scene(
            stage,
            shop,
            deployments,
            tally,
            narrator,
            ticker,
            cancelled,
            length -> cancelled.await(length.toNanos(), TimeUnit.NANOSECONDS));
    Choreography acts = new Choreography(scene, duration, begun);
    long ended;
    try (OpenLoopLoad load =
        new OpenLoopLoad(
            stage.gateway().socketAddress(), Shop.PATH, Shop::complete, perSecond, ticker, tally)) {
      load.start();
      try {
        acts.play();
      } finally {
        ended = ticker.nanos();
      }
    }
    checkGoesOn();
    return new Result(
        tally.total(),
        (ended - begun) / 1e9,
        deployments.total(),
        deployments.byService(),
        acts.instanceKill(),
        acts.platformKill(),
        acts.takeover(),
        acts.badVersion(),
        tally.failureKinds(),
        tally.failures(),
        deployments.problems());
  }

  private void bringUp() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (String service : Shop.SERVICES) {
      threads.add(
          Thread.ofVirtual()
              .name("demo-bring-up")
              .start(
                  () -> {
                    try {
                      deployments.next(service).ifPresent(took -> isThere(service, took));
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    } catch (RuntimeException e) {
                      deployments.problem(String.valueOf(e.getMessage()));
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    checkGoesOn();
    if (!deployments.problems().isEmpty()) {
      throw Refused.because(
          "the shop did not come up: " + String.join("; ", deployments.problems()));
    }
  }

  private void checkGoesOn() throws InterruptedException {
    if (cancelled.getCount() == 0) {
      throw new InterruptedException("the demo was ended");
    }
  }

  private void isThere(String service, Duration took) {
    narrator.say("%s is there after %.1f s.", service, took.toMillis() / 1e3);
  }
}
