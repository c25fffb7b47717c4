package io.roadstead.rollout;

import io.roadstead.registry.BarrierOutcome;
import io.roadstead.registry.Cursor;
import io.roadstead.rollout.Rollout.StepState;
import io.roadstead.rollout.judge.Judge;
import io.roadstead.rollout.judge.Judgement;
import io.roadstead.rollout.judge.Limits;
import io.roadstead.rollout.judge.Sample;
import io.roadstead.rollout.judge.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The part of a canary or blue-green roll-out in which the old version keeps all its instances: how
 * many of the new one there are, and who gets which share.
 *
 * <pre>
 *   FILLING → JUDGING → FILLING → … → FILLING → (WAITING →) SWITCHING → OVER
 *   (instances)  (a step's share)     (all)      (by hand)   (subscribers)
 * </pre>
 *
 * <p>Which step it is in is written in the roll-out's own steps, and the split is durable, so a
 * later life of the platform goes on from there; a step under way begins anew, as its samples do.
 * Confined to the service's turns.
 */
final class Trial {
  static final String STEP = Rollout.JUDGED;
  static final String PROMOTE = "promote";
  static final String SWITCH = "switch";

  private static final Duration BARRIER = Duration.ofSeconds(10);
  private static final Duration LEAST_PAUSE = Duration.ofSeconds(1);
  private static final int FIRST_LOOK = 8;
  private static final BarrierOutcome NOBODY_ASKED =
      new BarrierOutcome(List.of(), List.of(), List.of());

  /** What it tells. */
  interface Owner {
    /** It has come further. */
    void progress();

    /** The new version is not to go on. */
    void returns(String why);

    /** The new version has everything now. */
    void switched(Release old, Duration warm);
  }

  private enum Phase {
    FILLING,
    JUDGING,
    WAITING,
    SWITCHING,
    OVER
  }

  private final World world;
  private final Turns turns;
  private final RolloutCourse course;
  private final Owner owner;
  private final Release old;
  private final Release young;
  private final List<Stages.Step> steps;
  private final Stages stages;
  private final Judge judge = new Judge(Limits.DEFAULT);

  private Phase phase = Phase.FILLING;
  private int index;
  private int looks;
  private boolean promoted;
  private long stepBegan;
  private Sample oldBefore = Sample.NONE;
  private Sample youngBefore = Sample.NONE;
  private Work.@Nullable Timer next;

  /**
   * @param judged whether the steps are gone through; else it is filled, and then switched
   */
  Trial(
      World world,
      Turns turns,
      RolloutCourse course,
      Owner owner,
      Release old,
      Release young,
      boolean judged) {
    this.world = world;
    this.turns = turns;
    this.course = course;
    this.owner = owner;
    this.old = old;
    this.young = young;
    this.stages = young.spec().rollout().stages();
    this.steps = judged ? stages.steps() : List.of();
    RolloutLog log = course.log();
    this.index = Math.min(steps.size(), log.count(STEP, StepState.DONE));
    this.looks = FIRST_LOOK * index;
    this.promoted = log.has(PROMOTE, StepState.DONE) || log.has(SWITCH);
    if (promoted) {
      this.index = steps.size();
    } else if (log.open(PROMOTE, "")) {
      phase = Phase.WAITING;
    }
  }

  /**
   * The new version gets nothing, before it has an instance. Where a rolling one was taken over in
   * its midst, the versions that serve share the requests as they did until the old one has
   * replaced the others.
   *
   * @param serving how many instances of each version take traffic
   */
  void begin(Map<String, Integer> serving) {
    Map<String, Integer> others = new TreeMap<>(serving);
    others.remove(young.version());
    boolean shared = !world.splits().of(young.service()).isNone();
    if (shared || index > 0 || others.isEmpty() || others.keySet().equals(Set.of(old.version()))) {
      share(index == 0 ? 0 : steps.get(index - 1).share());
      return;
    }
    int all = others.values().stream().mapToInt(Integer::intValue).sum();
    Map<String, Integer> shares = new TreeMap<>();
    others.forEach((version, count) -> shares.put(version, 100 * count / all));
    int rest = 100 - shares.values().stream().mapToInt(Integer::intValue).sum();
    shares.merge(others.keySet().iterator().next(), rest, Integer::sum);
    shares.put(young.version(), 0);
    Cursor _ = world.splits().follow(young.service(), shares, course.id());
  }

  Release old() {
    return old;
  }

  /** Whether the old version is still the one that is to stay if anything goes wrong. */
  boolean keepsOld() {
    return phase != Phase.SWITCHING && phase != Phase.OVER;
  }

  boolean over() {
    return phase == Phase.OVER;
  }

  /** How many instances of the new version there are to be. */
  int wanted(int replicas) {
    if (index >= steps.size()) {
      return replicas;
    }
    int share = steps.get(index).share();
    return Math.min(replicas, Math.max(1, (replicas * share + 99) / 100));
  }

  /** The longest that it stays as it is, with nothing wrong. */
  Duration longest() {
    return index >= steps.size()
        ? BARRIER
        : steps.get(index).time().plus(stages.sampleTimeout()).plus(LEAST_PAUSE);
  }

  /**
   * Goes a step further where it can.
   *
   * @param available instances of the new version that are
   */
  void advance(int replicas, int available) {
    if (phase != Phase.FILLING || course.paused() || available < wanted(replicas)) {
      return;
    }
    if (index < steps.size()) {
      beginStep(steps.get(index));
    } else if (stages.byHand() && !promoted) {
      phase = Phase.WAITING;
      course.pause(true);
      course
          .log()
          .step(
              PROMOTE,
              "",
              StepState.RUNNING,
              "waits for \"roadstead rollout " + young.service() + " promote\", or abort");
      owner.progress();
    } else {
      switchOver();
    }
  }

  private void beginStep(Stages.Step step) {
    share(step.share());
    phase = Phase.JUDGING;
    stepBegan = world.ticker().nanos();
    oldBefore = sample(old);
    youngBefore = sample(young);
    tell(StepState.RUNNING, "");
    owner.progress();
    lookIn(step.time().dividedBy(FIRST_LOOK));
  }

  private void lookIn(Duration delay) {
    Duration least = delay.compareTo(LEAST_PAUSE) < 0 ? LEAST_PAUSE : delay;
    next = turns.after(least, this::look);
  }

  private void look() {
    if (phase != Phase.JUDGING) {
      return;
    }
    Stages.Step step = steps.get(index);
    Duration since = Duration.ofNanos(world.ticker().nanos() - stepBegan);
    boolean complete = since.compareTo(step.time()) >= 0;
    if (course.paused()) {
      lookIn(LEAST_PAUSE);
      return;
    }
    Sample was = sample(old).minus(oldBefore);
    Sample is = sample(young).minus(youngBefore);
    boolean any = Math.min(was.requests(), is.requests()) >= Judge.LEAST_REQUESTS;
    Judgement judgement =
        judge.judge(was, is, any ? ++looks : looks + 1, index == steps.size() - 1);
    if (judgement.verdict() == Verdict.RETURN) {
      tell(StepState.FAILED, judgement.sentence());
      owner.returns(judgement.sentence());
    } else if (judgement.verdict() != Verdict.NOT_ENOUGH_SAMPLES && complete) {
      tell(StepState.DONE, judgement.sentence());
      index++;
      phase = Phase.FILLING;
      owner.progress();
    } else if (since.compareTo(step.time().plus(stages.sampleTimeout())) >= 0) {
      tell(StepState.FAILED, judgement.sentence());
      owner.returns(
          "it could not be judged at "
              + step.share()
              + " % within "
              + Words.of(step.time().plus(stages.sampleTimeout()))
              + ": "
              + judgement.sentence()
              + "; send it more requests, raise rollout.sampleTimeout, or promote it by hand");
    } else {
      tell(StepState.RUNNING, judgement.sentence());
      Duration left = step.time().minus(since);
      lookIn(complete ? step.time().dividedBy(2) : min(since, left));
    }
  }

  private void tell(StepState state, String finding) {
    int share = steps.get(index).share();
    course
        .log()
        .step(
            STEP,
            "",
            state,
            share + " % of the requests" + (finding.isEmpty() ? "" : ": " + finding));
  }

  /** Goes on without being judged. False where nothing is left to promote. */
  boolean promote(String by) {
    if (phase == Phase.SWITCHING || phase == Phase.OVER) {
      return false;
    }
    promoted = true;
    if (course.log().open(STEP, "")) {
      tell(StepState.SKIPPED, "promoted by " + by);
    }
    course.log().step(PROMOTE, "", StepState.DONE, "by " + by);
    index = steps.size();
    phase = Phase.FILLING;
    cancel();
    if (course.paused()) {
      course.pause(false);
    }
    owner.progress();
    return true;
  }

  /** Who waited to be promoted is, by going on. */
  void resumed() {
    if (phase == Phase.WAITING) {
      boolean _ = promote("going on");
    }
  }

  private void switchOver() {
    phase = Phase.SWITCHING;
    cancel();
    course.log().step(SWITCH, "", StepState.RUNNING, "to " + young.version());
    Cursor version = share(100);
    owner.switched(old, stages.warm());
    turns.call(
        "barrier",
        () -> world.witnesses().await(young.service(), version, BARRIER),
        NOBODY_ASKED,
        outcome -> {
          phase = Phase.OVER;
          course
              .log()
              .step(
                  SWITCH,
                  "",
                  StepState.DONE,
                  "all requests go to "
                      + young.version()
                      + (outcome.proven() ? "" : "; not all subscribers have said so"));
        });
  }

  /** It is given up: the old version has everything again, at once. */
  void giveUp() {
    cancel();
    phase = Phase.OVER;
    share(0);
  }

  /** Another roll-out takes over: nothing more is done here. */
  void cancel() {
    if (next != null) {
      next.cancel();
      next = null;
    }
  }

  private Cursor share(int percent) {
    return world
        .splits()
        .follow(
            young.service(),
            Map.of(old.version(), 100 - percent, young.version(), percent),
            course.id());
  }

  private Sample sample(Release release) {
    return world.traffic().of(release.service(), release.version());
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
