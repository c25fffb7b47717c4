package io.roadstead.platform.demo;

import io.roadstead.platform.Refused;
import io.roadstead.registry.Ticker;
import io.roadstead.rollout.Deployer.ServiceStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A demo from the rise of the curtain to its fall: brings the shop up, sets the load on it, has the
 * acts played, and says what came of it. The platform is the caller's, who also ends it.
 *
 * <p>{@link #run} on one thread; {@link #cancel} from any.
 */
final class Demo {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final Stage stage;
  private final Shop shop;
  private final Narrator narrator;
  private final Ticker ticker;
  private final Duration duration;
  private final int perSecond;
  private final boolean figures;
  private final CountDownLatch cancelled = new CountDownLatch(1);

  /**
   * @param figures whether to show live ones
   */
  Demo(
      Stage stage,
      Shop shop,
      Narrator narrator,
      Ticker ticker,
      Duration duration,
      int perSecond,
      boolean figures) {
    this.stage = stage;
    this.shop = shop;
    this.narrator = narrator;
    this.ticker = ticker;
    this.duration = duration;
    this.perSecond = perSecond;
    this.figures = figures;
  }

  /** Ends it early. */
  void cancel() {
    cancelled.countDown();
  }

  Result run() throws InterruptedException {
    Deployments deployments = new Deployments(stage, shop, ticker, cancelled);
    narrator.say("The platform is up: %s", stage.whereabouts());
    narrator.say("Bringing the shop up: %s.", String.join(", ", Shop.SERVICES));
    bringUp(deployments);
    new WarmUp(stage.gateway(), ticker, cancelled).run();

    narrator.say("Load: %d requests a second to the store front, open loop.", perSecond);
    long begun = ticker.nanos();
    Tally tally = new Tally(begun);
    Choreography acts =
        new Choreography(
            stage, shop, deployments, tally, narrator, ticker, duration, cancelled, begun);
    long ended;
    try (OpenLoopLoad load =
        new OpenLoopLoad(stage.gateway(), Shop.PATH, Shop::complete, perSecond, ticker, tally)) {
      load.start();
      CountDownLatch over = new CountDownLatch(1);
      Thread live =
          Thread.ofVirtual()
              .name("demo-figures")
              .unstarted(() -> live(over, tally, begun, deployments));
      if (figures) {
        live.start();
      }
      try {
        acts.play();
      } finally {
        over.countDown();
        narrator.endFigures();
        ended = ticker.nanos();
      }
    }
    if (cancelled.getCount() == 0) {
      throw new InterruptedException("the demo was ended");
    }
    return new Result(
        tally.total(),
        (ended - begun) / 1e9,
        deployments.total(),
        deployments.byService(),
        acts.recoveryMillis(),
        acts.badVersion(),
        tally.failures(),
        deployments.problems());
  }

  private void bringUp(Deployments deployments) throws InterruptedException {
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
    if (cancelled.getCount() == 0) {
      throw new InterruptedException("the demo was ended");
    }
    if (!deployments.problems().isEmpty()) {
      throw Refused.because(
          "the shop did not come up: " + String.join("; ", deployments.problems()));
    }
  }

  private void isThere(String service, Duration took) {
    narrator.say("%s is there after %.1f s.", service, took.toMillis() / 1e3);
  }

  private void live(CountDownLatch over, Tally tally, long begun, Deployments deployments) {
    try {
      while (!over.await(SECOND.toMillis(), TimeUnit.MILLISECONDS)) {
        Tally.Figures now = tally.sinceLast();
        StringJoiner services = new StringJoiner("  ");
        for (String service : Shop.SERVICES) {
          stage.service(service).map(Demo::brief).ifPresent(services::add);
        }
        narrator.show(
            String.format(
                Locale.ROOT,
                "%3d s  %,d requests  %d failed  p50 %.1f ms  p99 %.1f ms  %d deployments  %s",
                TimeUnit.NANOSECONDS.toSeconds(ticker.nanos() - begun),
                now.requests(),
                now.failedDuringDeployments() + now.failedAtCrash(),
                now.p50Millis(),
                now.p99Millis(),
                deployments.total(),
                services));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String brief(ServiceStatus status) {
    return "%s %s %d/%d"
        .formatted(status.name(), status.release().version(), status.ready(), status.desired());
  }
}
