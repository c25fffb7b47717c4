package io.roadstead.rollout;

import io.roadstead.registry.BarrierOutcome;
import io.roadstead.registry.Cursor;
import io.roadstead.rollout.InstanceLife.Owner;
import io.roadstead.rollout.InstanceLife.Phase;
import io.roadstead.rollout.Rollout.StepState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Takes one instance out of traffic so that nobody loses a request: the durable mark, at version v;
 * the barrier, until all who route have applied v; the wait for the requests in flight; and only
 * then its end, or, for an operator's drain, nothing more.
 *
 * <p>Anonymous pollers give no proof. Where there are some, the instance retires: it goes on
 * answering in the background until each of them can be taken to have fetched.
 *
 * <p>Confined to the service's turns. Every wait is bounded: the barrier by 10 s, retiring by what
 * the pollers' own bound is, the requests in flight by the drain time-out.
 */
final class DrainSequence {
  /** What comes after no request is in flight. */
  enum End {
    STOPPED,
    DETACHED
  }

  /** It keeps no other waiting. */
  static final long NO_GENERATION = -1;

  private static final Duration BARRIER = Duration.ofSeconds(10);
  private static final BarrierOutcome NOBODY_ASKED =
      new BarrierOutcome(List.of(), List.of("the barrier itself failed"), List.of());

  private final World world;
  private final Turns turns;
  private final InstanceLife life;
  private final Owner owner;
  private final long generation;
  private final long startedNanos;
  private End end;
  private boolean cancelled;
  private boolean barrierPassed;
  private boolean hurried;
  private @Nullable Cursor markedAt;
  private boolean proven;
  private @Nullable Long retiredNanos;

  /**
   * @param generation of drains that do not keep one another waiting, or {@link #NO_GENERATION}
   */
  DrainSequence(
      World world, Turns turns, InstanceLife life, Owner owner, End end, long generation) {
    this.world = world;
    this.turns = turns;
    this.life = life;
    this.owner = owner;
    this.end = end;
    this.generation = generation;
    this.startedNanos = world.ticker().nanos();
  }

  End end() {
    return end;
  }

  long generation() {
    return generation;
  }

  /** Whether those who confirm have been heard, or their time has passed. */
  boolean barrierPassed() {
    return barrierPassed;
  }

  /** How long it still retires; zero where it does not. */
  Duration retiresFor() {
    return retiredNanos == null
        ? Duration.ZERO
        : Duration.ofNanos(Math.max(0, retiredNanos - world.ticker().nanos()));
  }

  /** The mark is durable already. */
  void begin() {
    life.phase(Phase.DRAINING);
    owner.step("drain", life, StepState.RUNNING, "waits for subscribers");
    Optional<Cursor> marked = world.registry().mark(life.key(), marks -> marks.withDraining(true));
    if (marked.isEmpty()) {
      barrierPassed = true;
      owner.step("drain", life, StepState.DONE, "not in the registry");
      finish();
      return;
    }
    Cursor version = marked.get();
    markedAt = version;
    turns.call(
        "barrier",
        () -> world.witnesses().await(life.key().service(), version, BARRIER),
        NOBODY_ASKED,
        outcome -> barrier(version, outcome));
  }

  /** Another end is wanted than the one it began for. */
  void endIn(End other) {
    if (end != other) {
      life.save(known -> known.drains(other == End.DETACHED));
      end = other;
    }
  }

  /** Everything is being stopped, the gateway too: pollers without proof are not waited for. */
  void hurry() {
    hurried = true;
    if (life.phase() == Phase.RETIRING) {
      retired();
    }
  }

  /** The instance counts again, or has ended: nothing more is done to it. */
  void cancel() {
    cancelled = true;
  }

  private void barrier(Cursor version, BarrierOutcome outcome) {
    barrierPassed = true;
    proven = outcome.proven();
    if (cancelled) {
      return;
    }
    owner.step("drain", life, StepState.DONE, describe(outcome));
    Duration bound =
        outcome.pollers().stream()
            .map(BarrierOutcome.Poller::remaining)
            .max(Duration::compareTo)
            .orElse(Duration.ZERO);
    if (hurried || !bound.isPositive()) {
      awaitIdle(version);
      return;
    }
    life.phase(Phase.RETIRING);
    retiredNanos = world.ticker().nanos() + bound.toNanos();
    owner.step("retire", life, StepState.RUNNING, "in the background for " + Words.of(bound));
    turns.after(bound, this::retired);
  }

  private void retired() {
    if (!cancelled && life.phase() == Phase.RETIRING && markedAt != null) {
      life.phase(Phase.DRAINING);
      owner.step("retire", life, StepState.DONE, "");
      awaitIdle(markedAt);
    }
  }

  private void awaitIdle(Cursor version) {
    Duration limit = life.release().spec().rollout().drainTimeout();
    owner.step("idle", life, StepState.RUNNING, "requests in flight, at most " + Words.of(limit));
    turns.call(
        "idle",
        () -> world.witnesses().awaitIdle(life.key(), version, limit),
        OptionalInt.empty(),
        left -> idle(left, limit));
  }

  private void idle(OptionalInt left, Duration limit) {
    if (cancelled) {
      return;
    }
    String found;
    if (left.isEmpty()) {
      found = "requests in flight not known: not every gateway has told";
    } else if (left.getAsInt() == 0) {
      found = "no request in flight";
    } else {
      found = Words.count(left.getAsInt(), "request") + " in flight after " + Words.of(limit);
    }
    owner.step("idle", life, StepState.DONE, found);
    finish();
  }

  private void finish() {
    world.figures().drained(proven, Duration.ofNanos(world.ticker().nanos() - startedNanos));
    switch (end) {
      case STOPPED -> new StopSequence(world, turns, life, owner).begin();
      case DETACHED -> {
        life.phase(Phase.DETACHED);
        world.event(
            "instance.drained",
            life.key().service(),
            life.id(),
            "",
            life.id() + " has no request in flight and runs on without traffic",
            java.util.Map.of());
      }
    }
  }

  private String describe(BarrierOutcome outcome) {
    StringBuilder text = new StringBuilder();
    if (outcome.proven()) {
      text.append("proven by ").append(Words.count(outcome.heard().size(), "subscriber"));
    }
    if (!outcome.unheard().isEmpty()) {
      text.append("not heard: ").append(String.join(", ", outcome.unheard()));
    }
    if (!outcome.pollers().isEmpty()) {
      if (!text.isEmpty()) {
        text.append("; ");
      }
      Duration bound =
          outcome.pollers().stream()
              .map(BarrierOutcome.Poller::remaining)
              .max(Duration::compareTo)
              .orElse(Duration.ZERO);
      text.append("bounded, not proven: ")
          .append(Words.count(outcome.pollers().size(), "anonymous poller"))
          .append(", ")
          .append(Words.of(bound))
          .append(" left");
    }
    if (world.witnesses().directCallers(life.key().service())) {
      text.append("; direct calls: not counted");
    }
    return text.toString();
  }
}
