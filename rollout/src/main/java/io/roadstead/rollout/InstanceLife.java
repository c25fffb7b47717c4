package io.roadstead.rollout;

import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.ManagedInstance;
import io.roadstead.registry.Registration;
import io.roadstead.registry.Status;
import io.roadstead.rollout.Rollout.StepState;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One instance from the decision to start it until nothing of it is left.
 *
 * <pre>
 *   WAITING → QUEUED → LAUNCHING → PROBING → SETTLING → AVAILABLE → DRAINING → (RETIRING →) STOPPING → GONE
 *   (back-off) (place)              (gate)    (own word,             (barrier)  (pollers)
 *                                              minReady)              → DETACHED (by an operator)
 * </pre>
 *
 * <p>Its state is confined to its service's turns; what blocks (start, probe) runs beside them and
 * comes back as a turn, which looks at the phase first, for it may have changed meanwhile. The time
 * from launch to available is bounded by the specification's startup time plus minReady, a stop by
 * its stop time-out and {@link StopSequence}, a drain by {@link DrainSequence}.
 */
final class InstanceLife {
  enum Phase {
    WAITING,
    QUEUED,
    LAUNCHING,
    PROBING,
    SETTLING,
    AVAILABLE,
    DRAINING,
    RETIRING,
    DETACHED,
    STOPPING,
    GONE
  }

  /** Why an instance was lost. */
  enum Loss {
    CRASHED("crashed"),
    PORT_TAKEN("port-taken"),
    NOT_LAUNCHED("not-launched"),
    NEVER_READY("never-ready");

    private final String word;

    Loss(String word) {
      this.word = word;
    }

    String word() {
      return word;
    }
  }

  /** What it tells. Called in turns. */
  interface Owner {
    void step(String name, InstanceLife life, StepState state, String detail);

    void available(InstanceLife life);

    /** It does not count any more, unasked. */
    void lost(InstanceLife life, Loss loss, String reason, List<String> lastLines);

    /** Nothing of it is left. */
    void gone(InstanceLife life);
  }

  private static final Logger LOG = System.getLogger("io.roadstead.rollout");
  private static final Duration FIRST_PROBE = Duration.ofMillis(5);
  private static final Duration SLOWEST_STARTUP_PROBE = Duration.ofMillis(150);
  private static final Duration LONGEST_START_SLOT = Duration.ofSeconds(10);
  private static final Duration DRAIN_AGAIN = Duration.ofSeconds(1);
  private static final int LOG_LINES = 20;
  private static final String UNHEALTHY_FIX =
      "; it has to listen on $PORT and be ready in time: name the right path with --health PATH"
          + " (health.path), or give it longer with health.startup";

  private final World world;
  private final Turns turns;
  private final Owner owner;
  private final Release release;
  private final InstanceKey key;
  private final String token;
  private final long age;
  private final int restarts;
  private final Readiness readiness;

  private volatile Phase phase = Phase.WAITING;
  private Instant startedAt;
  private @Nullable RunningInstance process;
  private @Nullable InstanceRecord record;
  private StartSlots.@Nullable Slot slot;
  private Work.@Nullable Timer deadline;
  private Work.@Nullable Timer waking;
  private boolean probing;
  private Duration probeDelay = FIRST_PROBE;
  private String finding = "not probed yet";
  private @Nullable Long upSinceNanos;
  private @Nullable Long availableSinceNanos;
  private boolean lossTold;
  private @Nullable DrainSequence drain;
  private boolean aside;

  InstanceLife(
      World world,
      Turns turns,
      Owner owner,
      Release release,
      String id,
      String token,
      long age,
      int restarts) {
    this.world = world;
    this.turns = turns;
    this.owner = owner;
    this.release = release;
    this.key = new InstanceKey(release.service(), id);
    this.token = token;
    this.age = age;
    this.restarts = restarts;
    this.readiness = new Readiness(world, key);
    this.startedAt = world.wall().instant();
  }

  // What there is to know of it.

  String id() {
    return key.id();
  }

  InstanceKey key() {
    return key;
  }

  Release release() {
    return release;
  }

  Phase phase() {
    return phase;
  }

  long age() {
    return age;
  }

  int restarts() {
    return restarts;
  }

  Instant startedAt() {
    return startedAt;
  }

  @Nullable RunningInstance process() {
    return process;
  }

  /** Whether its probes have failed for so long that it is to be replaced. */
  boolean unready() {
    return readiness.lost();
  }

