package io.roadstead.rollout;

import io.roadstead.rollout.Rollout.State;
import io.roadstead.rollout.Rollout.StepState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Writes down one roll-out as it goes. Confined to its service's turns; readers see what it has
 * published. It is saved at the end of a turn that changed it, and at once when it ends.
 */
final class RolloutLog {
  private static final int MAX_STEPS = 1000;

  private final World world;
  private final long startedNanos;
  private final List<Entry> entries = new ArrayList<>();
  private Rollout rollout;
  private boolean unsaved = true;
  private boolean unpublished = true;

  private static final class Entry {
    private final String name;
    private final String instance;
    private final Instant startedAt;
    private final long startedNanos;
    private StepState state = StepState.RUNNING;
    private Optional<Duration> took = Optional.empty();
    private String detail = "";

    private Entry(String name, String instance, Instant startedAt, long startedNanos) {
      this.name = name;
      this.instance = instance;
      this.startedAt = startedAt;
      this.startedNanos = startedNanos;
    }

    private Rollout.Step step() {
      return new Rollout.Step(name, instance, state, startedAt, took, detail);
    }
  }

  RolloutLog(World world, Rollout first) {
    this.world = world;
    this.rollout = first;
    this.startedNanos = world.ticker().nanos();
  }

  /**
   * Goes on with one of an earlier life of the platform.
   *
   * @param running the instances that still run: what was begun with others has ended
   */
  static RolloutLog continued(World world, Rollout rollout, Set<String> running) {
    RolloutLog log = new RolloutLog(world, rollout);
    Instant now = world.wall().instant();
    for (Rollout.Step step : rollout.steps()) {
      Duration ago = Duration.between(step.startedAt(), now);
      long began = world.ticker().nanos() - Math.max(0, ago.toNanos());
      Entry entry = new Entry(step.name(), step.instance(), step.startedAt(), began);
      entry.detail = step.detail();
      entry.took = step.took();
      entry.state = step.state();
      boolean gone = !step.instance().isEmpty() && !running.contains(step.instance());
      if (entry.state == StepState.RUNNING && gone) {
        entry.state = step.name().equals("stop") ? StepState.DONE : StepState.SKIPPED;
        entry.took = Optional.of(Duration.ZERO);
      } else if (entry.state == StepState.RUNNING && step.name().equals(Continuation.START)) {
        entry.state = StepState.DONE;
        entry.took = Optional.of(Duration.ZERO);
      }
      log.entries.add(entry);
    }
    return log;
  }

  String id() {
    return rollout.id();
  }

  Rollout now() {
    return rollout;
  }

  /** Opens the step, or changes it: a step is one name for one instance, the last of that name. */
  void step(String name, String instance, StepState state, String detail) {
    if (rollout.state().ended()) {
      return;
    }
    Entry entry = running(name, instance);
    if (entry == null) {
      if (entries.size() >= MAX_STEPS) {
        return;
      }
      entry = new Entry(name, instance, world.wall().instant(), world.ticker().nanos());
      entries.add(entry);
    } else if (entry.state == state && entry.detail.equals(detail)) {
      return;
    }
    unsaved |= entry.state != state || entry.detail.isEmpty();
    entry.state = state;
    entry.detail = detail;
    if (state != StepState.RUNNING) {
      entry.took = Optional.of(since(entry.startedNanos));
    }
    unpublished = true;
  }

  /** How many steps of this name stand so. */
  int count(String name, StepState state) {
    return (int)
        entries.stream().filter(step -> step.name.equals(name) && step.state == state).count();
  }

  boolean has(String name, StepState state) {
    return count(name, state) > 0;
  }

  /** Whether such a step has begun. */
  boolean has(String name) {
    return entries.stream().anyMatch(step -> step.name.equals(name));
  }

  /** Whether such a step is open. */
  boolean open(String name, String instance) {
    return running(name, instance) != null;
  }

  /** The instances that it has begun to start. */
  Set<String> started() {
    Set<String> started = new HashSet<>();
    for (Entry entry : entries) {
      if (entry.name.equals(Continuation.START)) {
        started.add(entry.instance);
      }
    }
    return started;
  }

  void state(State state, String reason) {
    if (!rollout.state().ended()) {
      rollout = with(state, reason, Optional.empty());
      unsaved = true;
      unpublished = true;
    }
  }

  /** Ends it; what was still going on is left as {@code rest}. */
  void end(State state, String reason, StepState rest) {
    for (Entry entry : entries) {
      if (entry.state == StepState.RUNNING) {
        entry.state = rest;
        entry.took = Optional.of(since(entry.startedNanos));
      }
    }
    rollout = with(state, reason, Optional.of(world.wall().instant()));
    unsaved = true;
    unpublished = true;
    flush();
    world.figures().ended(rollout, since(startedNanos));
  }

  /** Shows what has changed, and saves it where it is more than words. */
  void flush() {
    if (unpublished) {
      rollout = with(rollout.state(), rollout.reason(), rollout.endedAt());
      unpublished = false;
      if (unsaved) {
        world.rollouts().save(rollout);
        unsaved = false;
      }
      world.rollouts().publish(rollout);
    }
  }

  private Duration since(long nanos) {
    return Duration.ofNanos(world.ticker().nanos() - nanos);
  }

  private @org.jspecify.annotations.Nullable Entry running(String name, String instance) {
    for (int i = entries.size() - 1; i >= 0; i--) {
      Entry entry = entries.get(i);
      if (entry.state == StepState.RUNNING
          && entry.name.equals(name)
          && entry.instance.equals(instance)) {
        return entry;
      }
    }
    return null;
  }

  private Rollout with(State state, String reason, Optional<Instant> endedAt) {
    return new Rollout(
        rollout.id(),
        rollout.service(),
        rollout.from(),
        rollout.to(),
        rollout.kind(),
        rollout.strategy(),
        state,
        reason,
        rollout.startedAt(),
        endedAt,
        rollout.cause(),
        entries.stream().map(Entry::step).toList());
  }
}
