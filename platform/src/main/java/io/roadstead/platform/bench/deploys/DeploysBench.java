package io.roadstead.platform.bench.deploys;

import io.roadstead.platform.Refused;
import io.roadstead.platform.bench.watch.BenchedPlatform;
import io.roadstead.platform.client.ControlClient;
import io.roadstead.platform.demo.stage.Workplace;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * One run: a platform in a process of its own, its services, the load, and deployments of all of
 * them without a pause. Half of the services have one replica, half have two. For one thread.
 */
final class DeploysBench {
  private static final Duration WARM_UP = Duration.ofSeconds(5);
  private static final Duration CACHES_WITHIN = Duration.ofMinutes(3);
  private static final int FIRST_AT_ONCE = 4;
  private static final int TOLD_EVERY_SECONDS = 10;

  private final Workplace workplace;
  private final BenchedPlatform platform;
  private final Ticker ticker;
  private final CountDownLatch ended;
  private final Consumer<String> say;

  DeploysBench(
      Workplace workplace,
      BenchedPlatform platform,
      Ticker ticker,
      CountDownLatch ended,
      Consumer<String> say) {
    this.workplace = workplace;
    this.platform = platform;
    this.ticker = ticker;
    this.ended = ended;
    this.say = say;
  }

  /**
   * Measures; the platform has been started.
   *
   * @param without what it does without
   */
  DeploysFigures measure(Protection without, int services, int seconds, boolean sameJars)
      throws InterruptedException, IOException {
    Path notes = Files.createDirectory(workplace.path().resolve("notes"));
    ControlClient client =
        new ControlClient(
            ControlClient.address(BenchedPlatform.told(platform.control())),
            Optional.of(platform.token()),
            "the data directory");
    Releases releases =
        new Releases(
            client,
            new BenchedJars(Files.createDirectory(workplace.path().resolve("jars"))),
            notes,
            sameJars,
            without,
            ticker);
    List<String> names =
        IntStream.range(0, services).mapToObj(i -> "berth-%02d".formatted(i)).toList();
    say.accept("starts " + services + " services");
    first(releases, names);
    if (sameJars) {
      caches(releases, names);
    }
    SixKinds load = new SixKinds(platform.gateway(), names, notes, ticker);
    try {
      load.start();
      say.accept("load");
      pause(WARM_UP);
      say.accept("deploys for " + seconds + " s");
      return measured(without, seconds, sameJars, releases, names, load);
    } finally {
      load.end();
    }
  }

  private DeploysFigures measured(
      Protection without,
      int seconds,
      boolean sameJars,
      Releases releases,
      List<String> names,
      SixKinds load)
      throws InterruptedException {
    long begun = ticker.nanos();
    long end = begun + TimeUnit.SECONDS.toNanos(seconds);
    Used before = used();
    List<Thread> deployers = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      int replicas = Releases.replicas(i);
      deployers.add(
          Thread.ofVirtual()
              .name("deploys-" + name)
              .start(() -> deployUntil(end, releases, name, replicas)));
    }
    for (int told = TOLD_EVERY_SECONDS; told < seconds; told += TOLD_EVERY_SECONDS) {
      pause(Duration.ofNanos(begun + TimeUnit.SECONDS.toNanos(told) - ticker.nanos()));
      say.accept(
          told
              + " s: "
              + releases.endedBetween(begun, end)
              + " deployments, "
              + load.requests()
              + " requests, "
              + load.failed()
              + " failed");
    }
    pause(Duration.ofNanos(end - ticker.nanos()));
    Used after = used();
    for (Thread deployer : deployers) {
      deployer.join();
    }
    load.end();
    return new DeploysFigures(
        without,
        seconds,
        names.size(),
        Runtime.getRuntime().availableProcessors(),
        sameJars,
        releases.endedBetween(begun, end),
        (after.platform() - before.platform()) / 1e9 / seconds,
        (after.instances() - before.instances()) / 1e9 / seconds,
        (after.load() - before.load()) / 1e9 / seconds,
        load.kinds().stream().map(Kind::figures).toList(),
        load.events(),
        load.echoes(),
        load.endedInOrder(),
        releases.millis(),
        releases.stepMillis(),
        releases.problems());
  }

  /** Nanoseconds of the processors. */
  private record Used(long platform, long instances, long load) {}

  private Used used() {
    return new Used(
        platform.cpuNanos(),
        platform.endedInstancesCpuNanos(),
        ProcessHandle.current().info().totalCpuDuration().map(Duration::toNanos).orElse(0L));
  }

  private void deployUntil(long end, Releases releases, String service, int replicas) {
    while (ticker.nanos() - end < 0) {
      try {
        if (!releases.next(service, replicas)) {
          return;
        }
      } catch (Refused e) {
        releases.problem(service + ": " + e.getMessage());
        return;
      }
    }
  }

  private void first(Releases releases, List<String> names) {
    try (ExecutorService some = Executors.newFixedThreadPool(FIRST_AT_ONCE)) {
      for (int i = 0; i < names.size(); i++) {
        String name = names.get(i);
        int replicas = Releases.replicas(i);
        var _ =
            some.submit(
                () -> {
                  try {
                    boolean _ = releases.next(name, replicas);
                  } catch (Refused e) {
                    releases.problem(name + ": " + e.getMessage());
                  }
                });
      }
    }
    if (!releases.problems().isEmpty()) {
      throw Refused.because("a first release failed: " + releases.problems().getFirst());
    }
  }

  /** Has both jars deployed, each until the platform has made a start cache of it. */
  private void caches(Releases releases, List<String> names)
      throws InterruptedException, IOException {
    for (int made = 1; made <= 2; made++) {
      say.accept("waits for start cache " + made + " of 2");
      long begun = ticker.nanos();
      while (countCaches() < made) {
        if (ticker.nanos() - begun > CACHES_WITHIN.toNanos()) {
          throw Refused.because(
              "no start cache was made within " + CACHES_WITHIN.toSeconds() + " s");
        }
        pause(Duration.ofMillis(500));
      }
      if (made == 1) {
        boolean _ = releases.next(names.getFirst(), Releases.replicas(0));
      }
    }
  }

  private long countCaches() throws IOException {
    try (var files = Files.walk(platform.data().resolve("artifacts"))) {
      return files.filter(file -> file.toString().endsWith(".aot")).count();
    }
  }

  private void pause(Duration duration) throws InterruptedException {
    if (ended.await(Math.max(0, duration.toMillis()), TimeUnit.MILLISECONDS)) {
      throw new InterruptedException("ended");
    }
  }
}
