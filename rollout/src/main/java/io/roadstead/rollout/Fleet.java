package io.roadstead.rollout;

import io.roadstead.rollout.InstanceLife.Loss;
import io.roadstead.rollout.InstanceLife.Phase;
import io.roadstead.rollout.Plan.Standing;
import io.roadstead.rollout.Rollout.StepState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The instances of one service, and which of them are to be replaced. It carries out plans and
 * brings back what crashes, later each time. Confined to the service's turns.
 */
final class Fleet implements InstanceLife.Owner {
  /** Who decides what is wanted. */
  interface Command {
    void step(String name, String instance, StepState state, String detail);

    /** Something has come further. */
    void progress();

    /**
     * An instance was lost unasked.
     *
     * @return whether it is still wanted, so that another takes its place
     */
    boolean lost(InstanceLife life, Loss loss, String reason, List<String> lastLines);
  }

  private static final List<Duration> BACK_OFF =
      List.of(
          Duration.ZERO,
          Duration.ofMillis(500),
          Duration.ofSeconds(1),
          Duration.ofSeconds(2),
          Duration.ofSeconds(4),
          Duration.ofSeconds(8),
          Duration.ofSeconds(16),
          Duration.ofSeconds(30));
  private static final Duration GOOD_AGAIN_AFTER = Duration.ofMinutes(1);
  private static final int MOST_PORTS_TRIED = 5;

  private final World world;
  private final Turns turns;
  private final Command command;
  private final Map<String, InstanceLife> lives = new LinkedHashMap<>();
  private final Set<String> stale = new HashSet<>();
  private final Set<String> leaving = new HashSet<>();
  private long nextAge;
  private long generation;
  private int portsTaken;

  Fleet(World world, Turns turns, Command command) {
    this.world = world;
    this.turns = turns;
    this.command = command;
  }

  Collection<InstanceLife> lives() {
    return lives.values();
  }

  @Nullable InstanceLife find(String id) {
    return lives.get(id);
  }

  /** Takes over what an earlier life of the platform left. */
  void adopt(
      Release release,
      RunningInstance running,
      InstanceRecord known,
      boolean healthy,
      boolean aside) {
    InstanceLife life =
        new InstanceLife(world, turns, this, release, known.id(), known.token(), nextAge++, 0);
    lives.put(known.id(), life);
    if (known.leaving()) {
      leaving.add(known.id());
    }
    life.setAside(aside);
    life.adopt(running, known, healthy, generation);
  }

  /** What drains from now on is another generation than what drains already. */
  void nextGeneration() {
    generation++;
  }

  /** All that count now are to be replaced, though they are of the right release. */
  void replaceAll() {
    lives.values().stream()
        .filter(life -> life.standing().isPresent())
        .forEach(life -> stale.add(life.id()));
  }

  /** As {@link #replaceAll}, but for those that have replaced others already. */
  void replaceAllBut(Set<String> replacements) {
    replaceAll();
    stale.removeAll(replacements);
  }

  /** What was to be replaced stays. */
  void keepAll() {
    stale.clear();
  }

  void leave(String id) {
    leaving.add(id);
  }

  /** Whether it was only on its way out, and stays now. */
  boolean stay(String id) {
    return leaving.remove(id);
  }

  boolean isLeaving(String id) {
    return leaving.contains(id);
  }

  /** Whether instances of these releases take traffic. */
  boolean serves(LongPredicate releases) {
    return lives.values().stream()
        .filter(life -> releases.test(life.release().number()))
        .anyMatch(life -> life.standing().filter(s -> s != Standing.STARTING).isPresent());
  }

  /** Whether something is left, in whatever state, of what is to be replaced. */
  boolean othersLeft(long target) {
    return lives.values().stream()
        .filter(life -> life.phase() != Phase.DETACHED && !leaving.contains(life.id()))
        .anyMatch(life -> life.release().number() != target || stale.contains(life.id()));
  }

  /** How many instances of each version take traffic. */
  Map<String, Integer> serving() {
    Map<String, Integer> serving = new TreeMap<>();
    lives.values().stream()
        .filter(life -> life.standing().filter(s -> s == Standing.AVAILABLE).isPresent())
        .forEach(life -> serving.merge(life.release().version(), 1, Integer::sum));
    return serving;
  }

  /** Lets those of a release go that was kept warm. */
  void letGo(long release) {
    lives.values().stream()
        .filter(life -> life.release().number() == release)
        .map(InstanceLife::id)
        .toList()
        .forEach(id -> end(id, DrainSequence.End.STOPPED));
  }

  /** Says which releases are not for readers that cannot follow a split. */
  void setAside(LongPredicate aside) {
    lives.values().stream()
        .filter(life -> !aside.test(life.release().number()))
        .forEach(life -> life.setAside(false));
    lives.values().stream()
        .filter(life -> aside.test(life.release().number()))
        .forEach(life -> life.setAside(true));
  }

  /**
   * What counts, as seen by one that wants {@code target}.
   *
   * @param releases those that are asked about
   */
  List<Plan.Member> members(long target, LongPredicate releases) {
    List<Plan.Member> members = new ArrayList<>();
    for (InstanceLife life : lives.values()) {
      if (!releases.test(life.release().number())) {
        continue;
      }
      life.standing()
          .ifPresent(
              standing ->
                  members.add(
                      new Plan.Member(
                          life.id(),
                          standing,
                          isCurrent(life, target) && !leaving.contains(life.id()),
                          leaving.contains(life.id()),
                          life.age())));
    }
    return members;
  }

