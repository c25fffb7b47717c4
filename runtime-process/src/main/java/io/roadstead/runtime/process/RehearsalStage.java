package io.roadstead.runtime.process;

import io.roadstead.rollout.LaunchFailed;
import io.roadstead.rollout.Release;
import io.roadstead.rollout.Resources;
import io.roadstead.runtime.process.JarPlans.JarPlan;
import io.roadstead.runtime.process.Rehearsal.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Holds rehearsals on this machine, each on a port and in a folder of its own. */
final class RehearsalStage implements Rehearsals.Stage {
  /** What the stage takes from the runtime. */
  interface House {
    /** The jar that a release runs, if it runs one. */
    Optional<Jar> jar(Release release) throws LaunchFailed;

    Probe.Seen probe(Release release, int port, Duration timeout);

    long starts();
  }

  private static final Duration LEAST_STARTUP = Duration.ofMinutes(2);
  private static final Duration PROBE = Duration.ofSeconds(2);
  private static final long MEMORY_OF_ONE_WITHOUT_LIMIT = 1L << 30;
  private static final long WRITING_MEMORY = 256L << 20;
  private static final Pattern AVAILABLE = Pattern.compile("(?m)^MemAvailable: +(\\d+) kB");

  private final ProcessSettings settings;
  private final Environment environment;
  private final JarPlans plans;
  private final Ports ports;
  private final Cgroups cgroups;
  private final Optional<Path> setsid;
  private final House house;
  private final AtomicLong ids = new AtomicLong();

  RehearsalStage(
      ProcessSettings settings,
      Environment environment,
      JarPlans plans,
      Ports ports,
      Cgroups cgroups,
      Optional<Path> setsid,
      House house) {
    this.settings = settings;
    this.environment = environment;
    this.plans = plans;
    this.ports = ports;
    this.cgroups = cgroups;
    this.setsid = setsid;
    this.house = house;
  }

  @Override
  public long starts() {
    return house.starts();
  }

  @Override
  public Optional<Path> missing(Release release) throws LaunchFailed {
    Optional<Jar> jar = house.jar(release);
    if (jar.isEmpty() || setsid.isEmpty() || !release.spec().start().cache()) {
      return Optional.empty();
    }
    Map<String, String> env = environment(release, "rehearsal", jar.get(), 0);
    return plans
        .plan(jar.get().path(), release.spec(), env)
        .place()
        .filter(cache -> !Files.exists(cache));
  }

  @Override
  public Outcome rehearse(Release release, BooleanSupplier unwanted)
      throws LaunchFailed, InterruptedException {
    Jar jar = house.jar(release).orElseThrow();
    String id = "rehearsal-" + release.service() + "-" + ids.incrementAndGet();
    int port = ports.take();
    Path folder = settings.temporary(id);
    Cgroup group = cgroups.make(id, new Resources(memory(release), 0));
    try {
      Map<String, String> env = environment(release, id, jar, port);
      JarPlan plan = plans.plan(jar.path(), release.spec(), env);
      Path cache = plan.place().orElseThrow();
      Path part = cache.resolveSibling(cache.getFileName() + ".part");
      Files.createDirectories(ExtractedJars.folder(jar.path()));
      return new Rehearsal(
              new Rehearsal.Script(
                  List.of(setsid.orElseThrow().toString()),
                  group,
                  CommandLine.rehearsal(settings, folder, plan, part),
                  CommandLine.check(settings, folder, plan, part),
                  env,
                  settings.workingDirectory(),
                  folder,
                  part,
                  cache,
                  startup(release)),
              () -> house.probe(release, port, PROBE),
              unwanted)
          .run();
    } catch (IOException e) {
      return new Outcome.Failed(e.toString());
    } finally {
      ports.release(port);
      cgroups.letGo(group);
      Folders.letGo(folder);
    }
  }

  @Override
  public long freeDisk() {
    return settings.dataDirectory().toFile().getUsableSpace();
  }

  @Override
  public boolean freeMemory(Release release) {
    long limit = memory(release);
    long needed = limit > 0 ? limit : 2 * MEMORY_OF_ONE_WITHOUT_LIMIT;
    try {
      Matcher available = AVAILABLE.matcher(Files.readString(Path.of("/proc/meminfo")));
      return !available.find() || Long.parseLong(available.group(1)) << 10 >= needed;
    } catch (IOException _) {
      return true; // not told here
    }
  }

  private Map<String, String> environment(Release release, String id, Jar jar, int port)
      throws LaunchFailed {
    return environment.ofRehearsal(release, id, port, jar.spring());
  }

  /** Of two JVMs, for one writes the cache while the other waits; 0 for no limit. */
  private static long memory(Release release) {
    long limit = release.spec().resources().memoryBytes();
    return limit > 0 ? 2 * limit + WRITING_MEMORY : 0;
  }

  /** Longer than an instance has: it runs beside them, and after them. */
  private static Duration startup(Release release) {
    Duration thrice = release.spec().health().startup().multipliedBy(3);
    return thrice.compareTo(LEAST_STARTUP) < 0 ? LEAST_STARTUP : thrice;
  }
}
