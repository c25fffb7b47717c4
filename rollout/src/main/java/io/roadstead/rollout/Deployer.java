package io.roadstead.rollout;

import io.roadstead.registry.BarrierOutcome;
import io.roadstead.registry.Change;
import io.roadstead.registry.Cursor;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Names;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Splits;
import io.roadstead.registry.SubscriberKind;
import io.roadstead.registry.Subscribers;
import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.EventSink;
import io.roadstead.rollout.DeployRefused.Kind;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Holds what is wanted of every service and makes it so. A front: each service has a {@link
 * ServiceController} of its own, and services do not wait for one another.
 *
 * <p>Safe from any thread. Commands block until they are accepted and written down, not until they
 * are done. Between {@link #start} and {@link #close} it reconciles; instances outlive it.
 */
public final class Deployer implements AutoCloseable {
  private static final Duration ACCEPTED_WITHIN = Duration.ofSeconds(30);
  private static final int RETRIES = 5;

  /**
   * An instance that the platform runs, as it stands.
   *
   * @param phase {@code waiting} (to be started again), {@code queued}, {@code launching}, {@code
   *     probing}, {@code settling}, {@code available}, {@code leaving} (to be drained once
   *     replaced), {@code draining}, {@code retiring}, {@code detached}, {@code stopping}
   * @param pid 0 while there is no process
   * @param restarts how often in a row it has been started again after crashes
   * @param detached drained by an operator: runs on, out of the count of replicas
   */
  public record InstanceStatus(
      String service,
      String id,
      String version,
      long release,
      String phase,
      long pid,
      String host,
      int port,
      Instant startedAt,
      long ageMillis,
      int restarts,
      boolean detached) {}

  /**
   * A service as it stands.
   *
   * @param release what is wanted; where no release has worked, the newest
   * @param desired how many instances there should be; 0 where no release has worked
   * @param ready how many take traffic, of whatever release
   * @param rollout the one that runs, else the last of this life of the platform
   */
  public record ServiceStatus(
      String name,
      Release release,
      int desired,
      int ready,
      List<InstanceStatus> instances,
      Optional<Rollout> rollout) {
    public ServiceStatus {
      instances = List.copyOf(instances);
    }
  }

  /** An entry of a service's history. */
  public record HistoryEntry(Release release, Optional<Rollout> rollout, boolean current) {}

  private final World world;
  private final Map<String, ServiceController> controllers = new ConcurrentHashMap<>();
  private Registry.@Nullable Listening listening;
  private volatile boolean closed;

  public Deployer(
      Registry registry,
      Splits splits,
      Subscribers subscribers,
      InstanceRuntime runtime,
      Artifacts artifacts,
      StateStore store,
      VersionFigures traffic,
      Hook.Runner hooks,
      InstantSource wall,
      Ticker ticker,
      EventSink events) {
    this(
        new World(
            registry,
            splits,
            witnesses(subscribers),
            runtime,
            store,
            new ReleaseShelf(artifacts),
            new Rollouts(store),
            new Tokens(),
            new StartSlots(Math.max(2, Runtime.getRuntime().availableProcessors())),
            new RolloutFigures(),
            traffic,
            hooks,
            new Ids(new SecureRandom()),
            new VirtualWork(),
            wall,
            ticker,
            events));
  }

  Deployer(World world) {
    this.world = world;
  }

  /**
   * Takes over what an earlier life left, applies durable drains, and begins to reconcile. When it
   * returns, every instance that still runs is in the registry, with its marks.
   */
  public void start() {
    Recovery recovery = new Recovery(world);
    List<ServiceState> services = world.store().services();
    Map<String, Rollout> unfinished =
        recovery.unfinished(services.stream().map(ServiceState::name).collect(Collectors.toSet()));
    Map<String, List<Release>> releases = new LinkedHashMap<>();
    for (ServiceState service : services) {
      List<Release> kept = world.store().releases(service.name());
      releases.put(service.name(), kept);
      world.shelf().mustKeep(service.name(), new ReleaseBook(service.name(), kept).artifacts());
    }
    Map<String, List<Recovery.Found>> found = recovery.find(releases);
    List<CompletableFuture<Boolean>> resumed = new ArrayList<>();
    for (ServiceState service : services) {
      String name = service.name();
      resumed.add(
          controller(name)
              .resume(
                  service,
                  releases.getOrDefault(name, List.of()),
                  found.getOrDefault(name, List.of()),
                  Optional.ofNullable(unfinished.get(name))));
    }
    resumed.forEach(CompletableFuture::join);
    listening = world.registry().listen(this::registryChanged);
  }

  /**
   * Makes the specification what is wanted. A jar is copied in first.
   *
   * @return the roll-out's id, or nothing when nothing changed that an instance would notice
   * @throws DeployRefused when it contradicts what is there (the same version label with other
   *     bytes), or cannot be run; then nothing has been changed
   */
  public Optional<String> apply(ServiceSpec spec, Cause cause) {
    return apply(spec, false, cause);
  }

  /**
   * As {@link #apply(ServiceSpec, Cause)}.
   *
   * @param scale whether the specification's replicas count also where a scale has set another
   *     number
   */
  public Optional<String> apply(ServiceSpec spec, boolean scale, Cause cause) {
    Specs.check(spec);
    ReleaseShelf.Accepted accepted = world.shelf().accept(spec.name(), spec.source());
    try {
      String version =
          spec.version().isEmpty() ? accepted.digest().substring(0, 12) : spec.version();
      ServiceSpec kept = Specs.withSource(spec, accepted.source(), version);
      return answer(
          spec.name(),
          () -> controller(spec.name()).commands().deploy(kept, accepted.digest(), scale, cause));
    } finally {
      world.shelf().letGo(accepted);
    }
  }

  /**
   * Whether {@link #apply} would take it, by all that can be known beforehand; changes nothing.
   *
   * @throws DeployRefused as that would
   */
  public void check(ServiceSpec spec) {
    Specs.check(spec);
    ReleaseShelf.Accepted accepted = world.shelf().accept(spec.name(), spec.source());
    try {
      ServiceController there = controllers.get(spec.name());
      if (there != null && !spec.version().isEmpty()) {
        var _ =
            answer(spec.name(), () -> there.commands().check(spec.version(), accepted.digest()));
      }
    } finally {
      world.shelf().letGo(accepted);
    }
  }

  /**
   * Sets what is given: the number of replicas, which later specifications leave alone, or the
   * resources of each, which replaces the instances.
   */
  public String scale(
      String service,
      OptionalInt replicas,
      OptionalLong memoryBytes,
      OptionalDouble cpu,
      Cause cause) {
    replicas.ifPresent(count -> Specs.replicas(service, count));
    Specs.resources(service, new Resources(memoryBytes.orElse(0), cpu.orElse(0)));
    return command(service, c -> c.commands().scale(replicas, memoryBytes, cpu, cause));
  }

  /** Replaces every instance by one of the same release. */
  public String restart(String service, Cause cause) {
    return command(service, controller -> controller.commands().restart(cause));
  }

  /** Back to the version named, or to the good one before the current. */
  public String rollback(String service, Optional<String> toVersion, Cause cause) {
    return command(service, controller -> controller.commands().rollback(toVersion, cause));
  }

  /** Drains and stops every instance, then forgets the service. */
  public String remove(String service, Cause cause) {
    return command(service, controller -> controller.commands().remove(cause));
  }

  /** Begins no further step of it; what crashes is still started again. */
  public void pause(String rollout) {
    onRollout(rollout, controller -> controller.commands().pause(rollout, true));
  }

  public void resume(String rollout) {
    onRollout(rollout, controller -> controller.commands().pause(rollout, false));
  }

  /**
   * Gives the new version of a canary or blue-green roll-out everything, without judging it
   * further. Refused for others: they wait for no promotion.
   */
  public void promote(String rollout, String by) {
    onRollout(rollout, controller -> controller.commands().promote(rollout, by));
  }

  /** Ends a roll-out and goes back to the last good release. */
  public void abort(String rollout) {
    onRollout(rollout, controller -> controller.commands().abort(rollout, "aborted by request"));
  }

  /**
   * Has the instance's replacement available, then drains it; it runs on until resumed or removed.
   */
  public void drain(String instance, String by) {
    onInstance(instance, controller -> controller.commands().drain(instance, by));
  }

  /** Lets a drained instance take traffic and count again. */
  public void undrain(String instance, String by) {
    onInstance(instance, controller -> controller.commands().undrain(instance, by));
  }

  /** In order of name. */
  public List<ServiceStatus> services() {
    Instant now = world.wall().instant();
    return controllers.values().stream()
        .flatMap(controller -> controller.view().stream())
        .sorted(Comparator.comparing(ServiceView::name))
        .map(view -> view.status(now, world.rollouts()))
        .toList();
  }

  public Optional<ServiceStatus> service(String name) {
    return view(Names.service(name))
        .map(view -> view.status(world.wall().instant(), world.rollouts()));
  }

  /** Newest first. */
  public List<HistoryEntry> history(String service) {
    ServiceView view = view(Names.service(service)).orElseThrow(() -> unknownService(service));
    List<Rollout> rollouts = world.rollouts().list(view.name());
    return view.releases().stream()
        .map(
            release ->
                new HistoryEntry(
                    release,
                    ReleaseBook.rolloutOf(release, rollouts),
                    release.number() == view.target()))
        .toList();
  }

  /** Newest first, at most 100; of one service, or of all where {@code service} is "". */
  public List<Rollout> rollouts(String service) {
    return world.rollouts().list(service.isEmpty() ? "" : Names.service(service));
  }

  public Optional<Rollout> rollout(String id) {
    return world.rollouts().find(id);
  }

  /**
   * Waits until the roll-out differs from {@code seen}, or {@code limit} has passed; blocks.
   * Returns it as it is then; at once where it has ended.
   */
  public Optional<Rollout> await(String id, Optional<Rollout> seen, Duration limit)
      throws InterruptedException {
    return world.rollouts().await(id, seen, limit);
  }

  /**
   * Waits until the roll-out has ended, or is paused and was not before, or {@code limit} has
   * passed; blocks. Returns it as it is then.
   */
  public Optional<Rollout> awaitRest(String id, Duration limit) throws InterruptedException {
    return world.rollouts().awaitRest(id, limit);
  }

  /** The instance whose credential this is, compared in constant time. */
  public Optional<InstanceStatus> byToken(String token) {
    return world
        .tokens()
        .find(token)
        .flatMap(
            owner ->
                view(owner.service())
                    .flatMap(
                        view ->
                            view.members().stream()
                                .filter(member -> member.id().equals(owner.id()))
                                .findFirst()
                                .map(member -> view.status(member, world.wall().instant()))));
  }

  /** The release of the instance whose credential this is; from memory, does not block. */
  public Optional<Release> releaseByToken(String token) {
    return world
        .tokens()
        .find(token)
        .flatMap(
            owner ->
                view(owner.service()).stream()
                    .flatMap(view -> view.members().stream())
                    .filter(member -> member.id().equals(owner.id()))
                    .map(ServiceView.Member::release)
                    .findFirst());
  }

  /** Counts and observers for the metrics. */
  public RolloutFigures figures() {
    return world.figures();
  }

  /**
   * Stops every instance, each with its drain and stop timeouts, and waits; what is wanted is kept.
   */
  public void stopServices() throws InterruptedException {
    try {
      stopping().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("stopping the services failed", e.getCause());
    }
  }

  /** Begins to stop every instance; completes when none is left. */
  CompletableFuture<Void> stopping() {
    return CompletableFuture.allOf(
        controllers.values().stream()
            .map(ServiceController::stopAll)
            .toArray(CompletableFuture[]::new));
  }

  /** Ends reconciling; instances run on. */
  @Override
  public void close() {
    closed = true;
    Registry.Listening listener = listening;
    if (listener != null) {
      listener.close();
    }
    controllers.values().forEach(ServiceController::close);
    world.work().close();
  }

  static DeployRefused unknownService(String name) {
    return new DeployRefused(
        Kind.NOT_FOUND,
        "unknown-service",
        "there is no service " + name + ": \"roadstead status\" lists those there are");
  }

  static DeployRefused unknownInstance(String id) {
    return new DeployRefused(
        Kind.NOT_FOUND,
        "unknown-instance",
        "the platform runs no instance " + id + ": see the list of instances");
  }

  private static DeployRefused unknownRollout(String id) {
    return new DeployRefused(
        Kind.NOT_FOUND, "unknown-rollout", "there is no roll-out " + id + ": see the history");
  }

  private ServiceController controller(String name) {
    return controllers.computeIfAbsent(
        name, key -> new ServiceController(world, key, () -> controllers.remove(key)));
  }

  private Optional<ServiceView> view(String service) {
    ServiceController controller = controllers.get(service);
    return controller == null ? Optional.empty() : controller.view();
  }

  private void registryChanged(Registry.Batch batch) {
    Set<String> services = new LinkedHashSet<>();
    for (Change change : batch.changes()) {
      services.add(change.service());
    }
    for (String service : services) {
      ServiceController controller = controllers.get(service);
      if (controller != null) {
        controller.registryChanged();
      }
    }
  }

  private <T> T command(String service, Function<ServiceController, CompletableFuture<T>> command) {
    String name = Names.service(service);
    return answer(
        name,
        () -> {
          ServiceController controller = controllers.get(name);
          if (controller == null) {
            throw unknownService(name);
          }
          return command.apply(controller);
        });
  }

  private void onRollout(
      String rollout, Function<ServiceController, CompletableFuture<Boolean>> command) {
    Rollout found = rollout(rollout).orElseThrow(() -> unknownRollout(rollout));
    if (found.state().ended()) {
      throw new DeployRefused(
          Kind.CONFLICT,
          "rollout-ended",
          "roll-out "
              + rollout
              + " of "
              + found.service()
              + " has ended ("
              + RolloutFigures.word(found.state())
              + ")");
    }
    command(found.service(), command);
  }

  private void onInstance(
      String instance, Function<ServiceController, CompletableFuture<Boolean>> command) {
    String service =
        controllers.values().stream()
            .flatMap(controller -> controller.view().stream())
            .filter(view -> view.members().stream().anyMatch(m -> m.id().equals(instance)))
            .map(ServiceView::name)
            .findFirst()
            .orElseThrow(() -> unknownInstance(instance));
    command(service, command);
  }

  /** Asks again where the service was forgotten in between. */
  private <T> T answer(String service, java.util.function.Supplier<CompletableFuture<T>> question) {
    for (int i = 0; i < RETRIES && !closed; i++) {
      try {
        return question.get().get(ACCEPTED_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
      } catch (CancellationException forgotten) {
        // Asked once more, of the next controller of that name.
      } catch (CompletionException | ExecutionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw new IllegalStateException(service + ": the request failed", e);
      } catch (TimeoutException e) {
        throw new DeployRefused(
            Kind.CONFLICT,
            "busy",
            service + " has not accepted the request within " + Words.of(ACCEPTED_WITHIN));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new DeployRefused(Kind.CONFLICT, "interrupted", service + ": interrupted");
      }
    }
    throw new DeployRefused(
        Kind.CONFLICT, "stopping", "the platform is stopping, " + service + " is left as it is");
  }

  private static Witnesses witnesses(Subscribers subscribers) {
    return new Witnesses() {
      @Override
      public BarrierOutcome await(String service, Cursor version, Duration limit)
          throws InterruptedException {
        return subscribers.await(service, version, limit);
      }

      @Override
      public OptionalInt awaitIdle(InstanceKey instance, Cursor drainedAt, Duration limit)
          throws InterruptedException {
        return subscribers.awaitIdle(instance, drainedAt, limit);
      }

      @Override
      public boolean directCallers(String service) {
        return subscribers.list().stream()
            .filter(subscriber -> subscriber.kind() == SubscriberKind.EUREKA)
            .anyMatch(s -> s.services().isEmpty() || s.services().contains(service));
      }

      @Override
      public void ended(InstanceKey instance) {
        subscribers.forget(instance.id());
      }
    };
  }
}
