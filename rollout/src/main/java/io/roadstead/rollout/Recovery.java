package io.roadstead.rollout;

import io.roadstead.registry.InstanceKey;
import io.roadstead.rollout.Rollout.State;
import io.roadstead.rollout.Rollout.Step;
import io.roadstead.rollout.Rollout.StepState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * Finds what an earlier life of the platform has left running, all at the same time, and probes it,
 * so that what is well is back in the registry, marks and all, before the gateway asks.
 */
final class Recovery {
  private static final int ROLLOUTS_LOOKED_AT = 1000;
  private static final Duration UNKNOWN_ENDS_WITHIN = Duration.ofSeconds(3);

  /** An instance that still runs. */
  record Found(InstanceRecord record, RunningInstance running, boolean healthy) {}

  private final World world;

  Recovery(World world) {
    this.world = world;
  }

  /** What still runs, by service; the records of what does not are dropped. */
  Map<String, List<Found>> find(Map<String, List<Release>> releases) {
    List<CompletableFuture<Optional<Found>>> looks = new ArrayList<>();
    for (InstanceRecord record : records(releases)) {
      CompletableFuture<Optional<Found>> look = new CompletableFuture<>();
      looks.add(look);
      Optional<Release> release =
          releases.getOrDefault(record.service(), List.of()).stream()
              .filter(kept -> kept.number() == record.release())
              .findFirst();
      world
          .work()
          .run(
              "rollout-adopt-" + record.id(),
              () -> {
                try {
                  look.complete(adopt(record, release));
                } catch (RuntimeException e) {
                  look.completeExceptionally(e);
                }
              });
    }
    Map<String, List<Found>> found = new LinkedHashMap<>();
    for (CompletableFuture<Optional<Found>> look : looks) {
      look.join()
          .ifPresent(
              one ->
                  found
                      .computeIfAbsent(one.record().service(), service -> new ArrayList<>())
                      .add(one));
    }
    endUnrecorded(found);
    return found;
  }

  /**
   * What is recorded, and what runs without a record though its release is known: such an instance
   * was started in the last moment of the earlier life, or the state is an older copy put back.
   * Either way it may be serving, so it counts from now on, and goes only if it is too many.
   */
  private List<InstanceRecord> records(Map<String, List<Release>> releases) {
    List<InstanceRecord> records = new ArrayList<>(world.store().instances());
    Set<String> ids = records.stream().map(InstanceRecord::id).collect(Collectors.toSet());
    for (Unrecorded found : world.runtime().unrecorded(ids)) {
      long number = Ids.release(found.service(), found.id());
      boolean known =
          releases.getOrDefault(found.service(), List.of()).stream()
              .anyMatch(kept -> kept.number() == number && kept.version().equals(found.version()));
      if (known) {
        InstanceRecord record =
            new InstanceRecord(found.service(), found.id(), number, found.token(), found.mark());
        world.store().save(record);
        records.add(record);
      }
    }
    return records;
  }

  private Optional<Found> adopt(InstanceRecord record, Optional<Release> release) {
    return switch (world.runtime().adopt(record)) {
      case Adoption.Ended ended -> {
        gone(record);
        tellEnd(record, ended);
        yield Optional.empty();
      }
      case Adoption.Runs(RunningInstance running) when release.isEmpty() -> {
        running.kill();
        gone(record);
        world.event(
            "instance.stopped",
            record.service(),
            record.id(),
            "",
            record.id() + " was ended: its release is not known any more",
            Map.of());
        yield Optional.empty();
      }
      case Adoption.Runs(RunningInstance running) ->
          Optional.of(new Found(record, running, probed(record, running, release.get())));
    };
  }

  private boolean probed(InstanceRecord record, RunningInstance running, Release release) {
    boolean healthy =
        world.runtime().probe(release, running, release.spec().health().timeout())
            instanceof ProbeResult.Healthy;
    world.event(
        "instance.adopted",
        record.service(),
        record.id(),
        "",
        record.id() + " still runs and was taken over",
        Map.of("pid", record.mark().pid(), "port", record.mark().port()));
    return healthy;
  }