  @Nullable DrainSequence drain() {
    return drain;
  }

  /** Whether only who follows the service's split is to see it serve. */
  void setAside(boolean value) {
    if (aside != value) {
      aside = value;
      if (process != null) {
        world.registry().mark(key, marks -> marks.withAside(value));
      }
    }
  }

  /** How long it was available, until now; zero if it never was. */
  Duration availableFor() {
    return availableSinceNanos == null
        ? Duration.ZERO
        : Duration.ofNanos(world.ticker().nanos() - availableSinceNanos);
  }

  /** What it counts for, or nothing where it does not. */
  Optional<Plan.Standing> standing() {
    return switch (phase) {
      case WAITING, QUEUED, LAUNCHING, PROBING -> Optional.of(Plan.Standing.STARTING);
      case SETTLING -> Optional.of(Plan.Standing.SETTLING);
      case AVAILABLE ->
          Optional.of(status() == Status.UP ? Plan.Standing.AVAILABLE : Plan.Standing.UNREADY);
      case DRAINING, RETIRING, DETACHED, STOPPING, GONE -> Optional.empty();
    };
  }

  private Status status() {
    return world
        .registry()
        .snapshot()
        .instance(key)
        .map(instance -> instance.status())
        .orElse(Status.UNKNOWN);
  }

  // Starting.

  /** Begins, as soon as others that came before have their place. */
  void begin() {
    queue(false);
  }

  /** Begins before all others, in the place of one that was lost while it served. */
  void beginFirst() {
    queue(true);
  }

  /** Begins after the back-off. */
  void beginIn(Duration backOff) {
    owner.step("start", this, StepState.RUNNING, "begins again in " + Words.of(backOff));
    waking = turns.after(backOff, () -> queue(false));
  }

  private void queue(boolean first) {
    if (phase == Phase.WAITING) {
      phase = Phase.QUEUED;
      owner.step("start", this, StepState.RUNNING, "waits for a place to start");
      slot = world.slots().acquire(first, () -> turns.post(this::launch));
    }
  }

  private void launch() {
    if (phase != Phase.QUEUED) {
      closeSlot();
      return;
    }
    phase = Phase.LAUNCHING;
    startedAt = world.wall().instant();
    owner.step("start", this, StepState.RUNNING, "");
    waking = turns.after(LONGEST_START_SLOT, this::closeSlot);
    deadline = turns.after(startupLimit(), this::startupExpired);
    turns.call(
        "start",
        this::launchAndRecord,
        new Turns.Outcome<>() {
          @Override
          public void done(RunningInstance started) {
            launched(started);
          }

          @Override
          public void failed(Exception cause) {
            notLaunched(cause);
          }
        });
  }

  private RunningInstance launchAndRecord() throws LaunchFailed {
    RunningInstance started = world.runtime().start(new Launch(key.id(), release, token));
    try {
      world.tokens().put(token, key.service(), key.id());
      world.store().save(recordOf(started.mark()));
    } catch (RuntimeException e) {
      started.kill();
      throw e;
    }
    return started;
  }

  private void launched(RunningInstance started) {
    try {
      attach(started, recordOf(started.mark()));
    } catch (RuntimeException e) {
      notListed(e);
      return;
    }
    if (phase == Phase.STOPPING) {
      new StopSequence(world, turns, this, owner).begin();
      return;
    }
    owner.step("start", this, StepState.DONE, at(started));
    world.event(
        "instance.started",
        key.service(),
        key.id(),
        "",
        key.id() + " of version " + release.version() + " has started: " + at(started),
        Map.of("pid", started.mark().pid(), "port", started.port(), "version", release.version()));
    phase = Phase.PROBING;
    owner.step("probe", this, StepState.RUNNING, "");
    probeLater(FIRST_PROBE);
  }

  private void notLaunched(Exception cause) {
    String message = cause.getMessage();
    String reason = message == null ? cause.toString() : message;
    boolean wanted = phase == Phase.LAUNCHING;
    owner.step("start", this, StepState.FAILED, reason);
    finish();
    if (wanted) {
      tellLoss(Loss.NOT_LAUNCHED, reason, List.of());
    }
    owner.gone(this);
  }

  /** It runs, but the registry has no room for it. */
  private void notListed(RuntimeException cause) {
    String reason = String.valueOf(cause.getMessage());
    owner.step("start", this, StepState.FAILED, reason);
    phase = Phase.STOPPING;
    new StopSequence(world, turns, this, owner).begin();
    tellLoss(Loss.NOT_LAUNCHED, reason, List.of());
  }

