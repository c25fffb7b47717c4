package io.roadstead.rollout;

import io.roadstead.rollout.Rollout.State;
import io.roadstead.rollout.Rollout.StepState;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The roll-out of one service that is under way, if one is: how it begins, goes on in a later life
 * of the platform, gives up and ends. Each step forward gives it a new deadline. Confined to the
 * service's turns.
 */
final class Rolling {
  private static final Duration MARGIN = Duration.ofSeconds(60);
  private static final Duration LONGEST_PAUSE = Duration.ofHours(24);
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final String BEFORE = "before";
  private static final String AFTER = "after";

  private final World world;
  private final Turns turns;
  private final String name;
  private final Desired desired;
  private final Fleet fleet;

  private @Nullable RolloutCourse course;
  private Work.@Nullable Timer watchdog;
  private boolean ticking;
  private String last = "";
  private Instant given = Instant.MIN;

  Rolling(World world, Turns turns, Desired desired, Fleet fleet) {
    this.world = world;
    this.turns = turns;
    this.name = desired.name();
    this.desired = desired;
    this.fleet = fleet;
  }

  /** The trial that is under way: it has neither switched nor been given up. */
  @Nullable Trial trial() {
    RolloutCourse running = course;
    return running == null ? null : running.trial();
  }

  @Nullable RolloutCourse course() {
    return course;
  }

  /** The id of the one that runs, else of the last, or "". */
  String last() {
    return last;
  }

  /** Shows how the last one of an earlier life of the platform ended. */
  void remember(Rollout earlier) {
    world.rollouts().publish(earlier);
    last = earlier.id();
  }

