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
import java.time.InstantSource;
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
  private static final Duration LOG_WRITTEN_WITHIN = Duration.ofMillis(500);

  private final Workplace workplace;
  private final BenchedPlatform platform;
  private final Ticker ticker;
  private final InstantSource wall;
  private final CountDownLatch ended;
  private final Consumer<String> say;

  DeploysBench(
      Workplace workplace,
      BenchedPlatform platform,
      Ticker ticker,
      InstantSource wall,
      CountDownLatch ended,
      Consumer<String> say) {
    this.workplace = workplace;
    this.platform = platform;
    this.ticker = ticker;
    this.wall = wall;
    this.ended = ended;
    this.say = say;
  }

  /** The gateway's access log, which the platform is started with. */
  static Path accessLog(Workplace workplace) {
    return workplace.path().resolve("access").resolve("access.log");
  }

  /** Measures; the platform has been started. */
  DeploysFigures measure(DeploysRun run) throws InterruptedException, IOException {
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
            run.sameJars(),
            run.without(),
            ticker);
    List<String> names =
        IntStream.range(0, run.services()).mapToObj(i -> "berth-%02d".formatted(i)).toList();
    say.accept("starts " + run.services() + " services");
    first(releases, names);
    if (run.sameJars()) {
      caches(releases, names);
    }
    SixKinds load = new SixKinds(platform.gateway(), names, notes, ticker);
    try {
      load.start();
      say.accept("load");
      pause(WARM_UP);
      say.accept("deploys for " + run.seconds() + " s");
      return measured(run, releases, new Kills(client, ticker, run.seed()), names, load);
    } finally {
      load.end();
    }
  }

  private DeploysFigures measured(
      DeploysRun run, Releases releases, Kills kills, List<String> names, SixKinds load)
      throws InterruptedException {
    int seconds = run.seconds();
    long begun = ticker.nanos();
    long begunWallMillis = wall.millis();
    long end = begun + TimeUnit.SECONDS.toNanos(seconds);
    Used before = used();
    List<Thread> deployers = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      int replicas = Releases.replicas(i);
      deployers.add(
          Thread.ofVirtual()
              .name("deploys-" + name)
              .start(() -> deployUntil(end, run.kills(), releases, kills, name, replicas)));
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
    // The log is written twenty times a second.
    pause(LOG_WRITTEN_WITHIN);
    List<Losses.Told> losses =
        new Losses(begun, begunWallMillis, releases.steps(), kills.list(), Kills.GRACE.toNanos())
            .told(load.losses(), accessLog(workplace));
    return new DeploysFigures(
        run,
        Runtime.getRuntime().availableProcessors(),
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
        kills.list().size(),
        losses,
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

  private void deployUntil(
      long end, boolean killing, Releases releases, Kills kills, String service, int replicas) {
    try {
      while (ticker.nanos() - end < 0 && releases.next(service, replicas)) {
        if (killing && ticker.nanos() - end < 0) {
          kills.perhaps(service).ifPresent(releases::problem);
        }
      }
    } catch (Refused e) {
      releases.problem(service + ": " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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
