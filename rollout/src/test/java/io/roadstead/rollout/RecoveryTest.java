package io.roadstead.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.BarrierOutcome;
import io.roadstead.registry.Status;
import io.roadstead.rollout.Rollout.State;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A platform that is killed and started again on the same data. */
class RecoveryTest {
  private static final Duration LONG = SimulatedPlatform.LONG;

  private final SimulatedPlatform platform = new SimulatedPlatform(4);

  @Test
  void whatStillRunsIsTakenOverAndInTheRegistryWhenTheStartReturns() {
    platform.ended(platform.deploy("orders", "1", "good", 3));
    Set<String> before = Set.copyOf(platform.runtime.alive.keySet());
    int started = platform.runtime.started.size();

    platform.restart();

    assertThat(platform.up("orders")).containsExactlyInAnyOrderElementsOf(before);
    platform.work.pass(Duration.ofMinutes(1));
    assertThat(platform.runtime.started).hasSize(started);
    assertThat(platform.status("orders").ready()).isEqualTo(3);
    String token = platform.processes("orders").getFirst().launch.token();
    assertThat(platform.deployer.byToken(token)).isPresent();
  }

  @Test
  void howTheLastRollOutEndedIsStillShown() {
    Rollout before = platform.ended(platform.deploy("orders", "1", "good", 1));

    platform.restart();

    assertThat(platform.status("orders").rollout()).contains(before);
  }

  @Test
  void whatEndedMeanwhileIsReplaced() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    platform.work.forgetAll();
    platform.runtime.alive.remove(platform.up("orders").getFirst());

    platform.restart();

