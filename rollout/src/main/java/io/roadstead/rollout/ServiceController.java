package io.roadstead.rollout;

import io.roadstead.rollout.DeployRefused.Kind;
import io.roadstead.rollout.InstanceLife.Loss;
import io.roadstead.rollout.InstanceLife.Phase;
import io.roadstead.rollout.Rollout.State;
import io.roadstead.rollout.Rollout.StepState;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Makes one service what is wanted of it.
 *
 * <p>Idea: what is wanted is a small durable fact (a release, a number of replicas), changed by
 * commands; what is there is the {@link Fleet}. After each turn, whatever it was, a {@link Plan} is
 * made of the two and carried out. A roll-out does not drive this, it only watches: it ends when
 * what is wanted is there, or changes what is wanted back when that does not come. So a newer
 * command takes a running roll-out over by doing nothing but changing what is wanted.
 *
 * <p>States: a service has a target release, or none (its only one never worked), or is being
 * removed. A roll-out is running, paused or returning; each has a deadline that starts again with
 * every step forward.
 *
 * <p>Everything here is written in this service's {@link Turns}, and in no other thread; readers
 * get a {@link ServiceView}.
 */
final class ServiceController implements Fleet.Command {
  private static final Duration MARGIN = Duration.ofSeconds(60);
  private static final Duration LONGEST_PAUSE = Duration.ofHours(24);
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final String PLATFORM = "the platform, after its restart";

  private final World world;
  private final String name;
  private final Runnable onForgotten;
  private final Turns turns;
  private final Fleet fleet;
  private final CompletableFuture<Void> emptied = new CompletableFuture<>();

  private ReleaseBook releases;
  private @Nullable ServiceState state;
  private @Nullable RolloutCourse course;
  private Work.@Nullable Timer watchdog;
  private boolean ticking;
  private boolean halted;
  private String lastRollout = "";
  private volatile @Nullable ServiceView view;

  /**
   * @param onForgotten called when the service has been removed
   */
  ServiceController(World world, String name, Runnable onForgotten) {
    this.world = world;
    this.name = name;
    this.onForgotten = onForgotten;
    this.turns = new Turns(name, world.work(), this::reconcile);
    this.fleet = new Fleet(world, turns, this);
    this.releases = new ReleaseBook(name, List.of());
  }

  /** As its last turn left it; nothing before it has been deployed. */
  Optional<ServiceView> view() {
    return Optional.ofNullable(view);
  }

  /** Takes up what an earlier life of the platform has left. */
  CompletableFuture<Boolean> resume(
      ServiceState known, List<Release> kept, List<Recovery.Found> found) {
    return turns.ask(
        () -> {
          state = known;
          releases = new ReleaseBook(name, kept);
          for (Recovery.Found one : found) {
            Release release = releases.find(one.record().release());
            if (release == null) {
              one.running().kill();
              world.store().deleteInstance(one.record().id());
            } else {
              fleet.adopt(release, one.running(), one.record(), one.healthy());
            }
          }
          routesOf(known.removing() ? null : releases.find(known.target()));
          goOn(known);
          return true;
        });
  }

  /** What was not finished is a roll-out again, so that it too comes to an end, or goes back. */
  private void goOn(ServiceState known) {
    if (known.removing()) {
      begin(RolloutCourse.Kind.REMOVE, releases.version(known.target()), PLATFORM, now());
    } else if (known.target() != 0 && known.target() != known.lastGood()) {
      begin(RolloutCourse.Kind.DEPLOY, releases.version(known.lastGood()), PLATFORM, now());
    }
  }

  /** The registry shows something of the service otherwise than before. */
  void registryChanged() {
    turns.post(() -> List.copyOf(fleet.lives()).forEach(InstanceLife::statusChanged));
  }

  // Commands.

