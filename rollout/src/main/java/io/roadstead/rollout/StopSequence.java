package io.roadstead.rollout;

import io.roadstead.rollout.InstanceLife.Owner;
import io.roadstead.rollout.Rollout.StepState;
import java.time.Duration;
import java.util.Map;

/**
 * Ends the process: SIGTERM, the stop time-out, SIGKILL to the whole group. Its exit, whenever it
 * comes, ends the life; where not even SIGKILL brings one (a process that the kernel does not let
 * go), the platform goes on without it and says so.
 */
final class StopSequence {
  private static final Duration AFTER_KILL = Duration.ofSeconds(10);

  private final World world;
  private final Turns turns;
  private final InstanceLife life;
  private final Owner owner;

  StopSequence(World world, Turns turns, InstanceLife life, Owner owner) {
    this.world = world;
    this.turns = turns;
    this.life = life;
    this.owner = owner;
  }

  void begin() {
    RunningInstance process = life.process();
    if (process == null) {
      return;
    }
    life.phase(InstanceLife.Phase.STOPPING);
    life.saveThatItStops();
    owner.step("stop", life, StepState.RUNNING, "SIGTERM");
    process.terminate();
    turns.after(life.release().spec().rollout().stopTimeout(), this::kill);
  }

  private void kill() {
    RunningInstance process = life.process();
    if (process == null || life.phase() == InstanceLife.Phase.GONE) {
      return;
    }
    String stopTimeout = Words.of(life.release().spec().rollout().stopTimeout());
    owner.step(
        "stop", life, StepState.RUNNING, "SIGKILL, for SIGTERM did not end it in " + stopTimeout);
    world.event(
        "instance.killed",
        life.key().service(),
        life.id(),
        "",
        life.id() + " did not end within " + stopTimeout + " of SIGTERM and was killed",
        Map.of());
    process.kill();
    turns.after(AFTER_KILL, this::giveUp);
  }

  private void giveUp() {
    if (life.phase() != InstanceLife.Phase.GONE) {
      owner.step("stop", life, StepState.FAILED, "still there after SIGKILL");
      life.givenUp();
    }
  }
}
