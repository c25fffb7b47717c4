package io.roadstead.runtime.process;

import io.roadstead.registry.Ticker;
import io.roadstead.rollout.Adoption;
import io.roadstead.rollout.Artifacts;
import io.roadstead.rollout.Exit;
import io.roadstead.rollout.InstanceLogs;
import io.roadstead.rollout.InstanceRecord;
import io.roadstead.rollout.InstanceRuntime;
import io.roadstead.rollout.Launch;
import io.roadstead.rollout.LaunchFailed;
import io.roadstead.rollout.ProbeResult;
import io.roadstead.rollout.ProcessMark;
import io.roadstead.rollout.Release;
import io.roadstead.rollout.RunningInstance;
import io.roadstead.rollout.ServiceSpec;
import io.roadstead.rollout.Source;
import io.roadstead.rollout.Unrecorded;
import io.roadstead.runtime.process.JarPlans.JarPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs instances as plain processes of this machine.
 *
 * <p>Each instance is the leader of a session and process group of its own (by {@code setsid},
 * which the child becomes before it becomes the program, so that pid, group and session have one
 * number). The terminal's signals do not reach it, and it can be killed with all that it started.
 * Its parent is a {@link Shim}, which tells how it ended, now or to a later life of the platform.
 * What it writes goes straight into a file, not through a pipe, so it neither stops nor loses a
 * line when the platform ends. Its port is picked here and told to it; that another process takes
 * the port in between cannot be excluded, only recognised ({@link #portWasTaken}).
 *
 * <p>Safe from any thread; nothing runs before the first {@link #start} or {@link #adopt}. {@link
 * #close} ends the watching, never an instance.
 */
public final class ProcessRuntime implements InstanceRuntime, InstanceLogs {
  static final String HOST = "127.0.0.1";

  private static final Logger log = LoggerFactory.getLogger(ProcessRuntime.class);
  private static final List<Path> SETSID =
      List.of(Path.of("/usr/bin/setsid"), Path.of("/bin/setsid"));
  private static final int LINES_ABOUT_END = 100;
  private static final int LAST_LINES = 20;
  private static final long MAX_LOG_BYTES = 16L << 20;
  private static final long SHIM_WRITES_WITHIN_MILLIS = 2_000;
  private static final Exit UNKNOWN = new Exit(OptionalInt.empty(), "");
  private static final List<String> PORT_TAKEN =
      List.of("address already in use", "eaddrinuse", "java.net.bindexception");

  /**
   * How far a start time may be off: it is reckoned from the time of the machine's start, which
   * follows the corrections of the wall clock.
   */
  private static final Duration START_TOLERANCE = Duration.ofSeconds(2);

  private final ProcessSettings settings;
  private final Artifacts artifacts;
  private final InstantSource wall;
  private final Ports ports;
  private final Environment environment;
  private final JarPlans plans;
  private final Cgroups cgroups;
  private final Probe probe;
  private final LogDirectory logs;
  private final LogRotation rotation;
  private final Shim shim;
  private final Marked marked;
  private final Adopted adopted;
  private final Leftovers leftovers;
  private final Optional<Path> setsid;
  private final Executor threads = task -> Thread.ofVirtual().name("process-exit").start(task);
  private final AtomicLong starts = new AtomicLong();
  private final Map<String, ProcessInstance> running = new ConcurrentHashMap<>();
  private final Map<Path, Jar> jars = new ConcurrentHashMap<>();

  public ProcessRuntime(
      ProcessSettings settings, Artifacts artifacts, InstantSource wall, Ticker ticker) {
    this.settings = settings;
    this.artifacts = artifacts;
    this.wall = wall;
    this.ports = new Ports(settings.firstPort(), settings.lastPort(), settings.dataDirectory());
    this.environment = new Environment(settings);
    this.plans = new JarPlans(settings.java());
    this.cgroups = new Cgroups(settings.dataDirectory());
    this.probe = new Probe(ticker);
    this.logs = new LogDirectory(settings, running::containsKey);
    this.rotation = new LogRotation(MAX_LOG_BYTES, this::runningLogs);
    this.setsid = SETSID.stream().filter(Files::isExecutable).findFirst();
    this.shim = new Shim(settings, setsid);
    this.marked = new Marked(settings);
    this.adopted = new Adopted(instance -> ended(instance, UNKNOWN));
    this.leftovers = new Leftovers(settings, marked, adopted);
    if (setsid.isEmpty()) {
      log.warn(
          "setsid was not found: instances share the platform's process group, and what they start"
              + " themselves may outlive them; install util-linux");
    }
  }

  /**
   * Whether a release sets for itself how often it polls the registry or how long it caches what it
   * got. Such a service keeps no promise that the platform could count on, so its polls are to be
   * treated as those of an unknown client.
   */
  public static boolean changesPolling(Release release) {
    return Environment.changesPolling(release);
  }

  @Override
  public RunningInstance start(Launch launch) throws LaunchFailed {
    long _ = starts.incrementAndGet();
    int port = ports.take();
    try {
      return start(launch, port);
    } catch (LaunchFailed | RuntimeException e) {
      ports.release(port);
      delete(launch.id());
      throw e;
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Of an instance that has ended meanwhile, what it left is killed.
   */
  @Override
  public Adoption adopt(InstanceRecord instance) {
    ProcessMark mark = instance.mark();
    Optional<ProcessHandle> found =
        ProcessHandle.of(mark.pid()).filter(Adopted::runs).filter(is -> isOf(instance, is));
    Optional<ProcessHandle> parent = shimOf(instance.id(), found);
    Path log = settings.log(instance.service(), instance.id());
    if (found.isEmpty()) {
      parent.ifPresent(writes -> adopted.awaitEnd(writes, SHIM_WRITES_WITHIN_MILLIS));
      leftovers.end(instance.id(), instance.token(), mark.pid());
      Exit exit = shim.ended(instance.id()).orElse(UNKNOWN);
      Cgroup left = cgroups.find(instance.id());
      left.kill();
      cgroups.letGo(left);
      delete(instance.id());
      return new Adoption.Ended(exit, LogTail.last(log, LAST_LINES, settings.maxTailBytes()));
    }
    var process =
        new ProcessInstance(
            instance.id(),
            found,
            parent,
            Signals.group(mark.pid()) == mark.pid(),
            cgroups.find(instance.id()),
            mark,
            log,
            settings.maxTailBytes());
    ports.hold(mark.port());
    running.put(instance.id(), process);
    rotation.start();
    adopted.watch(process);
    return new Adoption.Runs(process);
  }

  @Override
  public List<Unrecorded> unrecorded(Set<String> recorded) {
    return marked.unrecorded(recorded);
  }

  @Override
  public Set<String> endAllBut(Set<String> instances, Duration patience) {
    Set<String> ended = leftovers.endAllBut(instances, patience);
    cgroups.endAllBut(instances);
    return ended;
  }

  @Override
  public ProbeResult probe(Release release, RunningInstance instance, Duration timeout) {
    Probe.Seen seen = look(release, instance.port(), timeout);
    return seen.healthy() ? new ProbeResult.Healthy() : new ProbeResult.Unhealthy(seen.problem());
  }

  private Probe.Seen look(Release release, int port, Duration timeout) {
    String path = release.spec().health().path();
    if (!path.isEmpty()) {
      return probe.get(HOST, port, path, timeout);
    }
    if (hasActuator(release.spec().source())) {
      return actuator(port, timeout);
    }
    return probe.connect(HOST, port, timeout);
  }

  @Override
  public boolean portWasTaken(RunningInstance instance) {
    String inUse = "port " + instance.port() + " was already in use"; // Spring Boot's words
    return instance.lastLogLines(LINES_ABOUT_END).stream()
        .map(line -> line.toLowerCase(Locale.ROOT))
        .anyMatch(line -> line.contains(inUse) || PORT_TAKEN.stream().anyMatch(line::contains));
  }

  @Override
  public String explain(Release release, RunningInstance instance, Exit exit) {
    ServiceSpec spec = release.spec();
    boolean jar = spec.source() instanceof Source.Artifact || spec.source() instanceof Source.Jar;
    Optional<ProcessInstance> ended =
        instance instanceof ProcessInstance process ? Optional.of(process) : Optional.empty();
    return OutOfMemory.explain(
        release.service(),
        exit,
        spec.resources(),
        jar ? JvmFlags.of(spec.resources(), spec.env()) : List.of(),
        ended.map(ProcessInstance::outOfMemoryKills).orElse(0L),
        ended.map(ProcessInstance::peakBytes).orElse(0L),
        instance.lastLogLines(LINES_ABOUT_END));
  }

  @Override
  public boolean has(String service, String instance) {
    @Nullable ProcessInstance runs = running.get(instance);
    return logs.has(service, instance)
        || (runs != null && runs.log().equals(settings.log(service, instance)));
  }

  @Override
  public void read(
      String service,
      String instance,
      int tail,
      boolean follow,
      BooleanSupplier open,
      Consumer<String> line)
      throws InterruptedException {
    for (ProcessInstance each : running.values()) {
      boolean asked = instance.isEmpty() || instance.equals(each.id());
      boolean ofService = each.log().equals(settings.log(service, each.id()));
      if (asked && ofService && Files.notExists(each.log())) {
        line.accept(
            "(the log file "
                + each.log()
                + " was deleted while instance "
                + each.id()
                + " runs: what it writes is lost until it is started again, by roadstead restart "
                + service
                + ")");
      }
    }
    logs.read(service, instance, tail, follow, open, line);
  }

  @Override
  public void close() {
    logs.close();
    rotation.close();
    adopted.close();
    cgroups.close();
  }

  /** Where rehearsals of what it runs are held. */
  Rehearsals.Stage stage() {
    return new RehearsalStage(
        settings,
        environment,
        plans,
        ports,
        cgroups,
        setsid,
        new RehearsalStage.House() {
          @Override
          public Optional<Jar> jar(Release release) throws LaunchFailed {
            return ProcessRuntime.this.jar(release.spec().source());
          }

          @Override
          public Probe.Seen probe(Release release, int port, Duration timeout) {
            return look(release, port, timeout);
          }

          @Override
          public long starts() {
            return starts.get();
          }
        });
  }

  private RunningInstance start(Launch launch, int port) throws LaunchFailed {
    Release release = launch.release();
    ServiceSpec spec = release.spec();
    String service = release.service();
    Optional<Jar> jar = jar(spec.source());
    Map<String, String> env = environment.of(launch, port, jar.map(Jar::spring).orElse(true));
    Optional<JarPlan> plan = jar.map(found -> plans.plan(found.path(), spec, env));
    List<String> program =
        switch (spec.source()) {
          case Source.Jar _, Source.Artifact _ ->
              CommandLine.jar(settings, service, launch.id(), plan.orElseThrow());
          case Source.Shell shell -> CommandLine.shell(shell);
          case Source.Exec exec -> CommandLine.exec(exec, settings.workingDirectory(), env);
        };
    Cgroup group = cgroups.make(launch.id(), spec.resources());
    Path output = settings.log(service, launch.id());
    Shim.Started started;
    try {
      Files.createDirectories(output.getParent() == null ? output : output.getParent());
      Files.createDirectories(settings.temporary(launch.id()));
      logs.starting(service, launch.id());
      started = shim.start(launch.id(), program, env, group, output);
    } catch (IOException e) {
      group.remove();
      throw new LaunchFailed(
          "instance "
              + launch.id()
              + " of "
              + service
              + " could not be started ("
              + e.getMessage()
              + "); check the free disk and the limit of processes (ulimit -u)");
    }
    Optional<ProcessHandle> leader = ProcessHandle.of(started.pid());
    Instant startedAt =
        leader.flatMap(process -> process.info().startInstant()).orElseGet(wall::instant);
    var instance =
        new ProcessInstance(
            launch.id(),
            leader,
            Optional.of(started.shim().toHandle()),
            setsid.isPresent(),
            group,
            new ProcessMark(started.pid(), startedAt, port),
            output,
            settings.maxTailBytes());
    running.put(launch.id(), instance);
    rotation.start();
    CompletableFuture<Void> _ =
        started.shim().onExit().thenAcceptAsync(ended -> shimEnded(instance, ended), threads);
    plan.flatMap(JarPlan::cache)
        .ifPresent(
            used -> {
              CompletableFuture<Void> _ =
                  instance.exited().thenAccept(exit -> plans.ended(used, exit.signal()));
            });
    return instance;
  }

  /**
   * Its shim ends with the instance, unless somebody has killed it: then nobody's child is left.
   */
  private void shimEnded(ProcessInstance instance, Process ended) {
    if (instance.runs()) {
      log.warn(
          "the parent of instance {} (pid {}) was killed; the instance runs on, and how it ends"
              + " will not be known",
          instance.id(),
          ended.pid());
      adopted.watch(instance);
    } else {
      ended(instance, Shim.exit(ended.exitValue()));
    }
  }

  /** Its process has ended: by its shim's word, where there is one. */
  private void ended(ProcessInstance instance, Exit otherwise) {
    instance.end(shim.ended(instance.id()).orElse(otherwise));
    forget(instance);
  }

  private Optional<Jar> jar(Source source) throws LaunchFailed {
    return switch (source) {
      case Source.Jar(Path path) -> Optional.of(inspected(path));
      case Source.Artifact(String sha256) -> {
        Optional<Path> path = artifacts.path(sha256);
        if (path.isEmpty()) {
          throw new LaunchFailed(
              "the artifact "
                  + sha256.substring(0, Math.min(12, sha256.length()))
                  + " is not in the data directory; deploy the service again with --jar FILE");
        }
        yield Optional.of(inspected(path.get()));
      }
      case Source.Shell _, Source.Exec _ -> Optional.empty();
    };
  }

  private Jar inspected(Path path) throws LaunchFailed {
    @Nullable Jar known = jars.get(path);
    if (known != null && Files.isRegularFile(path)) {
      return known;
    }
    Jar jar = Jar.inspect(path);
    jars.keySet().removeIf(kept -> !Files.exists(kept)); // as many as there are artifacts
    jars.put(path, jar);
    return jar;
  }

  private boolean hasActuator(Source source) {
    try {
      return jar(source).map(Jar::actuator).orElse(false);
    } catch (LaunchFailed _) {
      return false; // the jar has gone since; the process may be well
    }
  }

  /**
   * Readiness where it is offered, else health. Where neither is to be seen (on another port, or
   * behind a login) an answer in HTTP is all that can be asked for.
   */
  private Probe.Seen actuator(int port, Duration timeout) {
    for (String path : List.of("/actuator/health/readiness", "/actuator/health")) {
      Probe.Seen seen = probe.get(HOST, port, path, timeout);
      if (seen.status() != 404) {
        boolean login = seen.status() == 401 || seen.status() == 403;
        return login ? Probe.Seen.THERE : seen;
      }
    }
    return Probe.Seen.THERE;
  }

  /** Whether the process is this instance: by its mark or credential, else by its start time. */
  private boolean isOf(InstanceRecord instance, ProcessHandle process) {
    Optional<String> seen = marked.of(process.pid());
    return seen.isPresent()
        ? seen.get().equals(instance.id())
        : Marked.byToken(process.pid(), instance.token()) || sameStart(instance.mark(), process);
  }

  /** The shim of the instance: its parent, or, where it has ended, found among all. */
  private Optional<ProcessHandle> shimOf(String id, Optional<ProcessHandle> leader) {
    if (leader.isPresent()) {
      return leader.get().parent().filter(is -> isShim(is, id));
    }
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.filter(is -> isShim(is, id)).findFirst();
    }
  }

  private boolean isShim(ProcessHandle process, String id) {
    return marked.ofShim(process.pid()).filter(id::equals).isPresent();
  }

  private static boolean sameStart(ProcessMark mark, ProcessHandle process) {
    return process
        .info()
        .startInstant()
        .map(at -> Duration.between(at, mark.startedAt()).abs().compareTo(START_TOLERANCE) <= 0)
        .orElse(false);
  }

  private List<Path> runningLogs() {
    return running.values().stream().map(ProcessInstance::log).toList();
  }

  private void forget(ProcessInstance instance) {
    running.remove(instance.id(), instance);
    cgroups.letGo(instance.group());
    ports.release(instance.port());
    delete(instance.id());
  }

  private void delete(String id) {
    Folders.letGo(settings.temporary(id));
    Folders.letGo(settings.instance(id));
  }
}