  CompletableFuture<Optional<String>> deploy(ServiceSpec spec, String digest, String by) {
    return turns.ask(
        () -> {
          releases.checkLabel(spec.version(), digest);
          ServiceState now = state;
          Release current = now == null || now.removing() ? null : releases.find(now.target());
          if (now != null && current != null && Specs.sameInstances(current.spec(), spec)) {
            return adjust(now, current, spec, by);
          }
          int replicas = now != null && now.scaled() ? now.replicas() : spec.replicas();
          boolean scaled = now != null && now.scaled() && !now.removing();
          ServiceState next =
              new ServiceState(
                  name,
                  releases.nextNumber(),
                  now == null ? 0 : now.lastGood(),
                  scaled ? replicas : spec.replicas(),
                  scaled,
                  false);
          return Optional.of(release(RolloutCourse.Kind.DEPLOY, next, spec, digest, by));
        });
  }

  /** Nothing that an instance would notice has changed: no instance is replaced. */
  private Optional<String> adjust(ServiceState now, Release current, ServiceSpec spec, String by) {
    ServiceState next =
        new ServiceState(
            name,
            now.target(),
            now.lastGood(),
            now.scaled() ? now.replicas() : spec.replicas(),
            now.scaled(),
            false);
    if (!current.spec().equals(spec)) {
      Release adjusted =
          new Release(
              name,
              current.number(),
              current.version(),
              current.digest(),
              spec,
              current.createdAt(),
              current.by());
      world.store().save(next, adjusted);
      releases.put(adjusted);
      state = next;
      routesOf(adjusted);
    }
    if (next.replicas() == now.replicas()) {
      return Optional.empty();
    }
    save(next);
    return Optional.of(begin(RolloutCourse.Kind.SCALE, current.version(), by, now()));
  }

  CompletableFuture<String> scale(
      OptionalInt replicas, OptionalLong memoryBytes, OptionalDouble cpu, String by) {
    return turns.ask(
        () -> {
          ServiceState now = running("scale");
          Release current = target(now);
          ServiceState next =
              new ServiceState(
                  name,
                  now.target(),
                  now.lastGood(),
                  replicas.orElse(now.replicas()),
                  now.scaled() || replicas.isPresent(),
                  false);
          Resources before = current.spec().resources();
          Resources after =
              new Resources(memoryBytes.orElse(before.memoryBytes()), cpu.orElse(before.cpu()));
          if (after.equals(before)) {
            save(next);
            return begin(RolloutCourse.Kind.SCALE, current.version(), by, now());
          }
          ServiceState withRelease =
              new ServiceState(
                  name,
                  releases.nextNumber(),
                  next.lastGood(),
                  next.replicas(),
                  next.scaled(),
                  false);
          return release(
              RolloutCourse.Kind.SCALE,
              withRelease,
              Specs.withResources(current.spec(), after),
              current.digest(),
              by);
        });
  }

  CompletableFuture<String> restart(String by) {
    return turns.ask(
        () -> {
          Release current = target(running("restart"));
          fleet.replaceAll();
          return begin(RolloutCourse.Kind.RESTART, current.version(), by, now());
        });
  }

  CompletableFuture<String> rollback(Optional<String> toVersion, String by) {
    return turns.ask(
        () -> {
          ServiceState now = known();
          Release to =
              toVersion
                  .map(releases::labelled)
                  .or(
                      () ->
                          releases.goodBefore(
                              now.target(), now.lastGood(), world.rollouts().list(name)))
                  .orElseThrow(
                      () ->
                          new DeployRefused(
                              Kind.CONFLICT,
                              "no-good-release",
                              name
                                  + " has no earlier version that worked: name one with --to, or"
                                  + " deploy another"));
          if (to.number() == now.target() && !now.removing()) {
            throw new DeployRefused(
                Kind.CONFLICT,
                "already-there",
                name + " is at version " + to.version() + " already: name another with --to");
          }
          String from = releases.version(now.target());
          save(
              new ServiceState(
                  name, to.number(), now.lastGood(), now.replicas(), now.scaled(), false));
          routesOf(to);
          return begin(RolloutCourse.Kind.ROLLBACK, from, by, now());
        });
  }

