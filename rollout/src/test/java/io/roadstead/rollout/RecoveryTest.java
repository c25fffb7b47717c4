package io.roadstead.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.BarrierOutcome;
import io.roadstead.registry.Status;
import io.roadstead.rollout.Rollout.State;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

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
            "orders", OptionalInt.of(1), OptionalLong.empty(), OptionalDouble.empty(), "me"));
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
    String restart = platform.deployer.restart("orders", "me");
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
  void whatWasStartedAndNotRecordedIsEnded() throws LaunchFailed {
    platform.ended(platform.deploy("orders", "1", "good", 1));
    String recorded = platform.up("orders").getFirst();
    Release release = platform.status("orders").release();
    RunningInstance _ = platform.runtime.start(new Launch("orders-1-lost", release, "token"));

    platform.restart();

    assertThat(platform.runtime.alive).containsOnlyKeys(recorded);
    assertThat(platform.events)
        .anyMatch(e -> e.kind().equals("instance.stopped") && e.instance().equals("orders-1-lost"));
  }

  @Test
  void aRemovalGoesOn() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    platform.deployer.remove("orders", "me");

    platform.restart();
    platform.work.pass(Duration.ofSeconds(5));

    assertThat(platform.deployer.services()).isEmpty();
    assertThat(platform.runtime.alive).isEmpty();
  }

  /** Killed after each single task of a roll-out, it always ends well and leaves no orphan. */
  @Test
  void killedAtAnyMomentOfARollOutItComesToItsEnd() {
    int moments = countMoments();
    assertThat(moments).isGreaterThan(30);
    for (int moment = 0; moment < moments; moment++) {
      SimulatedPlatform killed = new SimulatedPlatform(5);
      killed.ended(killed.deploy("orders", "1", "good", 2));
      int[] left = {moment};
      killed.deploy("orders", "2", "good v2", 2);
      killed.work.afterEach(
          () -> {
            if (left[0]-- == 0) {
              killed.work.forgetAll();
            }
          });
      killed.work.pass(Duration.ofSeconds(3));
      killed.work.afterEach(() -> {});

      killed.restart();
      killed.work.pass(Duration.ofSeconds(90));

      assertThat(killed.upVersions("orders")).as("moment %s", moment).containsExactly("2", "2");
      assertThat(killed.processes("orders")).as("moment %s", moment).hasSize(2);
      assertThat(killed.store.instances()).as("moment %s", moment).hasSize(2);
      assertThat(killed.deployer.rollouts(""))
          .as("moment %s", moment)
          .allMatch(rollout -> rollout.state().ended());
    }
  }

  private static int countMoments() {
    SimulatedPlatform platform = new SimulatedPlatform(5);
    platform.ended(platform.deploy("orders", "1", "good", 2));
    int[] count = {0};
    String id = platform.deploy("orders", "2", "good v2", 2);
    platform.work.afterEach(() -> count[0]++);
    platform.ended(id);
    return count[0];
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