  private void gone(InstanceRecord record) {
    world.store().deleteInstance(record.id());
    world.witnesses().ended(new InstanceKey(record.service(), record.id()));
  }

  private void tellEnd(InstanceRecord record, Adoption.Ended ended) {
    String how = ended.exit().describe();
    boolean known = ended.exit().code().isPresent();
    if (record.draining()) {
      event("instance.stopped", record, "has ended while the platform was away: " + how, Map.of());
    } else if (known) {
      world.figures().restarted(record.service(), InstanceLife.Loss.CRASHED.word());
      event(
          "instance.crashed",
          record,
          "ended while the platform was away: " + how,
          Map.of(
              "exit",
              how,
              "reason",
              InstanceLife.Loss.CRASHED.word(),
              "lastLines",
              ended.lastLines()));
    } else {
      event(
          "instance.gone",
          record,
          "did not outlive the platform's restart; how it ended is not known",
          Map.of("lastLines", ended.lastLines()));
    }
  }

  private void event(String kind, InstanceRecord record, String what, Map<String, Object> data) {
    world.event(kind, record.service(), record.id(), "", record.id() + " " + what, data);
  }

  /** Ends what belongs to nothing that is known; it may be at work, so it is asked first. */
  private void endUnrecorded(Map<String, List<Found>> found) {
    Set<String> running =
        found.values().stream()
            .flatMap(List::stream)
            .map(one -> one.record().id())
            .collect(Collectors.toSet());
    for (String id : world.runtime().endAllBut(running, UNKNOWN_ENDS_WITHIN)) {
      world.event(
          "instance.stopped",
          "",
          id,
          "",
          id
              + " was ended: an earlier life of the platform had started it, and nothing is known"
              + " of its release",
          Map.of());
    }
  }

  /**
   * The roll-outs that the earlier life did not bring to an end, of each service the newest. Those
   * of services that are no more have ended with them.
   */
  Map<String, Rollout> unfinished(Set<String> services) {
    Map<String, Rollout> unfinished = new LinkedHashMap<>();
    for (Rollout rollout : world.store().rollouts("", ROLLOUTS_LOOKED_AT)) {
      if (rollout.state().ended()) {
        continue;
      }
      if (!services.contains(rollout.service())) {
        boolean removed = rollout.kind().equals(RolloutCourse.Kind.REMOVE.word());
        end(
            rollout,
            removed ? State.SUCCEEDED : State.FAILED,
            removed ? "" : "its service was removed as the platform ended");
      } else if (unfinished.putIfAbsent(rollout.service(), rollout) != null) {
        end(rollout, State.SUPERSEDED, "taken over as the platform ended");
      }
    }
    return unfinished;
  }

  private void end(Rollout rollout, State state, String reason) {
    Rollout ended =
        new Rollout(
            rollout.id(),
            rollout.service(),
            rollout.from(),
            rollout.to(),
            rollout.kind(),
            rollout.strategy(),
            state,
            reason,
            rollout.startedAt(),
            Optional.of(world.wall().instant()),
            rollout.cause(),
            rollout.steps().stream().map(Recovery::ended).toList());
    world.store().save(ended);
    String word = RolloutFigures.word(state);
    world.event(
        "rollout." + word,
        rollout.service(),
        "",
        rollout.id(),
        rollout.service()
            + ": "
            + rollout.kind()
            + " "
            + word
            + (reason.isEmpty() ? "" : ": " + reason),
        Map.of());
  }

  private static Step ended(Step step) {
    return step.state() == StepState.RUNNING
        ? new Step(
            step.name(),
            step.instance(),
            StepState.SKIPPED,
            step.startedAt(),
            Optional.of(Duration.ZERO),
            step.detail())
        : step;
  }
}