  CompletableFuture<String> remove(String by) {
    return turns.ask(
        () -> {
          ServiceState now = known();
          RolloutCourse running = course;
          if (now.removing() && running != null) {
            return running.id();
          }
          String from = releases.version(now.target());
          save(
              new ServiceState(
                  name, now.target(), now.lastGood(), now.replicas(), now.scaled(), true));
          routesOf(null);
          return begin(RolloutCourse.Kind.REMOVE, from, by, now());
        });
  }

  CompletableFuture<Boolean> pause(String rollout, boolean paused) {
    return turns.ask(
        () -> {
          RolloutCourse running = course(rollout);
          if (running.returning() || running.kind() == RolloutCourse.Kind.REMOVE) {
            throw new DeployRefused(
                Kind.CONFLICT,
                "not-pausable",
                "roll-out " + rollout + " of " + name + " goes back or removes: it is not paused");
          }
          if (running.paused() != paused) {
            running.pause(paused);
            event(paused ? "rollout.paused" : "rollout.resumed", running, name + ": " + rollout);
            progress();
          }
          return true;
        });
  }

  CompletableFuture<Boolean> abort(String rollout, String why) {
    return turns.ask(
        () -> {
          RolloutCourse running = course(rollout);
          if (running.kind() == RolloutCourse.Kind.REMOVE) {
            throw new DeployRefused(
                Kind.CONFLICT,
                "not-abortable",
                "roll-out " + rollout + " removes " + name + ": deploy it again instead");
          }
          if (!running.returning()) {
            giveUp(running, State.ABORTED, why);
          }
          return true;
        });
  }

  CompletableFuture<Boolean> drain(String id, String by) {
    return turns.ask(
        () -> {
          InstanceLife life = instance(id);
          DrainSequence drain = life.drain();
          boolean alreadyOut = drain != null && drain.end() == DrainSequence.End.DETACHED;
          if (!alreadyOut && life.phase() != Phase.DETACHED) {
            if (life.phase() != Phase.AVAILABLE && life.phase() != Phase.SETTLING) {
              throw new DeployRefused(
                  Kind.CONFLICT,
                  "not-drainable",
                  id
                      + " is "
                      + life.phase().name().toLowerCase(java.util.Locale.ROOT)
                      + ": only one that takes traffic can be drained");
            }
            fleet.leave(id);
            world.event("instance.leaving", name, id, "", id + " is drained by " + by, Map.of());
          }
          return true;
        });
  }

  CompletableFuture<Boolean> undrain(String id, String by) {
    return turns.ask(
        () -> {
          InstanceLife life = instance(id);
          DrainSequence drain = life.drain();
          boolean out =
              life.phase() == Phase.DETACHED
                  || (drain != null && drain.end() == DrainSequence.End.DETACHED);
          if (!fleet.stay(id) && !out) {
            throw new DeployRefused(
                Kind.CONFLICT, "not-drained", id + " has not been drained: nothing to resume");
          }
          if (out) {
            life.takeBack();
          }
          world.event(
              "instance.resumed", name, id, "", id + " counts again, asked by " + by, Map.of());
          return true;
        });
  }

  /** Stops every instance; completes when none is left. What is wanted stays written down. */
  CompletableFuture<Void> stopAll() {
    turns.post(
        () -> {
          halted = true;
          RolloutCourse running = course;
          if (running != null) {
            endCourse(running, State.FAILED, "its services were stopped with the platform");
          }
          fleet.endAll(true);
        });
    return emptied;
  }

  void close() {
    turns.close();
  }

  // What the fleet tells.

  @Override
  public void step(String step, String instance, StepState stepState, String detail) {
    RolloutCourse running = course;
    // What had begun under an earlier roll-out is not this one's, unless it ends only now.
    if (running != null && (stepState != StepState.SKIPPED || running.log().open(step, instance))) {
      running.log().step(step, instance, stepState, detail);
    }
  }

