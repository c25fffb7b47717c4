package io.roadstead.runtime.process;

import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.Event;
import io.roadstead.registry.event.EventSink;
import io.roadstead.rollout.LaunchFailed;
import io.roadstead.rollout.Release;
import io.roadstead.runtime.process.Rehearsal.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the ahead-of-time caches that releases lack, one after another, when nothing else goes on.
 *
 * <p>It looks every two seconds. Only when nothing was under way at two looks, and no instance was
 * started in between, does a rehearsal begin; one that runs is left off as soon as an instance is
 * started or something is under way, and begun again later. What failed is tried once more, and
 * then left alone until the platform starts again: an instance without a cache is as good, only
 * later. One thread, from {@link #start} to {@link #close}.
 */
public final class Rehearsals implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Rehearsals.class);
  private static final Duration LOOK = Duration.ofSeconds(2);
  private static final int ATTEMPTS = 2;
  private static final long LEAST_DISK = 512L << 20;

  private final Stage stage;
  private final Supplier<List<Release>> wanted;
  private final BooleanSupplier quiet;
  private final InstantSource wall;
  private final Ticker ticker;
  private final EventSink events;
  private final ReentrantLock one = new ReentrantLock();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Map<Path, Integer> failures = new ConcurrentHashMap<>();
  private @Nullable Thread thread;

  /** Where rehearsals are held. */
  interface Stage {
    /** How many instances have been started so far. */
    long starts();

    /** Where the cache of a release belongs, if it can have one and has none. */
    Optional<Path> missing(Release release) throws LaunchFailed;

    Outcome rehearse(Release release, BooleanSupplier unwanted)
        throws LaunchFailed, InterruptedException;

    /** Bytes that are free where caches are kept. */
    long freeDisk();

    /** Whether there is the memory for one. */
    boolean freeMemory(Release release);
  }

  /**
   * @param wanted the releases that instances are, or would be, started from
   * @param quiet whether no deployment is under way
   */
  public Rehearsals(
      ProcessRuntime runtime,
      Supplier<List<Release>> wanted,
      BooleanSupplier quiet,
      InstantSource wall,
      Ticker ticker,
      EventSink events) {
    this(runtime.stage(), wanted, quiet, wall, ticker, events);
  }

  Rehearsals(
      Stage stage,
      Supplier<List<Release>> wanted,
      BooleanSupplier quiet,
      InstantSource wall,
      Ticker ticker,
      EventSink events) {
    this.stage = stage;
    this.wanted = wanted;
    this.quiet = quiet;
    this.wall = wall;
    this.ticker = ticker;
    this.events = events;
  }

  /** Begins to look. */
  public void start() {
    thread = Thread.ofVirtual().name("rehearsals").start(this::look);
  }

  /**
   * Makes the cache of one release now, and waits.
   *
   * @return nothing where it has one or can have none, else what was told about it
   */
  public Optional<String> rehearse(Release release) throws InterruptedException {
    return rehearse(release, () -> closed.getCount() == 0);
  }

  /** Leaves a rehearsal off and ends. */
  @Override
  public void close() {
    closed.countDown();
    Thread looking = thread;
    if (looking != null) {
      try {
        looking.join(Duration.ofSeconds(5));
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void look() {
    long seen = -1;
    try {
      while (!closed.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
        long starts = stage.starts();
        boolean still = starts == seen && quiet.getAsBoolean();
        seen = starts;
        if (still) {
          lookOnce(starts);
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void lookOnce(long starts) throws InterruptedException {
    BooleanSupplier unwanted =
        () -> closed.getCount() == 0 || stage.starts() != starts || !quiet.getAsBoolean();
    try {
      for (Release release : wanted.get()) {
        if (unwanted.getAsBoolean()) {
          return;
        }
        Optional<String> _ = rehearse(release, unwanted);
      }
    } catch (RuntimeException e) {
      log.warn("looking for start caches to make failed, and is tried again: {}", e.toString());
    }
  }

  private Optional<String> rehearse(Release release, BooleanSupplier unwanted)
      throws InterruptedException {
    one.lockInterruptibly();
    try {
      Optional<Path> missing = stage.missing(release);
      if (missing.isEmpty()) {
        return Optional.empty();
      }
      Path cache = missing.get();
      if (failures.getOrDefault(cache, 0) >= ATTEMPTS || !stage.freeMemory(release)) {
        return Optional.empty();
      }
      if (stage.freeDisk() < LEAST_DISK) {
        return told(
            release,
            cache,
            new Outcome.Failed(
                "only "
                    + (stage.freeDisk() >> 20)
                    + " MiB are free in the data directory, "
                    + (LEAST_DISK >> 20)
                    + " MiB are needed; make room"),
            0);
      }
      long began = ticker.nanos();
      Outcome outcome = stage.rehearse(release, unwanted);
      return told(release, cache, outcome, TimeUnit.NANOSECONDS.toMillis(ticker.nanos() - began));
    } catch (LaunchFailed e) {
      log.debug("no rehearsal of {}: {}", release.service(), e.getMessage());
      return Optional.empty();
    } finally {
      one.unlock();
    }
  }

  private Optional<String> told(Release release, Path cache, Outcome outcome, long millis) {
    String what = release.service() + " " + release.version();
    return switch (outcome) {
      case Outcome.Made(long bytes) -> {
        failures.remove(cache);
        yield event(
            "cache.made",
            release,
            String.format(
                Locale.ROOT,
                "a start cache of %s was made in %.1f s (%d MiB): what is started from now on uses"
                    + " it",
                what,
                millis / 1000.0,
                bytes >> 20),
            Map.of("version", release.version(), "millis", millis, "bytes", bytes));
      }
      case Outcome.Failed(String why) -> {
        int count = failures.merge(cache, 1, Integer::sum);
        yield event(
            "cache.failed",
            release,
            "no start cache could be made of "
                + what
                + ", which starts without one"
                + (count < ATTEMPTS
                    ? " (it will be tried once more): "
                    : " (turn it off with start: { cache: false }): ")
                + why,
            Map.of("version", release.version(), "reason", why));
      }
      case Outcome.Aborted() -> {
        log.debug("the rehearsal of {} was left off", what);
        yield Optional.empty();
      }
    };
  }

  private Optional<String> event(
      String kind, Release release, String message, Map<String, Object> data) {
    events.accept(new Event(wall.instant(), kind, release.service(), "", "", message, data));
    return Optional.of(message);
  }
}