  boolean isCurrent(InstanceLife life, long target) {
    return life.release().number() == target && !stale.contains(life.id()) && !life.unready();
  }

  /** How many of this release are available. */
  int serving(long release) {
    return available(number -> number == release);
  }

  int available(LongPredicate releases) {
    return (int)
        lives.values().stream()
            .filter(life -> releases.test(life.release().number()))
            .filter(life -> life.standing().filter(s -> s == Standing.AVAILABLE).isPresent())
            .count();
  }

  /** Does what the plan says. */
  void carryOut(Plan plan, @Nullable Release target) {
    plan.drop().forEach(id -> end(id, DrainSequence.End.STOPPED));
    for (String id : plan.drain()) {
      end(id, leaving.contains(id) ? DrainSequence.End.DETACHED : DrainSequence.End.STOPPED);
      leaving.remove(id);
    }
    for (int i = 0; i < plan.start() && target != null; i++) {
      create(target, 0).begin();
    }
  }

  /** Ends all, those that an operator has drained too. */
  void endAll(boolean hurried) {
    leaving.clear();
    for (InstanceLife life : List.copyOf(lives.values())) {
      DrainSequence drain = life.drain();
      if (life.phase() == Phase.DETACHED
          || drain == null
          || drain.end() == DrainSequence.End.DETACHED) {
        end(life.id(), DrainSequence.End.STOPPED);
      }
      DrainSequence begun = life.drain();
      if (hurried && begun != null) {
        begun.hurry();
      }
    }
  }

  private void end(String id, DrainSequence.End end) {
    InstanceLife life = lives.get(id);
    if (life != null) {
      life.end(end, generation);
    }
  }

  /** How long instances of an earlier generation keep others from draining; zero: they do not. */
  Duration blockedFor() {
    Duration longest = Duration.ZERO;
    for (InstanceLife life : lives.values()) {
      DrainSequence drain = life.drain();
      if (drain == null
          || drain.generation() == DrainSequence.NO_GENERATION
          || drain.generation() == generation
          || drain.end() == DrainSequence.End.DETACHED) {
        continue;
      }
      Duration left =
          life.phase() == Phase.RETIRING
              ? drain.retiresFor()
              : life.phase() == Phase.DRAINING && !drain.barrierPassed()
                  ? Duration.ofSeconds(10)
                  : Duration.ZERO;
      longest = left.compareTo(longest) > 0 ? left : longest;
    }
    return longest;
  }

  long retiring() {
    return lives.values().stream().filter(life -> life.phase() == Phase.RETIRING).count();
  }

  /** Whether nothing is on its way out that has to be waited for. */
  boolean atRest() {
    return lives.values().stream()
        .noneMatch(
            life -> {
              DrainSequence drain = life.drain();
              return life.phase() == Phase.STOPPING
                  || (life.phase() == Phase.DRAINING
                      && drain != null
                      && drain.end() == DrainSequence.End.STOPPED);
            });
  }

  private void restart(InstanceLife lost, int crashes) {
    InstanceLife life = create(lost.release(), crashes + 1);
    Duration backOff = BACK_OFF.get(Math.min(crashes, BACK_OFF.size() - 1));
    if (!backOff.isZero()) {
      life.beginIn(backOff);
    } else if (lost.availableFor().isZero()) {
      life.begin();
    } else {
      life.beginFirst();
    }
  }

  private InstanceLife create(Release release, int restarts) {
    String id = world.ids().instance(release.service(), release.number());
    while (lives.containsKey(id)) {
      id = world.ids().instance(release.service(), release.number());
    }
    InstanceLife life =
        new InstanceLife(world, turns, this, release, id, world.ids().token(), nextAge++, restarts);
    lives.put(id, life);
    return life;
  }

  // What instances tell.

  @Override
  public void step(String name, InstanceLife life, StepState state, String detail) {
    command.step(name, life.id(), state, detail);
  }

  @Override
  public void available(InstanceLife life) {
    portsTaken = 0;
    command.progress();
  }

  @Override
  public void lost(InstanceLife life, Loss loss, String reason, List<String> lastLines) {
    Loss counted = loss;
    if (loss == Loss.PORT_TAKEN && ++portsTaken > MOST_PORTS_TRIED) {
      counted = Loss.CRASHED;
    }
    boolean replaced =
        !life.unready() && !stale.contains(life.id()) && !leaving.contains(life.id());
    if (command.lost(life, counted, reason, lastLines) && replaced) {
      if (counted == Loss.PORT_TAKEN) {
        create(life.release(), life.restarts()).begin();
      } else {
        int crashes = life.availableFor().compareTo(GOOD_AGAIN_AFTER) >= 0 ? 0 : life.restarts();
        restart(life, crashes);
      }
    }
  }

  @Override
  public void gone(InstanceLife life) {
    lives.remove(life.id());
    stale.remove(life.id());
    leaving.remove(life.id());
    command.progress();
  }
}