  @Override
  public void progress() {
    RolloutCourse running = course;
    if (watchdog != null) {
      watchdog.cancel();
    }
    if (running != null) {
      Duration limit = running.paused() ? LONGEST_PAUSE : limit();
      watchdog = turns.after(limit, () -> overdue(running, limit));
    }
  }

  @Override
  public boolean lost(InstanceLife life, Loss loss, String reason, List<String> lastLines) {
    RolloutCourse running = course;
    ServiceState now = state;
    if (now == null || halted || now.removing()) {
      return false;
    }
    if (running != null
        && fleet.isCurrent(life, now.target())
        && !running.paused()
        && loss != Loss.PORT_TAKEN) {
      boolean tooMany = running.tooMany();
      if (tooMany || loss == Loss.NOT_LAUNCHED || loss == Loss.NEVER_READY) {
        giveUp(running, State.ROLLED_BACK, life.id() + ": " + reason + quote(lastLines));
      }
    }
    ServiceState after = state;
    return after != null && life.release().number() == after.target();
  }

  // Reconciling: at the end of each turn.

  private void reconcile() {
    ServiceState now = state;
    if (now != null) {
      reconcile(now);
    }
    if (halted && fleet.lives().isEmpty()) {
      emptied.complete(null);
    }
  }

  private void reconcile(ServiceState now) {
    if (now.removing()) {
      fleet.endAll(false);
    }
    Plan plan = plan(now);
    for (int i = 0; i < 3 && !plan.isEmpty(); i++) {
      fleet.carryOut(plan, releases.find(now.target()));
      plan = plan(now);
    }
    noteRetiring();
    if (plan.isEmpty()) {
      settle(now);
    }
    RolloutCourse running = course;
    if (running != null) {
      running.log().flush();
    }
    publish();
  }

  private Plan plan(ServiceState now) {
    RolloutPolicy policy = policy(now);
    RolloutCourse running = course;
    boolean paused = running != null && running.paused();
    return Plan.of(
        new Plan.Wanted(
            replicas(now),
            policy.surge(),
            policy.unavailable(),
            fleet.blockedFor().isZero(),
            paused),
        fleet.members(now.target()));
  }

  private int replicas(ServiceState now) {
    return halted || now.removing() || releases.find(now.target()) == null ? 0 : now.replicas();
  }

  /** Whether what is wanted is there; if so a roll-out has come to its end. */
  private void settle(ServiceState now) {
    RolloutCourse running = course;
    if (now.removing()) {
      if (fleet.lives().isEmpty()) {
        forget(running);
      }
      return;
    }
    List<Plan.Member> members = fleet.members(now.target());
    boolean there =
        members.size() == replicas(now)
            && members.stream()
                .allMatch(m -> m.current() && m.standing() == Plan.Standing.AVAILABLE);
    if (!there || halted || (running != null && (running.paused() || !fleet.atRest()))) {
      return;
    }
    boolean returned = running != null && running.returning();
    if (!returned && now.target() != 0 && now.lastGood() != now.target()) {
      save(new ServiceState(name, now.target(), now.target(), now.replicas(), now.scaled(), false));
    }
    if (running != null) {
      if (returned) {
        running.log().step("return", "", StepState.DONE, "at " + versionNow());
      }
      endCourse(running, running.goingTo(), running.reason());
      prune();
    }
  }

  private void noteRetiring() {
    RolloutCourse running = course;
    Duration blocked = fleet.blockedFor();
    if (running == null) {
      return;
    }
    if (blocked.isZero()) {
      if (running.log().open("wait", "")) {
        running.log().step("wait", "", StepState.DONE, "");
        progress();
      }
      return;
    }
    running
        .log()
        .step(
            "wait",
            "",
            StepState.RUNNING,
            "old instances of an earlier roll-out retire ("
                + fleet.retiring()
                + "): "
                + Words.of(blocked)
                + " left");
    if (!ticking) {
      ticking = true;
      progress();
      turns.after(TICK, () -> ticking = false);
    }
  }