  /**
   * Takes over the process of an earlier life of the platform.
   *
   * @param healthy whether a probe has just passed
   * @param generation of its drain, where it drains
   */
  void adopt(RunningInstance running, InstanceRecord known, boolean healthy, long generation) {
    startedAt = known.mark().startedAt();
    world.tokens().put(token, key.service(), key.id());
    attach(running, known);
    if (known.draining()) {
      world.registry().mark(key, marks -> marks.withDraining(true).withGateOpen(true));
      if (known.detached()) {
        phase = Phase.DETACHED;
      } else {
        drainTo(DrainSequence.End.STOPPED, generation);
      }
      return;
    }
    deadline = turns.after(startupLimit(), this::startupExpired);
    phase = Phase.PROBING;
    if (healthy) {
      openGate();
    } else {
      probeLater(FIRST_PROBE);
    }
  }

  private void attach(RunningInstance running, InstanceRecord known) {
    process = running;
    record = known;
    try {
      world
          .registry()
          .manage(
              new ManagedInstance(
                  key.service(),
                  key.id(),
                  running.host(),
                  running.port(),
                  release.version(),
                  Registration.DEFAULT_WEIGHT,
                  Map.of()));
      if (aside) {
        world.registry().mark(key, marks -> marks.withAside(true));
      }
    } finally {
      // After it, so that what has ended already is taken out; and in any case, so that its end is
      // seen.
      var _ = running.exited().thenAccept(exit -> onExit(running, exit));
    }
  }

  // Probing.

  private void probeLater(Duration delay) {
    if (!probing) {
      probing = true;
      turns.after(delay, this::probe);
    }
  }

  private void probe() {
    RunningInstance running = process;
    if (running == null || !(phase == Phase.PROBING || phase == Phase.AVAILABLE)) {
      probing = false;
      return;
    }
    turns.call(
        "probe",
        () -> world.runtime().probe(release, running, release.spec().health().timeout()),
        new ProbeResult.Unhealthy("the probe itself failed"),
        this::probed);
  }

  private void probed(ProbeResult result) {
    probing = false;
    if (phase == Phase.PROBING) {
      switch (result) {
        case ProbeResult.Healthy _ -> openGate();
        case ProbeResult.Unhealthy(String reason) -> {
          finding = reason;
          owner.step("probe", this, StepState.RUNNING, reason);
          probeLater(probeDelay);
          Duration longer = probeDelay.multipliedBy(5).dividedBy(4);
          probeDelay = longer.compareTo(SLOWEST_STARTUP_PROBE) > 0 ? SLOWEST_STARTUP_PROBE : longer;
        }
      }
    } else if (phase == Phase.AVAILABLE) {
      readiness.judge(result);
      probeLater(release.spec().health().interval());
    }
  }

  private void openGate() {
    closeSlot();
    phase = Phase.SETTLING;
    owner.step("probe", this, StepState.DONE, "healthy");
    world.registry().mark(key, marks -> marks.withGateOpen(true));
    settle();
  }

  /** The registry may show it otherwise than before. */
  void statusChanged() {
    if (phase == Phase.SETTLING) {
      settle();
    }
  }

  private void settle() {
    if (phase != Phase.SETTLING) {
      return;
    }
    Status status = status();
    Duration minReady = release.spec().rollout().minReady();
    if (status != Status.UP) {
      finding = "it says of itself that it is " + status;
      upSinceNanos = null;
      owner.step("available", this, StepState.RUNNING, finding);
      return;
    }
    long now = world.ticker().nanos();
    if (upSinceNanos == null) {
      upSinceNanos = now;
    }
    Duration left = minReady.minusNanos(now - upSinceNanos);
    if (left.isPositive() && !wasAvailable()) {
      finding = "not yet up for " + Words.of(minReady);
      owner.step("available", this, StepState.RUNNING, finding);
      turns.after(left, this::settle);
      return;
    }
    becomeAvailable();
  }

  /** Whether it had been available when an earlier life of the platform ended: once is enough. */
  private boolean wasAvailable() {
    return record != null && record.available();
  }