  /** Begins a roll-out toward what is wanted now; one that runs is taken over. */
  String begin(RolloutCourse.Kind kind, String from, Cause cause, Instant at) {
    ServiceState now = desired.known();
    String id = world.ids().rollout();
    RolloutCourse older = course;
    boolean wasOnTrial = trial() != null;
    if (older != null) {
      end(older, State.SUPERSEDED, "taken over by " + id);
    }
    Optional<Release> beside = beside(kind, now);
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
            beside.isPresent() ? strategy(kind, now).word() : plain(now).word(),
            State.RUNNING,
            "",
            at,
            Optional.empty(),
            cause,
            List.of());
    RolloutCourse begun = new RolloutCourse(kind, new RolloutLog(world, first));
    course = begun;
    last = id;
    begun.log().flush();
    event("rollout.started", begun, name + ": " + kind.word() + " " + first.to() + " " + cause);
    if (beside.isPresent()) {
      tryOut(begun, beside.get(), desired.target(now), kind != RolloutCourse.Kind.ROLLBACK);
    } else if (!first.to().isEmpty() && (wasOnTrial || kind == RolloutCourse.Kind.ROLLBACK)) {
      world.splits().only(name, first.to(), id);
    } else if (!first.to().isEmpty() && !first.to().equals(from)) {
      world.splits().begins(name, first.to(), id);
    }
    before(begun);
    progress();
    return id;
  }

  /** Holds a deployment until the hook before it has run. */
  private void before(RolloutCourse running) {
    Hook hook = hooks(running).before().orElse(null);
    if (hook == null || running.log().has(BEFORE, StepState.DONE)) {
      return;
    }
    running.hold(true);
    running.log().step(BEFORE, "", StepState.RUNNING, hook.words());
    run(
        hook,
        facts(running, BEFORE, State.RUNNING),
        outcome -> {
          if (course != running || !running.held()) {
            return;
          }
          running.hold(false);
          running
              .log()
              .step(
                  BEFORE, "", outcome.good() ? StepState.DONE : StepState.FAILED, outcome.detail());
          if (outcome.good()) {
            progress();
          } else {
            giveUp(running, State.ROLLED_BACK, "the hook before it failed: " + outcome.detail());
          }
        });
  }

  /** Begins the hook after it, if there is one; whether it still runs. */
  boolean after(RolloutCourse running) {
    Hook hook = hooks(running).after().orElse(null);
    if (hook == null) {
      return false;
    }
    if (running.follow()) {
      running.log().step(AFTER, "", StepState.RUNNING, hook.words());
      progress();
      run(
          hook,
          facts(running, AFTER, running.goingTo()),
          outcome -> {
            if (course != running) {
              return;
            }
            running
                .log()
                .step(
                    AFTER,
                    "",
                    outcome.good() ? StepState.DONE : StepState.FAILED,
                    outcome.detail());
            if (!outcome.good()) {
              event(
                  "rollout.hook-failed",
                  running,
                  name + ": the hook after " + running.id() + " failed: " + outcome.detail());
            }
          });
    }
    return running.log().open(AFTER, "");
  }

  private void run(
      Hook hook, Map<String, String> facts, java.util.function.Consumer<Hook.Outcome> then) {
    turns.call(
        "hook",
        () -> world.hooks().run(hook, facts),
        new Hook.Outcome(false, "could not be run: see the platform's log"),
        then);
  }

  /** Those of the release that was asked for. */
  private Hooks hooks(RolloutCourse running) {
    String version = running.log().now().to();
    return running.kind() == RolloutCourse.Kind.DEPLOY
        ? desired.releases().all().stream()
            .filter(release -> release.version().equals(version))
            .findFirst()
            .map(release -> release.spec().rollout().hooks())
            .orElse(Hooks.NONE)
        : Hooks.NONE;
  }

  private Map<String, String> facts(RolloutCourse running, String hook, State state) {
    Rollout now = running.log().now();
    return Map.of(
        "hook",
        hook,
        "service",
        name,
        "version",
        now.to(),
        "from",
        now.from(),
        "rollout",
        now.id(),
        "state",
        RolloutFigures.word(state));
  }

  /**
   * The release that keeps its instances while the wanted one is tried out beside it: the last good
   * one, where the strategy asks for it and it serves. Readers tell them apart by their versions.
   */
  private Optional<Release> beside(RolloutCourse.Kind kind, ServiceState now) {
    Release good = desired.releases().find(now.lastGood());
    Release young = desired.releases().find(now.target());
    return kind != RolloutCourse.Kind.REMOVE
            && good != null
            && young != null
            && !good.version().equals(young.version())
            && strategy(kind, now).staged()
            && now.replicas() > 0
            && fleet.serves(release -> release == good.number())
        ? Optional.of(good)
        : Optional.empty();
  }

  /** Who goes back has no time for a canary: all of it is started, and then takes over. */
  private Strategy strategy(RolloutCourse.Kind kind, ServiceState now) {
    Strategy asked = desired.policy(now).strategy();
    return kind == RolloutCourse.Kind.ROLLBACK && asked == Strategy.CANARY
        ? Strategy.BLUE_GREEN
        : asked;
  }

  /** As it is done where nothing serves that could be stayed with. */
  private Strategy plain(ServiceState now) {
    Strategy asked = desired.policy(now).strategy();
    return asked.staged() ? Strategy.ROLLING : asked;
  }

  private void tryOut(RolloutCourse running, Release old, Release young, boolean judged) {
    boolean canary = young.spec().rollout().strategy() == Strategy.CANARY;
    Trial trial =
        new Trial(world, turns, running, new OfTrial(running), old, young, judged && canary);
    running.trial(trial);
    trial.begin(fleet.serving());
  }

  private final class OfTrial implements Trial.Owner {
    private final RolloutCourse running;

    private OfTrial(RolloutCourse running) {
      this.running = running;
    }

    @Override
    public void progress() {
      Rolling.this.progress();
    }

    @Override
    public void returns(String why) {
      giveUp(running, State.ROLLED_BACK, why);
    }

    @Override
    public void switched(Release old, Duration warm) {
      Optional<ServiceState.Warm> kept =
          warm.isPositive()
              ? Optional.of(new ServiceState.Warm(old.number(), now().plus(warm)))
              : Optional.empty();
      desired.save(desired.known().good().withWarm(kept));
      event("rollout.switched", running, name + ": all requests go to " + desired.versionNow());
      Rolling.this.progress();
    }
  }

  /**
   * Takes up one of an earlier life of the platform.
   *
   * @param running ids of the instances that still run
   */
  void takeUp(Rollout rollout, Set<String> running) {
    RolloutLog log = RolloutLog.continued(world, rollout, running);
    switch (Continuation.of(rollout, desired.known(), desired.releases())) {
      case Continuation.Ends(State state, String reason) ->
          end(new RolloutCourse(RolloutCourse.Kind.of(rollout.kind()), log), state, reason);
      case Continuation.GoesOn from -> {
        RolloutCourse on = new RolloutCourse(from, log);
        course = on;
        last = rollout.id();
        if (on.returning()) {
          log.step(Continuation.RETURN, "", StepState.RUNNING, "to " + desired.versionNow());
          log.state(State.RUNNING, on.reason());
        }
        Release old = desired.releases().find(desired.known().lastGood());
        if (staged(rollout) && !on.returning() && old != null && changes(old)) {
          tryOut(
              on, old, desired.target(desired.known()), on.kind() != RolloutCourse.Kind.ROLLBACK);
        }
        if (!on.returning() && on.log().started().isEmpty()) {
          before(on);
        }
        progress();
        event(
            "rollout.continued",
            on,
            name + ": " + rollout.kind() + " goes on after the platform's restart");
      }
    }
  }

  private static boolean staged(Rollout rollout) {
    return Strategy.of(rollout.strategy()).filter(Strategy::staged).isPresent();
  }

  private boolean changes(Release old) {
    Release young = desired.releases().find(desired.known().target());
    return young != null && !young.version().equals(old.version());
  }

  /** Something has come further: the deadline starts again. */
  void progress() {
    RolloutCourse running = course;
    if (watchdog != null) {
      watchdog.cancel();
    }
    if (running != null) {
      Duration limit = running.paused() ? LONGEST_PAUSE : limit();
      watchdog = turns.after(limit, () -> overdue(running, limit));
    }
  }

  void step(String step, String instance, StepState state, String detail) {
    RolloutCourse running = course;
    // What had begun under an earlier roll-out is not this one's, unless it ends only now.
    if (running != null && (state != StepState.SKIPPED || running.log().open(step, instance))) {
      running.log().step(step, instance, state, detail);
    }
  }

  /** Shows and saves what has changed. */
  void flush() {
    RolloutCourse running = course;
    if (running != null) {
      running.log().flush();
    }
  }

  /** Says how long old instances of an earlier one keep this one from draining. */
  void noteRetiring() {
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
      end(running, State.FAILED, running.reason() + "; and going back failed as well: " + why);
      return;
    }
    fleet.keepAll();
    if (running.held()) {
      running.hold(false);
      running.log().step(BEFORE, "", StepState.SKIPPED, "not waited for: " + why);
    }
    if (now.lastGood() == now.target() || now.removing()) {
      end(running, end == State.ABORTED ? end : State.FAILED, why);
      return;
    }
    Release good = desired.releases().find(now.lastGood());
    long number = good == null ? 0 : good.number();
    desired.save(new ServiceState(name, number, number, now.replicas(), now.scaled(), false));
    Trial trial = running.trial();
    if (trial != null) {
      trial.giveUp();
      running.trial(null);
    }
    if (end == State.ABORTED) {
      running.log().step(Continuation.ABORT, "", StepState.DONE, why);
    }
    if (good == null) {
      running.giveUp(
          end == State.ABORTED ? end : State.FAILED,
          why + "; there is no earlier version that worked: " + name + " stays with 0 instances");
      running.log().step(Continuation.RETURN, "", StepState.RUNNING, "stops what was started");
    } else {
      running.giveUp(end, why);
      desired.routesOf(good);
      fleet.nextGeneration();
      running.log().step(Continuation.RETURN, "", StepState.RUNNING, "to " + good.version());
      event("rollout.returning", running, name + " goes back to " + good.version() + ": " + why);
    }
    progress();
  }

  /** What was wanted is there: it ends as it was going to. */
  void arrived(RolloutCourse running) {
    if (running.returning()) {
      running.log().step(Continuation.RETURN, "", StepState.DONE, "at " + desired.versionNow());
    }
    end(running, running.goingTo(), running.reason());
    Rollout ended = running.log().now();
    if (!running.returning() && !ended.to().equals(ended.from())) {
      world.splits().arrived(name, ended.to(), ended.id());
    }
  }

  /** A split in which what is wanted has everything ends with the last instance of the others. */
  void tidySplit() {
    String version = desired.releases().version(desired.known().target());
    if (world.splits().of(name).shares().getOrDefault(version, 0) == 100) {
      world.splits().arrived(name, version, last);
    }
  }

  void end(RolloutCourse running, State end, String why) {
    course = null;
    Trial trial = running.trial();
    if (trial != null) {
      trial.cancel();
    }
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

  /**
   * To the millisecond, as it is stored, and never the same twice: a release and its roll-out are
   * matched by it.
   */
  Instant now() {
    Instant now = world.wall().instant().truncatedTo(ChronoUnit.MILLIS);
    Instant newest =
        desired.releases().all().stream()
            .map(Release::createdAt)
            .max(Instant::compareTo)
            .orElse(Instant.MIN);
    Instant least = newest.isAfter(given) ? newest : given;
    given = now.isAfter(least) ? now : least.plusMillis(1);
    return given;
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

  private Duration limit() {
    RolloutPolicy policy = desired.policy(desired.known());
    Release release = desired.releases().findOrNewest(desired.known().target());
    Duration startup = release == null ? Duration.ZERO : release.spec().health().startup();
    Trial trial = trial();
    RolloutCourse running = course;
    Duration hooks =
        running == null
            ? Duration.ZERO
            : Stream.of(hooks(running).before(), hooks(running).after())
                .flatMap(Optional::stream)
                .map(Hook::timeout)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    return MARGIN
        .plus(hooks)
        .plus(startup)
        .plus(trial == null ? Duration.ZERO : trial.longest())
        .plus(policy.minReady())
        .plus(policy.drainTimeout())
        .plus(policy.stopTimeout())
        .plus(fleet.blockedFor());
  }
}