  // Roll-outs.

  /** Accepts a new release and begins to roll it out. */
  private String release(
      RolloutCourse.Kind kind, ServiceState next, ServiceSpec spec, String digest, String by) {
    ServiceState before = state;
    String from = before == null ? "" : releases.version(before.target());
    Instant at = now();
    Release release = new Release(name, next.target(), spec.version(), digest, spec, at, by);
    world.store().save(next, release);
    releases.put(release);
    state = next;
    need(false);
    routesOf(release);
    return begin(kind, from, by, at);
  }

  private String begin(RolloutCourse.Kind kind, String from, String by, Instant at) {
    ServiceState now = known();
    String id = world.ids().rollout();
    RolloutCourse older = course;
    if (older != null) {
      endCourse(older, State.SUPERSEDED, "taken over by " + id);
    }
    if (kind.replaces()) {
      fleet.nextGeneration();
    }
    Rollout first =
        new Rollout(
            id,
            name,
            from,
            kind == RolloutCourse.Kind.REMOVE ? "" : releases.version(now.target()),
            kind.word(),
            policy(now).strategy(),
            State.RUNNING,
            "",
            at,
            Optional.empty(),
            by,
            List.of());
    RolloutCourse begun = new RolloutCourse(kind, new RolloutLog(world, first));
    course = begun;
    lastRollout = id;
    begun.log().flush();
    progress();
    event("rollout.started", begun, name + ": " + kind.word() + " " + first.to() + " by " + by);
    return id;
  }

  private void overdue(RolloutCourse overdue, Duration limit) {
    if (course != overdue) {
      return;
    }
    if (overdue.paused()) {
      giveUp(overdue, State.ABORTED, "paused for " + Words.of(limit));
    } else {
      giveUp(overdue, State.ROLLED_BACK, "no step forward in " + Words.of(limit));
    }
  }

  /** Makes the last good release what is wanted again, if it is another; else only ends. */
  private void giveUp(RolloutCourse running, State end, String why) {
    ServiceState now = known();
    if (running.returning()) {
      endCourse(
          running, State.FAILED, running.reason() + "; and going back failed as well: " + why);
      return;
    }
    fleet.keepAll();
    if (now.lastGood() == now.target() || now.removing()) {
      endCourse(running, end == State.ABORTED ? end : State.FAILED, why);
      return;
    }
    Release good = releases.find(now.lastGood());
    save(
        new ServiceState(
            name,
            good == null ? 0 : good.number(),
            good == null ? 0 : good.number(),
            now.replicas(),
            now.scaled(),
            false));
    if (good == null) {
      running.giveUp(
          end == State.ABORTED ? end : State.FAILED,
          why + "; there is no earlier version that worked: " + name + " stays with 0 instances");
      running.log().step("return", "", StepState.RUNNING, "stops what was started");
    } else {
      running.giveUp(end, why);
      routesOf(good);
      fleet.nextGeneration();
      running.log().step("return", "", StepState.RUNNING, "to " + good.version());
      event("rollout.returning", running, name + " goes back to " + good.version() + ": " + why);
    }
    progress();
  }

  private void endCourse(RolloutCourse running, State end, String why) {
    course = null;
    if (watchdog != null) {
      watchdog.cancel();
    }
    running.log().end(end, why, end == State.SUCCEEDED ? StepState.DONE : StepState.SKIPPED);
    String word = RolloutFigures.word(end);
    event(
        "rollout." + word,
        running,
        name + ": " + running.kind().word() + " " + word + (why.isEmpty() ? "" : ": " + why));
  }

  private void forget(@Nullable RolloutCourse running) {
    world.store().deleteService(name);
    state = null;
    view = null;
    releases = new ReleaseBook(name, List.of());
    need(true);
    if (running != null) {
      endCourse(running, State.SUCCEEDED, "");
    }
    turns.close();
    emptied.complete(null);
    onForgotten.run();
  }