    assertThat(platform.up("orders")).hasSize(1);
    platform.work.pass(Duration.ofSeconds(5));
    assertThat(platform.up("orders")).hasSize(2);
    assertThat(platform.store.instances()).hasSize(2);
  }

  @Test
  void aDrainGoesOnAndIsMarkedBeforeTheStartReturns() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    platform.barrier =
        new BarrierOutcome(
            List.of(), List.of(), List.of(new BarrierOutcome.Poller("p", Duration.ofSeconds(65))));
    platform.ended(
        platform.deployer.scale(
            "orders",
            OptionalInt.of(1),
            OptionalLong.empty(),
            OptionalDouble.empty(),
            Cause.by("me")));
    String draining =
        platform.processes("orders").stream()
            .map(process -> process.id())
            .filter(id -> platform.statusOf("orders", id).orElseThrow() == Status.DRAINING)
            .findFirst()
            .orElseThrow();
    assertThat(platform.store.instances())
        .filteredOn(InstanceRecord::draining)
        .extracting(InstanceRecord::id)
        .containsExactly(draining);

    platform.restart();

    assertThat(platform.statusOf("orders", draining)).contains(Status.DRAINING);
    platform.work.pass(Duration.ofSeconds(70));
    assertThat(platform.processes("orders")).hasSize(1);
  }

  @Test
  void whatWasBeingStoppedIsNotTakenForOneThatServes() {
    platform.ended(platform.deploy("orders", "1", "good", 1));
    String id = platform.deploy("orders", "2", "good slow ignores-sigterm", 1);
    platform.work.pass(Duration.ofSeconds(2));
    platform.deployer.abort(id);
    platform.work.pass(Duration.ofMillis(100));

    platform.restart();
    platform.work.pass(Duration.ofSeconds(20));

    assertThat(platform.upVersions("orders")).containsExactly("1");
    platform.work.pass(Duration.ofMinutes(2));
    assertThat(platform.processes("orders")).hasSize(1);
  }

  @Test
  void aReleaseThatHadNoRollOutYetGetsItsOwn() {
    platform.ended(platform.deploy("orders", "1", "good", 1));
    Release first = platform.store.releases("orders").getFirst();
    Release second =
        new Release(
            "orders",
            2,
            "2",
            "d".repeat(64),
            SimulatedPlatform.spec("orders", "2", "good", 1),
            first.createdAt().plusSeconds(60),
            Cause.by("somebody"));
    platform.store.save(new ServiceState("orders", 2, 1, 1, false, false), second);

    platform.restart();

    Rollout rollout = platform.status("orders").rollout().orElseThrow();
    assertThat(platform.ended(rollout.id()).state()).isEqualTo(State.SUCCEEDED);
    assertThat(rollout.cause().by()).isEqualTo("somebody");
    assertThat(rollout.startedAt()).isEqualTo(second.createdAt());
  }

  @Test
  void anInstanceThatAnOperatorDrainedStaysOut() {
    platform.ended(platform.deploy("orders", "1", "good", 1));
    String id = platform.up("orders").getFirst();
    platform.deployer.drain(id, "me");
    platform.work.pass(Duration.ofSeconds(5));

    platform.restart();
    platform.work.pass(Duration.ofMinutes(2));

    assertThat(platform.statusOf("orders", id)).contains(Status.DRAINING);
    assertThat(platform.processes("orders")).hasSize(2);
    platform.deployer.undrain(id, "me");
    platform.work.pass(Duration.ofSeconds(5));
    assertThat(platform.up("orders")).containsExactly(id);
  }

  @Test
  void anOperatorsDrainThatWasUnderWayStopsNothing() {
    platform.ended(platform.deploy("orders", "1", "good", 1));
    String id = platform.up("orders").getFirst();
    platform.barrier =
        new BarrierOutcome(
            List.of(), List.of(), List.of(new BarrierOutcome.Poller("p", Duration.ofSeconds(65))));
    platform.deployer.drain(id, "me");
    platform.work.pass(Duration.ofSeconds(5));
    assertThat(platform.statusOf("orders", id)).contains(Status.DRAINING);

    platform.restart();
    platform.work.pass(Duration.ofMinutes(2));

    assertThat(platform.runtime.alive).containsKey(id);
    assertThat(platform.statusOf("orders", id)).contains(Status.DRAINING);
    platform.deployer.undrain(id, "me");
    platform.work.pass(Duration.ofSeconds(5));
    assertThat(platform.up("orders")).containsExactly(id);
  }

  @Test
  void aRollOutThatWasUnderWayGoesOn() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    String interrupted = platform.deploy("orders", "2", "good slow", 2);
    platform.work.pass(Duration.ofSeconds(1));
    Rollout before = platform.deployer.rollout(interrupted).orElseThrow();

    platform.restart();

    Rollout ended = platform.ended(interrupted);
    assertThat(ended.state()).isEqualTo(State.SUCCEEDED);
    assertThat(ended.startedAt()).isEqualTo(before.startedAt());
    assertThat(ended.steps()).extracting(Rollout.Step::name).startsWith("start");
    assertThat(ended.steps()).noneMatch(step -> step.state() == Rollout.StepState.RUNNING);
    assertThat(platform.deployer.rollouts("orders")).hasSize(2);
    assertThat(platform.upVersions("orders")).containsExactly("2", "2");
    assertThat(platform.kinds()).contains("rollout.continued");
  }

  @Test
  void aBadVersionStillGoesBackAfterARestartInItsMiddle() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    String bad = platform.deploy("orders", "2", "never-healthy", 2);
    platform.work.pass(Duration.ofSeconds(1));

    platform.restart();

    assertThat(platform.ended(bad).state()).isEqualTo(State.ROLLED_BACK);
    assertThat(platform.upVersions("orders")).containsExactly("1", "1");
    assertThat(platform.processes("orders")).hasSize(2);
  }

  @Test
  void aRollOutThatGoesBackGoesOnGoingBack() {
    platform.ended(platform.deploy("orders", "1", "good", 3));
    String aborted = platform.deploy("orders", "2", "good", 3);
    assertThat(platform.work.until(() -> platform.upVersions("orders").contains("2"), LONG))
        .isTrue();
    platform.deployer.abort(aborted);

    platform.restart();

    Rollout ended = platform.ended(aborted);
    assertThat(ended.state()).isEqualTo(State.ABORTED);
    assertThat(ended.reason()).isEqualTo("aborted by request");
    assertThat(platform.upVersions("orders")).containsExactly("1", "1", "1");
  }

  @Test
  void aPausedRollOutStaysPaused() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    String paused = platform.deploy("orders", "2", "good", 2);
    platform.deployer.pause(paused);

    platform.restart();
    platform.work.pass(Duration.ofMinutes(1));

    assertThat(platform.deployer.rollout(paused).orElseThrow().state()).isEqualTo(State.PAUSED);
    platform.deployer.resume(paused);
    assertThat(platform.ended(paused).state()).isEqualTo(State.SUCCEEDED);
    assertThat(platform.upVersions("orders")).containsExactly("2", "2");
  }

  @Test
  void aRestartReplacesAllThatItHasNotReplacedYet() {
    platform.ended(platform.deploy("orders", "1", "good", 3));
    Set<String> old = Set.copyOf(platform.runtime.alive.keySet());
    String restart = platform.deployer.restart("orders", Cause.by("me"));
    assertThat(
            platform.work.until(
                () -> platform.up("orders").stream().anyMatch(id -> !old.contains(id)), LONG))
        .isTrue();
    int started = platform.runtime.started.size();

    platform.restart();

    assertThat(platform.ended(restart).state()).isEqualTo(State.SUCCEEDED);
    assertThat(platform.up("orders")).hasSize(3).doesNotContainAnyElementsOf(old);
    assertThat(platform.runtime.started.size() - started).isLessThanOrEqualTo(2);
  }

  @Test
  void howAnInstanceEndedMeanwhileIsToldWithItsLastLines() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    String id = platform.up("orders").getFirst();
    platform.work.forgetAll();
    platform.runtime.alive.remove(id);
    platform.runtime.kept.put(id, new Exit(OptionalInt.of(137), "SIGKILL"));

    platform.restart();

    assertThat(platform.events)
        .filteredOn(event -> event.kind().equals("instance.crashed"))
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.message())
                  .isEqualTo(id + " ended while the platform was away: SIGKILL");
              assertThat(event.data()).containsEntry("lastLines", List.of("its last line"));
            });
  }

  @Test
  void anOperatorsDrainThatHadNotBegunYetIsRemembered() {
    platform.ended(platform.deploy("orders", "1", "good slow", 1));
    String id = platform.up("orders").getFirst();
    platform.deployer.drain(id, "me");
    assertThat(platform.statusOf("orders", id)).as("until it is replaced").contains(Status.UP);

    platform.restart();
    platform.work.pass(Duration.ofMinutes(1));

    assertThat(platform.statusOf("orders", id)).contains(Status.DRAINING);
    assertThat(platform.runtime.alive).containsKey(id).hasSize(2);
    assertThat(platform.up("orders")).hasSize(1);
  }

  @Test
  void anOperatorsDrainThatWasTakenBackIsForgotten() {
    platform.ended(platform.deploy("orders", "1", "good slow", 1));
    String id = platform.up("orders").getFirst();
    platform.deployer.drain(id, "me");
    platform.deployer.undrain(id, "me");

    platform.restart();
    platform.work.pass(Duration.ofMinutes(1));

    assertThat(platform.up("orders")).containsExactly(id);
  }

  @Test
  void whatWasAvailableDoesNotHaveToSettleOnceMore() {
    RolloutPolicy patient =
        new RolloutPolicy(
            RolloutPolicy.DEFAULT.strategy(),
            RolloutPolicy.DEFAULT.surge(),
            RolloutPolicy.DEFAULT.unavailable(),
            Duration.ofMinutes(2),
            RolloutPolicy.DEFAULT.drainTimeout(),
            RolloutPolicy.DEFAULT.stopTimeout());
    ServiceSpec spec = SimulatedPlatform.spec("orders", "1", "good", 2, patient);
    platform.ended(platform.deployer.apply(spec, Cause.by("me")).orElseThrow());

    platform.restart();

    assertThat(platform.status("orders").ready()).isEqualTo(2);
    assertThat(platform.status("orders").instances())
        .allMatch(instance -> instance.phase().equals("available"));
  }

  @Test
  void whatAnOlderCopyOfTheStateDoesNotKnowIsTakenOver() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    String token = platform.processes("orders").getFirst().launch.token();
    Set<String> before = Set.copyOf(platform.up("orders"));
    before.forEach(platform.store::deleteInstance);
    int started = platform.runtime.started.size();

    platform.restart();

    assertThat(platform.up("orders")).containsExactlyInAnyOrderElementsOf(before);
    assertThat(platform.deployer.byToken(token)).isPresent();
    assertThat(platform.store.instances()).hasSize(2);
    platform.work.pass(Duration.ofMinutes(1));
    assertThat(platform.runtime.started).hasSize(started);
  }

  @Test
  void whatIsTakenOverWithoutARecordAndIsTooManyGoesInOrder() throws LaunchFailed {
    platform.ended(platform.deploy("orders", "1", "good", 1));
    Release release = platform.status("orders").release();
    RunningInstance _ = platform.runtime.start(new Launch("orders-1-lost", release, "token"));

    platform.restart();
    platform.work.pass(Duration.ofMinutes(1));

    assertThat(platform.processes("orders")).hasSize(1);
    assertThat(platform.store.instances()).hasSize(1);
    assertThat(platform.runtime.started).noneMatch(process -> process.killed);
  }

  @Test
  void whatRunsOfAReleaseThatNobodyKnowsIsEnded() throws LaunchFailed {
    platform.ended(platform.deploy("orders", "1", "good", 1));
    String recorded = platform.up("orders").getFirst();
    Release release = platform.status("orders").release();
    RunningInstance _ = platform.runtime.start(new Launch("orders-7-lost", release, "token"));

    platform.restart();

    assertThat(platform.runtime.alive).containsOnlyKeys(recorded);
    assertThat(platform.events)
        .anyMatch(e -> e.kind().equals("instance.stopped") && e.instance().equals("orders-7-lost"));
  }

  @Test
  void aRemovalGoesOn() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    platform.deployer.remove("orders", Cause.by("me"));

    platform.restart();
    platform.work.pass(Duration.ofSeconds(5));

    assertThat(platform.deployer.services()).isEmpty();
    assertThat(platform.runtime.alive).isEmpty();
  }

  /**
   * Killed after each single task of what was asked for, it always comes to its end, forward or
   * back, never with more instances than the surge allows, and leaves no orphan.
   */
  @ParameterizedTest
  @EnumSource(Asked.class)
  void killedAtAnyMomentOfARollOutItComesToItsEnd(Asked asked) {
    int moments = moments(asked);
    assertThat(moments).isGreaterThan(10);
    // Probes make most of the moments, and are alike.
    int stride = Math.max(1, moments / 60);
    for (int moment = 0; moment < moments; moment += stride) {
      String when = asked + ", moment " + moment;
      SimulatedPlatform killed = before();
      int most = 3 + (asked == Asked.SCALE_OUT ? 1 : 0);
      int[] left = {moment};
      killed.work.afterEach(
          () -> {
            assertThat(counted(killed)).as(when).isLessThanOrEqualTo(most);
            if (left[0]-- == 0) {
              killed.work.forgetAll();
            }
          });
      String id = asked.ask(killed);
      boolean _ = killed.work.until(() -> left[0] < 0, Duration.ofSeconds(40));
      left[0] = -1;

      killed.restart();
      boolean _ =
          killed.work.until(
              () -> killed.deployer.rollouts("").stream().allMatch(r -> r.state().ended()),
              Duration.ofMinutes(2));
      killed.work.pass(Duration.ofSeconds(2));

      assertThat(killed.upVersions("orders")).as(when).containsExactlyElementsOf(asked.versions());
      assertThat(killed.processes("orders")).as(when).hasSize(asked.versions().size());
      assertThat(killed.store.instances()).as(when).hasSize(asked.versions().size());
      assertThat(killed.deployer.rollouts(""))
          .as(when)
          .allMatch(rollout -> rollout.state().ended())
          .filteredOn(rollout -> rollout.id().equals(id))
          .allMatch(rollout -> rollout.state() == asked.end);
    }
  }

  enum Asked {
    DEPLOY(State.SUCCEEDED) {
      @Override
      String ask(SimulatedPlatform platform) {
        return platform.deploy("orders", "2", "good v2", 2);
      }

      @Override
      List<String> versions() {
        return List.of("2", "2");
      }
    },
    DEPLOY_OF_A_BAD_VERSION(State.ROLLED_BACK) {
      @Override
      String ask(SimulatedPlatform platform) {
        return platform.deploy("orders", "2", "never-healthy", 2);
      }
    },
    ROLLBACK(State.SUCCEEDED) {
      @Override
      String ask(SimulatedPlatform platform) {
        return platform.deployer.rollback("orders", Optional.of("0"), Cause.by("me"));
      }

      @Override
      List<String> versions() {
        return List.of("0", "0");
      }
    },
    RESTART(State.SUCCEEDED) {
      @Override
      String ask(SimulatedPlatform platform) {
        return platform.deployer.restart("orders", Cause.by("me"));
      }
    },
    SCALE_OUT(State.SUCCEEDED) {
      @Override
      String ask(SimulatedPlatform platform) {
        return scale(platform, 3);
      }

      @Override
      List<String> versions() {
        return List.of("1", "1", "1");
      }
    },
    SCALE_IN(State.SUCCEEDED) {
      @Override
      String ask(SimulatedPlatform platform) {
        return scale(platform, 1);
      }

      @Override
      List<String> versions() {
        return List.of("1");
      }
    },
    REMOVE(State.SUCCEEDED) {
      @Override
      String ask(SimulatedPlatform platform) {
        return platform.deployer.remove("orders", Cause.by("me"));
      }

      @Override
      List<String> versions() {
        return List.of();
      }
    };

    private final State end;

    Asked(State end) {
      this.end = end;
    }

    abstract String ask(SimulatedPlatform platform);

    List<String> versions() {
      return List.of("1", "1");
    }

    private static String scale(SimulatedPlatform platform, int replicas) {
      return platform.deployer.scale(
          "orders",
          OptionalInt.of(replicas),
          OptionalLong.empty(),
          OptionalDouble.empty(),
          Cause.by("me"));
    }
  }

  private static SimulatedPlatform before() {
    SimulatedPlatform platform = new SimulatedPlatform(5);
    platform.ended(platform.deploy("orders", "0", "good v0", 2));
    platform.ended(platform.deploy("orders", "1", "good", 2));
    return platform;
  }

  private static int moments(Asked asked) {
    SimulatedPlatform platform = before();
    int[] count = {0};
    platform.work.afterEach(() -> count[0]++);
    platform.ended(asked.ask(platform));
    return count[0];
  }

  /** The processes that count: what drains, or is recorded no more, is on its way out. */
  private static long counted(SimulatedPlatform platform) {
    Set<String> drains =
        platform.store.instances().stream()
            .filter(InstanceRecord::draining)
            .map(InstanceRecord::id)
            .collect(Collectors.toSet());
    return platform.processes("orders").stream()
        .filter(process -> !drains.contains(process.id()) && !process.terminated)
        .count();
  }

  @Test
  void servicesThatAreStoppedStartAgainWithTheNextPlatform() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    platform.ended(platform.deploy("cart", "1", "good", 1));

    CompletableFuture<Void> stopping = platform.deployer.stopping();
    assertThat(platform.work.until(stopping::isDone, Duration.ofSeconds(5))).isTrue();
    platform.work.pass(Duration.ofMinutes(1));
    assertThat(platform.runtime.alive).isEmpty();

    platform.restart();
    platform.work.pass(Duration.ofSeconds(5));
    assertThat(platform.up("orders")).hasSize(2);
    assertThat(platform.up("cart")).hasSize(1);
  }
}
