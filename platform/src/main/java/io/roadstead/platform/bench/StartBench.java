package io.roadstead.platform.bench;

import io.roadstead.platform.Refused;
import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.Event;
import io.roadstead.rollout.Cause;
import io.roadstead.rollout.Health;
import io.roadstead.rollout.JarStart;
import io.roadstead.rollout.Launch;
import io.roadstead.rollout.LaunchFailed;
import io.roadstead.rollout.ProbeResult;
import io.roadstead.rollout.Release;
import io.roadstead.rollout.Resources;
import io.roadstead.rollout.RolloutPolicy;
import io.roadstead.rollout.RunningInstance;
import io.roadstead.rollout.ServiceSpec;
import io.roadstead.rollout.Source;
import io.roadstead.runtime.process.ProcessRuntime;
import io.roadstead.runtime.process.ProcessSettings;
import io.roadstead.runtime.process.Rehearsals;
import io.roadstead.store.ArtifactFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Starts services with the runtime that the platform starts them with, nothing else beside it, and
 * measures until they answer. Blocks; for one thread.
 */
final class StartBench implements AutoCloseable {
  private static final long MEBIBYTE = 1L << 20;
  private static final String NOWHERE = "http://127.0.0.1:1";
  private static final String ALONE =
      "{\"eureka.client.register-with-eureka\":false,\"eureka.client.fetch-registry\":false}";
  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final Duration PROBE = Duration.ofSeconds(2);
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+(\\d+) kB");

  private final Path folder;
  private final Ticker ticker;
  private final Consumer<String> progress;
  private final ArtifactFiles artifacts;
  private final ProcessRuntime runtime;
  private final Rehearsals rehearsals;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile @Nullable RunningInstance running;
  private int starts;

  /** One way to start a service. */
  private record Way(String service, String how, Release release) {}

  /**
   * @param folder its own, deleted at the end
   */
  StartBench(Path folder, Ticker ticker, Consumer<String> progress) throws IOException {
    this.folder = folder.toAbsolutePath();
    this.ticker = ticker;
    this.progress = progress;
    InstantSource wall = InstantSource.system();
    this.artifacts =
        new ArtifactFiles(Files.createDirectories(folder.resolve("artifacts")), ticker);
    this.runtime =
        new ProcessRuntime(
            ProcessSettings.of(
                folder,
                Path.of(System.getProperty("java.home"), "bin", "java"),
                folder,
                () -> NOWHERE,
                () -> ""),
            artifacts,
            wall,
            ticker);
    this.rehearsals = new Rehearsals(runtime, List::of, () -> true, wall, ticker, this::told);
  }

  StartFigures measure(Path plain, Path spring, int rounds)
      throws IOException, InterruptedException {
    List<Way> ways = ways(keep(plain), keep(spring));
    for (Way way : ways) {
      if (way.release().spec().start().cache() && rehearsals.rehearse(way.release()).isEmpty()) {
        throw Refused.because("no start cache was made of " + way.service() + " " + way.how());
      }
    }
    var millis = new ArrayList<List<Long>>();
    var resident = new ArrayList<List<Long>>();
    ways.forEach(
        _ -> {
          millis.add(new ArrayList<>());
          resident.add(new ArrayList<>());
        });
    for (int round = 0; round <= rounds; round++) {
      progress.accept(round == 0 ? "warm-up" : "round " + round + " of " + rounds);
      for (int i = 0; i < ways.size(); i++) {
        Sample sample = start(ways.get(i));
        if (round > 0) { // what is only done once, and cold file caches, are not counted
          millis.get(i).add(sample.millis());
          resident.get(i).add(sample.residentBytes());
        }
      }
    }
    var rows = new ArrayList<StartFigures.Row>();
    for (int i = 0; i < ways.size(); i++) {
      Way way = ways.get(i);
      rows.add(new StartFigures.Row(way.service(), way.how(), millis.get(i), resident.get(i)));
    }
    return new StartFigures(
        Runtime.version().toString(), Runtime.getRuntime().availableProcessors(), rounds, rows);
  }

  private static List<Way> ways(Source plain, Source spring) {
    JarStart asIs = new JarStart(false, false);
    JarStart extracted = new JarStart(true, false);
    String compiler = "-XX:TieredStopAtLevel=1";
    return List.of(
        way("plain", "as it is", plain, asIs, ""),
        way("plain", "with a start cache", plain, JarStart.FAST, ""),
        way("Spring Boot", "as it is", spring, asIs, ""),
        way("Spring Boot", "extracted", spring, extracted, ""),
        way("Spring Boot", "extracted, with a start cache", spring, JarStart.FAST, ""),
        way("Spring Boot", "the same, `" + compiler + "`", spring, JarStart.FAST, compiler));
  }

  private static Way way(
      String service, String how, Source source, JarStart start, String options) {
    boolean boot = service.startsWith("Spring");
    Map<String, String> env =
        options.isEmpty()
            ? Map.of("SPRING_APPLICATION_JSON", ALONE)
            : Map.of("SPRING_APPLICATION_JSON", ALONE, "JDK_JAVA_OPTIONS", options);
    ServiceSpec spec =
        new ServiceSpec(
            boot ? "orders" : "catalogue",
            source,
            "1",
            1,
            List.of(),
            new Health(boot ? "" : "/health", Duration.ofSeconds(1), PROBE, LONGEST),
            env,
            new Resources((boot ? 384 : 160) * MEBIBYTE, 0),
            RolloutPolicy.DEFAULT,
            start);
    return new Way(
        service,
        how,
        new Release(
            spec.name(), 1, "1", "", spec, InstantSource.system().instant(), Cause.by("bench")));
  }

  private Source keep(Path jar) throws IOException {
    try (InputStream bytes = Files.newInputStream(jar)) {
      return new Source.Artifact(artifacts.add(bytes));
    }
  }

  private record Sample(long millis, long residentBytes) {}

  private Sample start(Way way) throws InterruptedException {
    long began = ticker.nanos();
    RunningInstance instance;
    try {
      instance = runtime.start(new Launch("bench-" + ++starts, way.release(), ""));
    } catch (LaunchFailed e) {
      throw Refused.because(String.valueOf(e.getMessage()));
    }
    running = instance;
    try {
      long limit = began + LONGEST.toNanos();
      while (!(runtime.probe(way.release(), instance, PROBE) instanceof ProbeResult.Healthy)) {
        if (ended(instance, 1) || ticker.nanos() > limit) {
          throw Refused.because(
              way.service() + " did not start: " + String.join(" | ", instance.lastLogLines(5)));
        }
      }
      long millis = TimeUnit.NANOSECONDS.toMillis(ticker.nanos() - began);
      return new Sample(millis, resident(instance.mark().pid()));
    } finally {
      instance.terminate();
      if (!ended(instance, 10_000)) {
        instance.kill();
        boolean _ = ended(instance, 10_000);
      }
      running = null;
    }
  }

  private static boolean ended(RunningInstance instance, long millis) throws InterruptedException {
    try {
      instance.exited().get(millis, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException _) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private static long resident(long pid) {
    try {
      Matcher line = RESIDENT.matcher(Files.readString(Path.of("/proc", pid + "", "status")));
      return line.find() ? Long.parseLong(line.group(1)) << 10 : 0;
    } catch (IOException _) {
      return 0; // not told here
    }
  }

  private void told(Event event) {
    progress.accept(event.message());
  }

  /** Also for a hook at the end of the JVM: what was started would outlive it. */
  @Override
  public void close() throws IOException {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    RunningInstance left = running;
    if (left != null) {
      left.kill();
    }
    rehearsals.close();
    runtime.close();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
