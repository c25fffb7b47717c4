package io.roadstead.rollout;

import io.roadstead.registry.BarrierOutcome;
import io.roadstead.registry.Cursor;
import io.roadstead.registry.Instance;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Route;
import io.roadstead.registry.Service;
import io.roadstead.registry.Splits;
import io.roadstead.registry.Status;
import io.roadstead.registry.event.Event;
import io.roadstead.rollout.Deployer.ServiceStatus;
import io.roadstead.rollout.FakeRuntime.FakeProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

/**
 * A deployer over a real registry, with processes, subscribers, threads and time of a test's own.
 */
final class SimulatedPlatform {
  static final Duration LONG = Duration.ofMinutes(5);

  final SimulatedWork work;
  final MemoryStore store = new MemoryStore();
  final MemoryArtifacts artifacts = new MemoryArtifacts();
  final FakeRuntime runtime;
  final List<Event> events = new ArrayList<>();
  final Ids ids;
  BarrierOutcome barrier = new BarrierOutcome(List.of("gateway"), List.of(), List.of());
  OptionalInt inFlight = OptionalInt.of(0);
  VersionFigures traffic = VersionFigures.NONE;
  Hook.Runner hooks = (hook, facts) -> new Hook.Outcome(true, "exit code 0");
  Registry registry;
  Splits splits;
  Deployer deployer;
  private int epochs;

  SimulatedPlatform(long seed) {
    work = new SimulatedWork(seed);
    runtime = new FakeRuntime(work, work, work::nanos);
    ids = new Ids(new Random(seed));
    registry = newRegistry();
    splits = new Splits(registry, store, work, events::add);
    deployer = newDeployer();
    deployer.start();
  }

  /** Ends the platform as kill -9 would, and starts the next on the same data. */
  void restart() {
    work.forgetAll();
    registry = newRegistry();
    splits = new Splits(registry, store, work, events::add);
    splits.restore();
    deployer = newDeployer();
    deployer.start();
  }

  private Registry newRegistry() {
    return new Registry(
        "e" + ++epochs, work, work::nanos, events::add, task -> work.run("listener", task));
  }

  private Deployer newDeployer() {
    return new Deployer(
        new World(
            registry,
            splits,
            new Witnesses() {
              @Override
              public BarrierOutcome await(String service, Cursor version, Duration limit) {
                return barrier;
              }

              @Override
              public OptionalInt awaitIdle(InstanceKey key, Cursor drainedAt, Duration limit) {
                return inFlight;
              }

              @Override
              public boolean directCallers(String service) {
                return false;
              }

              @Override
              public void ended(InstanceKey instance) {}
            },
            runtime,
            store,
            new ReleaseShelf(artifacts),
            new Rollouts(store),
            new Tokens(),
            new StartSlots(2),
            new RolloutFigures(),
            (service, version) -> traffic.of(service, version),
            (hook, facts) -> hooks.run(hook, facts),
            ids,
            work,
            work,
            work::nanos,
            events::add));
  }

  // What a test asks for.

  static ServiceSpec spec(String name, String version, String command, int replicas) {
    return spec(name, version, command, replicas, RolloutPolicy.DEFAULT);
  }

  static ServiceSpec spec(
      String name, String version, String command, int replicas, RolloutPolicy policy) {
    return new ServiceSpec(
        name,
        new Source.Shell(command),
        version,
        replicas,
        List.of(),
        new Health("/health", Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(20)),
        Map.of(),
        Resources.UNLIMITED,
        policy);
  }

  String deploy(String name, String version, String command, int replicas) {
    return deployer.apply(spec(name, version, command, replicas), Cause.by("test")).orElseThrow();
  }

  /** Lets time pass until the roll-out has ended. */
  Rollout ended(String rollout) {
    boolean ended = work.until(() -> deployer.rollout(rollout).orElseThrow().state().ended(), LONG);
    Rollout found = deployer.rollout(rollout).orElseThrow();
    if (!ended) {
      throw new AssertionError("not ended: " + found + "\n" + deployer.service(found.service()));
    }
    return found;
  }

  ServiceStatus status(String name) {
    return deployer.service(name).orElseThrow();
  }

  // What a test sees.

  List<Instance> instances(String service) {
    Service found = registry.snapshot().service(service);
    return found == null ? List.of() : found.instances();
  }

  List<Route> routes(String service) {
    Service found = registry.snapshot().service(service);
    return found == null ? List.of() : found.routes();
  }

  List<String> up(String service) {
    return instances(service).stream()
        .filter(instance -> instance.status() == Status.UP)
        .map(Instance::id)
        .toList();
  }

  List<String> upVersions(String service) {
    return instances(service).stream()
        .filter(instance -> instance.status() == Status.UP)
        .map(Instance::version)
        .toList();
  }

  Optional<Status> statusOf(String service, String id) {
    return registry.snapshot().instance(new InstanceKey(service, id)).map(Instance::status);
  }

  List<FakeProcess> processes(String service) {
    return runtime.alive.values().stream()
        .filter(process -> process.launch.release().service().equals(service))
        .toList();
  }

  void crash(String id) {
    FakeProcess process = runtime.alive.get(id);
    if (process != null) {
      work.run("crash", () -> process.end(new Exit(OptionalInt.empty(), "SIGKILL")));
    }
  }

  List<String> kinds() {
    return events.stream().map(Event::kind).toList();
  }
}