  private Duration limit() {
    RolloutPolicy policy = policy(known());
    Release release = releases.findOrNewest(known().target());
    Duration startup = release == null ? Duration.ZERO : release.spec().health().startup();
    return MARGIN
        .plus(startup)
        .plus(policy.minReady())
        .plus(policy.drainTimeout())
        .plus(policy.stopTimeout())
        .plus(fleet.blockedFor());
  }

  // Small things.

  private void prune() {
    ServiceState now = known();
    Set<Long> inUse = new HashSet<>();
    inUse.add(now.target());
    inUse.add(now.lastGood());
    fleet.lives().forEach(life -> inUse.add(life.release().number()));
    List<Release> pruned = releases.prune(inUse);
    if (!pruned.isEmpty()) {
      pruned.forEach(release -> world.store().deleteRelease(name, release.number()));
      need(true);
    }
  }

  private void need(boolean clean) {
    world.shelf().mustKeep(name, releases.artifacts());
    if (clean) {
      turns.call(
          "artifacts",
          () -> {
            world.shelf().clean();
            return true;
          },
          false,
          done -> {});
    }
  }

  private void save(ServiceState next) {
    world.store().save(next);
    state = next;
  }

  private void routesOf(@Nullable Release release) {
    world.registry().routes(name, release == null ? List.of() : release.spec().routes());
  }

  private void publish() {
    ServiceState now = state;
    Release shown = now == null ? null : releases.findOrNewest(now.target());
    if (now == null || shown == null) {
      return;
    }
    view =
        new ServiceView(
            name,
            shown,
            replicas(now),
            fleet.available(),
            fleet.lives().stream()
                .map(life -> ServiceView.member(life, fleet.isLeaving(life.id())))
                .toList(),
            releases.all(),
            now.target(),
            lastRollout);
  }

  private ServiceState known() {
    ServiceState now = state;
    if (now == null) {
      throw Deployer.unknownService(name);
    }
    return now;
  }

  private ServiceState running(String what) {
    ServiceState now = known();
    if (now.removing() || releases.find(now.target()) == null) {
      throw new DeployRefused(
          Kind.CONFLICT,
          "nothing-runs",
          "cannot "
              + what
              + " "
              + name
              + ": "
              + (now.removing() ? "it is being removed" : "no version of it has worked yet")
              + "; deploy it again");
    }
    return now;
  }

  private Release target(ServiceState now) {
    Release release = releases.find(now.target());
    if (release == null) {
      throw new IllegalStateException(name + " has no release " + now.target());
    }
    return release;
  }

  private RolloutCourse course(String rollout) {
    RolloutCourse running = course;
    if (running == null || !running.id().equals(rollout)) {
      throw new DeployRefused(
          Kind.CONFLICT, "rollout-ended", "roll-out " + rollout + " of " + name + " has ended");
    }
    return running;
  }

  private InstanceLife instance(String id) {
    InstanceLife life = fleet.find(id);
    if (life == null) {
      throw Deployer.unknownInstance(id);
    }
    return life;
  }

  private RolloutPolicy policy(ServiceState now) {
    Release release = releases.findOrNewest(now.target());
    return release == null ? RolloutPolicy.DEFAULT : release.spec().rollout();
  }

  private String versionNow() {
    ServiceState now = state;
    return now == null || now.target() == 0 ? "0 instances" : releases.version(now.target());
  }

  /** To the millisecond, as it is stored: a release and its roll-out are matched by it. */
  private Instant now() {
    return world.wall().instant().truncatedTo(ChronoUnit.MILLIS);
  }

  private void event(String kind, RolloutCourse running, String message) {
    world.event(
        kind,
        name,
        "",
        running.id(),
        message,
        Map.of("from", running.log().now().from(), "to", running.log().now().to()));
  }

  private static String quote(List<String> lastLines) {
    List<String> last = lastLines.subList(Math.max(0, lastLines.size() - 5), lastLines.size());
    return last.isEmpty() ? "" : "; it last wrote: " + String.join(" | ", last);
  }
}
