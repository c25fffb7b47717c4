package io.roadstead.platform.demo;

import io.roadstead.platform.demo.stage.Seen;
import io.roadstead.platform.demo.stage.Stage;
import io.roadstead.registry.Ticker;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The rest that a platform has once its services are up, and that a demo would not give it: it
 * makes start caches of their jars. Bounded, and it ends early where no more come: a start without
 * a cache is as good, only later.
 */
final class FirstCaches {
  private static final Duration LONGEST = Duration.ofSeconds(45);

  /** The one of a Spring service takes longest. */
  private static final Duration LONGEST_FOR_ONE = Duration.ofSeconds(20);

  private static final long LOOK_MILLIS = 250;

  private final Stage stage;
  private final Narrator narrator;
  private final Ticker ticker;
  private final CountDownLatch cancelled;

  FirstCaches(Stage stage, Narrator narrator, Ticker ticker, CountDownLatch cancelled) {
    this.stage = stage;
    this.narrator = narrator;
    this.ticker = ticker;
    this.cancelled = cancelled;
  }

  void await() throws InterruptedException {
    narrator.act(
        "At rest, the platform makes start caches of what it runs: the next starts use them.");
    Set<String> made = new HashSet<>();
    Set<String> failed = new HashSet<>();
    String cursor = "";
    long begun = ticker.nanos();
    long last = begun;
    while (made.size() + failed.size() < Shop.SERVICES.size()
        && ticker.nanos() - begun < LONGEST.toNanos()
        && ticker.nanos() - last < LONGEST_FOR_ONE.toNanos()) {
      for (Seen.Event event : stage.events(cursor)) {
        cursor = event.cursor();
        boolean news =
            switch (event.kind()) {
              case "cache.made" -> made.add(event.service());
              case "cache.failed" -> failed.add(event.service());
              default -> false;
            };
        last = news ? ticker.nanos() : last;
      }
      if (cancelled.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        throw new InterruptedException("the demo was ended");
      }
    }
    narrator.say(
        "%d of %d services have a start cache after %.1f s.",
        made.size(), Shop.SERVICES.size(), (ticker.nanos() - begun) / 1e9);
  }
}
