package io.roadstead.rollout;

import io.roadstead.rollout.InstanceLife.Loss;
import io.roadstead.rollout.Rollout.State;
import io.roadstead.rollout.Rollout.StepState;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private final Desired desired;
  private final Fleet fleet;
  private final ServiceCommands commands;
  private final CompletableFuture<Void> emptied = new CompletableFuture<>();

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
    this.desired = new Desired(world, turns, name);
    this.fleet = new Fleet(world, turns, this);
    this.commands = new ServiceCommands(world, turns, desired, fleet, this);
  }

  ServiceCommands commands() {
    return commands;
  }

  @Nullable RolloutCourse course() {
    return course;
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
          desired.resume(known, kept);
          for (Recovery.Found one : found) {
            Release release = desired.releases().find(one.record().release());
            if (release == null) {
              one.running().kill();
              world.store().deleteInstance(one.record().id());
            } else {
              fleet.adopt(release, one.running(), one.record(), one.healthy());
            }
          }
          goOn(known);
          return true;
        });
  }

  /** What was not finished is a roll-out again, so that it too comes to an end, or goes back. */
  private void goOn(ServiceState known) {
    if (known.removing()) {
      begin(RolloutCourse.Kind.REMOVE, desired.releases().version(known.target()), PLATFORM, now());
    } else if (known.target() != 0 && known.target() != known.lastGood()) {
      begin(
          RolloutCourse.Kind.DEPLOY, desired.releases().version(known.lastGood()), PLATFORM, now());
    }
  }

  /** The registry shows something of the service otherwise than before. */
  void registryChanged() {
    turns.post(() -> List.copyOf(fleet.lives()).forEach(InstanceLife::statusChanged));
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
    ServiceState now = desired.state();
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
    ServiceState after = desired.state();
    return after != null && life.release().number() == after.target();
  }

  // Reconciling: at the end of each turn.

  private void reconcile() {
    ServiceState now = desired.state();
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
      fleet.carryOut(plan, desired.releases().find(now.target()));
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
    RolloutPolicy policy = desired.policy(now);
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
    return halted || now.removing() || desired.releases().find(now.target()) == null
        ? 0
        : now.replicas();
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
      desired.save(
          new ServiceState(name, now.target(), now.target(), now.replicas(), now.scaled(), false));
    }
    if (running != null) {
      if (returned) {
        running.log().step("return", "", StepState.DONE, "at " + desired.versionNow());
      }
      endCourse(running, running.goingTo(), running.reason());
      Set<Long> inUse = new HashSet<>();
      fleet.lives().forEach(life -> inUse.add(life.release().number()));
      desired.prune(inUse);
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

  /** Begins a roll-out toward what is wanted now; one that runs is taken over. */
  String begin(RolloutCourse.Kind kind, String from, String by, Instant at) {
    ServiceState now = desired.known();
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
            kind == RolloutCourse.Kind.REMOVE ? "" : desired.releases().version(now.target()),
            kind.word(),
            desired.policy(now).strategy(),
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
  void giveUp(RolloutCourse running, State end, String why) {
    ServiceState now = desired.known();
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
    Release good = desired.releases().find(now.lastGood());
    desired.save(
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
      desired.routesOf(good);
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
    desired.forget();
    view = null;
    if (running != null) {
      endCourse(running, State.SUCCEEDED, "");
    }
    turns.close();
    emptied.complete(null);
    onForgotten.run();
  }

  private Duration limit() {
    RolloutPolicy policy = desired.policy(desired.known());
    Release release = desired.releases().findOrNewest(desired.known().target());
    Duration startup = release == null ? Duration.ZERO : release.spec().health().startup();
    return MARGIN
        .plus(startup)
        .plus(policy.minReady())
        .plus(policy.drainTimeout())
        .plus(policy.stopTimeout())
        .plus(fleet.blockedFor());
  }

  private void publish() {
    ServiceState now = desired.state();
    Release shown = now == null ? null : desired.releases().findOrNewest(now.target());
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
            desired.releases().all(),
            now.target(),
            lastRollout);
  }

  /** To the millisecond, as it is stored: a release and its roll-out are matched by it. */
  Instant now() {
    return world.wall().instant().truncatedTo(ChronoUnit.MILLIS);
  }

  void event(String kind, RolloutCourse running, String message) {
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