  private void becomeAvailable() {
    phase = Phase.AVAILABLE;
    if (release.spec().rollout().minReady().isPositive()) {
      try {
        save(InstanceRecord::isAvailable);
      } catch (RuntimeException e) {
        // The next life of the platform will wait once more: no reason not to take it now.
        LOG.log(Level.WARNING, key + " is available, which could not be written down", e);
      }
    }
    availableSinceNanos = world.ticker().nanos();
    cancel(deadline);
    owner.step("available", this, StepState.DONE, "");
    world.event(
        "instance.available",
        key.service(),
        key.id(),
        "",
        key.id() + " of version " + release.version() + " takes traffic",
        Map.of("version", release.version()));
    owner.available(this);
    probeLater(release.spec().health().interval());
  }

  private Duration startupLimit() {
    return release.spec().health().startup().plus(release.spec().rollout().minReady());
  }

  private void startupExpired() {
    RunningInstance running = process;
    if (!(phase == Phase.LAUNCHING || phase == Phase.PROBING || phase == Phase.SETTLING)) {
      return;
    }
    String reason =
        "not available within " + Words.of(startupLimit()) + ": " + finding + UNHEALTHY_FIX;
    owner.step(
        phase == Phase.LAUNCHING ? "start" : phase == Phase.PROBING ? "probe" : "available",
        this,
        StepState.FAILED,
        reason);
    boolean gateWasOpen = phase == Phase.SETTLING;
    phase = Phase.STOPPING;
    closeSlot();
    if (running == null) {
      tellLoss(Loss.NEVER_READY, reason, List.of());
      return;
    }
    world.registry().mark(key, marks -> marks.withGateOpen(false));
    turns.call(
        "logs",
        () -> running.lastLogLines(LOG_LINES),
        List.<String>of(),
        lines -> {
          tellLoss(Loss.NEVER_READY, reason, lines);
          if (gateWasOpen) {
            drainExpired(); // It may have had traffic.
          } else if (phase == Phase.STOPPING) {
            new StopSequence(world, turns, this, owner).begin();
          }
        });
  }

  private void drainExpired() {
    if (phase != Phase.STOPPING) {
      return;
    }
    try {
      drainTo(DrainSequence.End.STOPPED, DrainSequence.NO_GENERATION);
    } catch (RuntimeException e) {
      turns.after(DRAIN_AGAIN, this::drainExpired);
      throw e;
    }
  }

  // Ending.

  /**
   * Ends it: by the drain protocol where it may have had traffic, else at once.
   *
   * @param generation of its drain
   */
  void end(DrainSequence.End end, long generation) {
    switch (phase) {
      case WAITING, QUEUED -> {
        owner.step("start", this, StepState.SKIPPED, "not wanted any more");
        finish();
        owner.gone(this);
      }
      case LAUNCHING -> phase = Phase.STOPPING;
      case PROBING -> {
        owner.step("probe", this, StepState.SKIPPED, "not wanted any more");
        phase = Phase.STOPPING;
        new StopSequence(world, turns, this, owner).begin();
      }
      case SETTLING, AVAILABLE, DETACHED -> drainTo(end, generation);
      case DRAINING, RETIRING -> {
        if (drain != null) {
          drain.endIn(end);
        }
      }
      case STOPPING, GONE -> {}
    }
  }

  private void drainTo(DrainSequence.End end, long generation) {
    // Durable first, and which end it is for: a restart must not stop what is to run on. Where it
    // cannot be written nothing has begun, and it is tried again.
    save(known -> known.drains(end == DrainSequence.End.DETACHED));
    if (phase == Phase.SETTLING) {
      owner.step("available", this, StepState.SKIPPED, "not wanted any more");
    }
    cancel(deadline);
    DrainSequence sequence = new DrainSequence(world, turns, this, owner, end, generation);
    drain = sequence;
    sequence.begin();
  }

  /** Takes the mark back: it counts again, and its readiness is watched again. */
  void takeBack() {
    save(InstanceRecord::back);
    if (drain != null) {
      drain.cancel();
      drain = null;
    }
    phase = Phase.AVAILABLE;
    if (availableSinceNanos == null) {
      availableSinceNanos = world.ticker().nanos();
    }
    world.registry().mark(key, marks -> marks.withDraining(false).withGateOpen(true));
    probeLater(FIRST_PROBE);
  }

  void phase(Phase next) {
    phase = next;
  }

  /** Makes its marks durable. */
  void save(UnaryOperator<InstanceRecord> change) {
    InstanceRecord before = record;
    if (before != null) {
      InstanceRecord after = change.apply(before);
      if (!after.equals(before)) {
        world.store().save(after);
        record = after;
      }
    }
  }

