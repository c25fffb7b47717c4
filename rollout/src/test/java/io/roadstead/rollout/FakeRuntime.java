package io.roadstead.rollout;

import io.roadstead.registry.Ticker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Processes that do what their command says: words such as {@code never-healthy}, {@code
 * exits-at-once}, {@code ignores-sigterm}, {@code slow}, {@code not-launchable}, {@code
 * port-taken}, {@code not-listable}. They outlive the deployers of a test.
 */
final class FakeRuntime implements InstanceRuntime {
  /** One process. */
  final class FakeProcess implements RunningInstance {
    final Launch launch;
    final ProcessMark mark;
    final long healthyAt;
    final List<String> lines = new ArrayList<>();
    boolean terminated;
    boolean killed;
    boolean sick;
    CompletableFuture<Exit> exited = new CompletableFuture<>();

    FakeProcess(Launch launch, ProcessMark mark, long healthyAt) {
      this.launch = launch;
      this.mark = mark;
      this.healthyAt = healthyAt;
    }

    String id() {
      return launch.id();
    }

    String version() {
      return launch.release().version();
    }

    @Override
    public ProcessMark mark() {
      return mark;
    }

    @Override
    public String host() {
      return "127.0.0.1";
    }

    @Override
    public int port() {
      return mark.port();
    }

    @Override
    public CompletableFuture<Exit> exited() {
      return exited;
    }

    @Override
    public void terminate() {
      if (!terminated && alive.containsKey(id())) {
        terminated = true;
        if (!does(launch.release(), "ignores-sigterm")) {
          work.after(Duration.ofMillis(20), () -> end(new Exit(OptionalInt.of(143), "")));
        }
      }
    }

    @Override
    public void kill() {
      if (alive.containsKey(id())) {
        killed = true;
        end(new Exit(OptionalInt.empty(), "SIGKILL"));
      }
    }

    @Override
    public List<String> lastLogLines(int count) {
      return lines.subList(Math.max(0, lines.size() - count), lines.size());
    }

    /** It ends, by its own will or somebody else's. */
    void end(Exit exit) {
      if (alive.remove(id()) != null) {
        exited.complete(exit);
      }
    }
  }

  private final Work work;
  private final InstantSource wall;
  private final Ticker ticker;
  final Map<String, FakeProcess> alive = Collections.synchronizedMap(new LinkedHashMap<>());
  final List<FakeProcess> started = Collections.synchronizedList(new ArrayList<>());
  final Map<String, Exit> kept = new LinkedHashMap<>();
  Runnable onStart = () -> {};
  private final AtomicInteger processes = new AtomicInteger();

  FakeRuntime(Work work, InstantSource wall, Ticker ticker) {
    this.work = work;
    this.wall = wall;
    this.ticker = ticker;
  }

  @Override
  public RunningInstance start(Launch launch) throws LaunchFailed {
    if (does(launch.release(), "not-launchable")) {
      throw new LaunchFailed("cannot run it: no such file");
    }
    int next = processes.incrementAndGet();
    int port = does(launch.release(), "not-listable") ? 70_000 : 20_000 + next;
    long startup = does(launch.release(), "slow") ? 5_000 : 100;
    FakeProcess process =
        new FakeProcess(
            launch,
            new ProcessMark(1000 + next, wall.instant(), port),
            ticker.nanos() + Duration.ofMillis(startup).toNanos());
    alive.put(launch.id(), process);
    started.add(process);
    onStart.run();
    process.lines.add("starting " + launch.id());
    if (does(launch.release(), "exits-at-once")
        || (does(launch.release(), "port-taken") && next % 2 == 1)) {
      process.lines.add("boom: no database");
      work.after(Duration.ofMillis(10), () -> process.end(new Exit(OptionalInt.of(3), "")));
    }
    return process;
  }

  @Override
  public Adoption adopt(InstanceRecord instance) {
    FakeProcess process = alive.get(instance.id());
    if (process == null || !process.mark.equals(instance.mark())) {
      Exit exit = kept.getOrDefault(instance.id(), new Exit(OptionalInt.empty(), ""));
      return new Adoption.Ended(exit, List.of("its last line"));
    }
    process.exited = new CompletableFuture<>();
    return new Adoption.Runs(process);
  }

  @Override
  public List<Unrecorded> unrecorded(Set<String> recorded) {
    return alive.values().stream()
        .filter(process -> !recorded.contains(process.id()))
        .map(
            process ->
                new Unrecorded(
                    process.launch.release().service(),
                    process.id(),
                    process.version(),
                    process.launch.token(),
                    process.mark))
        .toList();
  }

  @Override
  public Set<String> endAllBut(Set<String> instances, Duration patience) {
    Set<String> left = new HashSet<>(alive.keySet());
    left.removeAll(instances);
    left.forEach(alive::remove);
    return left;
  }

  @Override
  public ProbeResult probe(Release release, RunningInstance instance, Duration timeout) {
    FakeProcess process = (FakeProcess) instance;
    if (!alive.containsKey(process.id())) {
      return new ProbeResult.Unhealthy("connection refused on port " + process.port());
    }
    boolean healthy =
        ticker.nanos() >= process.healthyAt && !process.sick && !does(release, "never-healthy");
    return healthy
        ? new ProbeResult.Healthy()
        : new ProbeResult.Unhealthy("GET /health answered 503");
  }

  @Override
  public boolean portWasTaken(RunningInstance instance) {
    return does(((FakeProcess) instance).launch.release(), "port-taken");
  }

  @Override
  public void close() {}

  static boolean does(Release release, String word) {
    return release.spec().source() instanceof Source.Shell(String command)
        && command.contains(word);
  }
}
