package io.roadstead.rollout;

import io.roadstead.rollout.InstanceLife.Loss;
import io.roadstead.rollout.Rollout.State;
import io.roadstead.rollout.Rollout.StepState;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongPredicate;
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
  private static final String PLATFORM = "the platform, after its restart";

  private final World world;
  private final String name;
  private final Runnable onForgotten;
  private final Turns turns;
  private final Desired desired;
  private final Fleet fleet;
  private final Rolling rolling;
  private final ServiceCommands commands;
  private final CompletableFuture<Void> emptied = new CompletableFuture<>();

  private boolean halted;
  private Work.@Nullable Timer cooling;
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
    this.rolling = new Rolling(world, turns, desired, fleet);
    this.commands = new ServiceCommands(world, turns, desired, fleet, rolling);
  }

  ServiceCommands commands() {
    return commands;
  }

  /** As its last turn left it; nothing before it has been deployed. */
  Optional<ServiceView> view() {
    return Optional.ofNullable(view);
  }

  /**
   * Takes up what an earlier life of the platform has left.
   *
   * @param unfinished the roll-out that was under way
   */
  CompletableFuture<Boolean> resume(
      ServiceState known,
      List<Release> kept,
      List<Recovery.Found> found,
      Optional<Rollout> unfinished) {
    return turns.ask(
        () -> {
          desired.resume(known, kept);
          world.store().rollouts(name, 1).forEach(rolling::remember);
          Set<String> running = new HashSet<>();
          found.forEach(one -> running.add(one.record().id()));
          unfinished.ifPresent(rollout -> rolling.takeUp(rollout, running));
          for (Recovery.Found one : found) {
            Release release = desired.releases().find(one.record().release());
            if (release == null) {
              one.running().kill();
              world.store().deleteInstance(one.record().id());
            } else {
              fleet.adopt(
                  release,
                  one.running(),
                  one.record(),
                  one.healthy(),
                  aside().test(release.number()));
            }
          }
          RolloutCourse course = rolling.course();
          if (course == null) {
            goOn(known);
          } else if (course.kind() == RolloutCourse.Kind.RESTART && !course.returning()) {
            fleet.replaceAllBut(course.log().started());
          }
          return true;
        });
  }

  /** What was asked for, and had no roll-out yet, gets one, so that it too comes to an end. */
  private void goOn(ServiceState known) {
    if (known.removing()) {
      rolling.begin(
          RolloutCourse.Kind.REMOVE,
          desired.releases().version(known.target()),
          Cause.by(PLATFORM),
          rolling.now());
    } else if (known.target() != 0 && known.target() != known.lastGood() && known.replicas() > 0) {
      String from = desired.releases().version(known.lastGood());
      Release target = desired.releases().find(known.target());
      boolean ofNobody =
          target != null && ReleaseBook.rolloutOf(target, world.rollouts().list(name)).isEmpty();
      rolling.begin(
          RolloutCourse.Kind.DEPLOY,
          from,
          target != null && ofNobody ? target.cause() : Cause.by(PLATFORM),
          target != null && ofNobody ? target.createdAt() : rolling.now());
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
          RolloutCourse running = rolling.course();
          if (running != null) {
            rolling.end(running, State.FAILED, "its services were stopped with the platform");
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
  public void step(String step, String instance, StepState state, String detail) {
    rolling.step(step, instance, state, detail);
  }

  @Override
  public void progress() {
    rolling.progress();
  }

  @Override
  public boolean lost(InstanceLife life, Loss loss, String reason, List<String> lastLines) {
    RolloutCourse running = rolling.course();
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
        rolling.giveUp(running, State.ROLLED_BACK, life.id() + ": " + reason + quote(lastLines));
      }
    }
    ServiceState after = desired.state();
    Trial trial = rolling.trial();
    return after != null
        && (life.release().number() == after.target()
            || (trial != null
                && trial.keepsOld()
                && life.release().number() == trial.old().number())
            || (held() && life.release().number() == after.lastGood()));
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
    ServiceState next = advance(now);
    fleet.setAside(aside());
    Plan plan = plan(next);
    for (int i = 0; i < 3 && !plan.isEmpty(); i++) {
      fleet.carryOut(plan, desired.releases().find(next.target()));
      plan = plan(next);
    }
    Plan ofKept = planOfKept(next);
    fleet.carryOut(ofKept, kept(next).orElse(null));
    rolling.noteRetiring();
    if (plan.isEmpty() && ofKept.isEmpty()) {
      settle(next);
    }
    rolling.flush();
    publish();
  }

  /** A trial may have come further, or the time of what is kept warm be over. */
  private ServiceState advance(ServiceState now) {
    Trial trial = rolling.trial();
    if (trial != null && !halted && !now.removing()) {
      long old = trial.old().number();
      if (!fleet.serves(release -> release != old && release != now.target())) {
        trial.advance(now.replicas(), available(now));
      }
    }
    ServiceState after = desired.known();
    Optional<ServiceState.Warm> warm = after.warm();
    if (warm.isEmpty()) {
      return after;
    }
    Duration left = Duration.between(world.wall().instant(), warm.get().until());
    if (left.isPositive() && fleet.serves(after::keeps)) {
      if (cooling == null) {
        cooling = turns.after(left, () -> cooling = null);
      }
      return after;
    }
    ServiceState cooled = after.withWarm(Optional.empty());
    desired.save(cooled);
    world.event(
        "service.cooled",
        name,
        "",
        "",
        name
            + ": version "
            + desired.releases().version(warm.get().release())
            + " is kept warm no longer",
        Map.of());
    return cooled;
  }

  private int available(ServiceState now) {
    return (int)
        fleet.members(now.target(), release -> release == now.target()).stream()
            .filter(m -> m.current() && m.standing() == Plan.Standing.AVAILABLE)
            .count();
  }

  /** The release beside the wanted one that keeps its instances. */
  private Optional<Release> kept(ServiceState now) {
    Trial trial = rolling.trial();
    if (trial != null && trial.keepsOld()) {
      return Optional.of(trial.old());
    }
    if (held() && now.lastGood() != now.target()) {
      return Optional.ofNullable(desired.releases().find(now.lastGood()));
    }
    return now.warm().map(warm -> desired.releases().find(warm.release()));
  }

  private boolean held() {
    RolloutCourse running = rolling.course();
    return running != null && running.held();
  }

  /**
   * Which releases are planned beside the wanted one: while the old one is stayed with, those that
   * it is to replace as well.
   */
  private LongPredicate beside(ServiceState now) {
    Optional<Release> kept = halted || now.removing() ? Optional.empty() : kept(now);
    if (kept.isEmpty()) {
      return release -> false;
    }
    return now.keeps(kept.get().number()) ? now::keeps : release -> release != now.target();
  }

  /** Which releases are not for those who cannot follow a split. */
  private LongPredicate aside() {
    ServiceState now = desired.known();
    Trial trial = rolling.trial();
    return trial != null && trial.keepsOld() ? release -> release == now.target() : now::keeps;
  }

  private Plan plan(ServiceState now) {
    RolloutPolicy policy = desired.policy(now);
    RolloutCourse running = rolling.course();
    Trial trial = rolling.trial();
    int replicas = replicas(now);
    return Plan.of(
        new Plan.Wanted(
            held() ? 0 : trial == null ? replicas : Math.min(replicas, trial.wanted(replicas)),
            policy.surge(),
            policy.unavailable(),
            fleet.blockedFor().isZero(),
            held() || (running != null && running.paused()),
            policy.strategy() == Strategy.RECREATE,
            fleet.othersLeft(now.target())),
        fleet.members(now.target(), beside(now).negate()));
  }

  /** What is kept is kept whole while it may have to serve again; warm, it only gets fewer. */
  private Plan planOfKept(ServiceState now) {
    Release kept = kept(now).orElse(null);
    if (kept == null || halted || now.removing()) {
      return new Plan(0, List.of(), List.of());
    }
    List<Plan.Member> members = fleet.members(kept.number(), beside(now));
    if (now.keeps(kept.number())) {
      return new Plan(
          0,
          members.stream()
              .filter(m -> m.standing() == Plan.Standing.STARTING)
              .map(m -> m.id())
              .toList(),
          members.stream()
              .filter(m -> m.leaving() && m.standing() != Plan.Standing.STARTING)
              .map(m -> m.id())
              .toList());
    }
    RolloutPolicy policy = kept.spec().rollout();
    return Plan.of(
        new Plan.Wanted(
            replicas(now), Math.max(1, policy.surge()), 0, fleet.blockedFor().isZero(), false),
        members);
  }

  private int replicas(ServiceState now) {
    return halted || now.removing() || desired.releases().find(now.target()) == null
        ? 0
        : now.replicas();
  }

  /** Whether what is wanted is there; if so a roll-out has come to its end. */
  private void settle(ServiceState now) {
    RolloutCourse running = rolling.course();
    if (now.removing()) {
      if (fleet.lives().isEmpty()) {
        forget(running);
      }
      return;
    }
    List<Plan.Member> members = fleet.members(now.target(), beside(now).negate());
    Trial trial = rolling.trial();
    if (held() || (trial != null && !trial.over())) {
      return;
    }
    boolean there =
        members.size() == replicas(now)
            && members.stream()
                .allMatch(m -> m.current() && m.standing() == Plan.Standing.AVAILABLE);
    if (!there || halted || (running != null && (running.paused() || !fleet.atRest()))) {
      return;
    }
    boolean returned = running != null && running.returning();
    // A release that no instance has run has shown nothing.
    if (!returned && now.target() != 0 && now.lastGood() != now.target() && replicas(now) > 0) {
      desired.save(now.good());
    }
    if (running != null && rolling.after(running)) {
      return;
    }
    if (running != null) {
      rolling.arrived(running);
      Set<Long> inUse = new HashSet<>();
      fleet.lives().forEach(life -> inUse.add(life.release().number()));
      desired.prune(inUse);
    }
    rolling.tidySplit();
  }

  private void forget(@Nullable RolloutCourse running) {
    world.splits().removed(name, running == null ? PLATFORM : running.log().now().cause().by());
    desired.forget();
    view = null;
    if (running != null) {
      rolling.end(running, State.SUCCEEDED, "");
    }
    turns.close();
    emptied.complete(null);
    onForgotten.run();
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
            fleet.available(release -> !now.keeps(release)),
            fleet.lives().stream()
                .map(
                    life ->
                        ServiceView.member(
                            life, fleet.isLeaving(life.id()), now.keeps(life.release().number())))
                .toList(),
            desired.releases().all(),
            now.target(),
            rolling.last());
  }

  private static String quote(List<String> lastLines) {
    List<String> last = lastLines.subList(Math.max(0, lastLines.size() - 5), lastLines.size());
    return last.isEmpty() ? "" : "; it last wrote: " + String.join(" | ", last);
  }
}