  /** So that no later life of the platform takes it for one that serves. */
  void saveThatItStops() {
    try {
      save(known -> known.draining() && !known.detached() ? known : known.drains(false));
    } catch (RuntimeException e) {
      // It is ended all the same; where the platform ends before it does, the next life sees it
      // end.
      LOG.log(Level.WARNING, key + " is stopped, which could not be written down", e);
    }
  }

  private void onExit(RunningInstance running, Exit exit) {
    // At once, and not only in a turn: nobody should pick it any more.
    world.registry().unmanage(key);
    boolean asked = phase == Phase.STOPPING;
    world
        .work()
        .run(
            "rollout-" + key.service() + "-exit",
            () -> {
              List<String> lines = asked ? List.of() : running.lastLogLines(LOG_LINES);
              boolean portTaken = !asked && world.runtime().portWasTaken(running);
              String why = asked ? "" : world.runtime().explain(release, running, exit);
              running.kill();
              try {
                world.store().deleteInstance(key.id());
              } catch (RuntimeException e) {
                // The next life of the platform finds that it has ended.
                LOG.log(Level.WARNING, key + " has ended, and its record stays", e);
              }
              turns.post(() -> exited(exit, why, lines, portTaken));
            });
  }

  private void exited(Exit exit, String why, List<String> lines, boolean portTaken) {
    Phase was = phase;
    boolean young = availableSinceNanos == null;
    finish();
    switch (was) {
      case STOPPING -> {
        owner.step("stop", this, StepState.DONE, exit.describe());
        event("instance.stopped", key.id() + " has ended: " + exit.describe(), data(exit));
      }
      case DRAINING, RETIRING, DETACHED -> {
        for (String step : List.of("drain", "retire", "idle")) {
          owner.step(step, this, StepState.SKIPPED, "it ended by itself: " + exit.describe());
        }
        event("instance.stopped", key.id() + " ended by itself: " + exit.describe(), data(exit));
      }
      case WAITING, QUEUED, LAUNCHING, PROBING, SETTLING, AVAILABLE, GONE -> {
        Loss loss = young && portTaken ? Loss.PORT_TAKEN : Loss.CRASHED;
        String reason =
            loss == Loss.PORT_TAKEN
                ? "its port was taken by another process"
                : (young ? "ended before it was available: " : "ended: ")
                    + exit.describe()
                    + Words.fix(exit, young)
                    + (why.isEmpty() ? "" : ", " + why);
        if (young) {
          owner.step(was == Phase.SETTLING ? "available" : "probe", this, StepState.FAILED, reason);
        }
        world.event(
            "instance.crashed",
            key.service(),
            key.id(),
            "",
            key.id() + " " + reason,
            Map.of("exit", exit.describe(), "reason", loss.word(), "lastLines", lines));
        tellLoss(loss, reason, lines);
      }
    }
    owner.gone(this);
  }

  /** Told by the stop sequence where even SIGKILL did not end it in time. */
  void givenUp() {
    if (phase != Phase.GONE) {
      world.registry().unmanage(key);
      finish();
      owner.gone(this);
    }
  }

  private void tellLoss(Loss loss, String reason, List<String> lines) {
    if (!lossTold) {
      lossTold = true;
      world.figures().restarted(key.service(), loss.word());
      owner.lost(this, loss, reason, lines);
    }
  }

  private void finish() {
    phase = Phase.GONE;
    closeSlot();
    cancel(deadline);
    cancel(waking);
    if (drain != null) {
      drain.cancel();
    }
    world.tokens().remove(token);
    world.witnesses().ended(key);
  }

  private void event(String kind, String message, Map<String, Object> data) {
    world.event(kind, key.service(), key.id(), "", message, data);
  }

  private static Map<String, Object> data(Exit exit) {
    return Map.of("exit", exit.describe());
  }

  private InstanceRecord recordOf(ProcessMark mark) {
    return new InstanceRecord(key.service(), key.id(), release.number(), token, mark);
  }

  private static String at(RunningInstance running) {
    return "pid " + running.mark().pid() + ", port " + running.port();
  }

  private void closeSlot() {
    if (slot != null) {
      slot.close();
    }
  }

  private static void cancel(Work.@Nullable Timer timer) {
    if (timer != null) {
      timer.cancel();
    }
  }
}
