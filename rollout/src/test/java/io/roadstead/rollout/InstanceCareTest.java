package io.roadstead.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.roadstead.registry.BarrierOutcome;
import io.roadstead.registry.Status;
import io.roadstead.registry.event.Event;
import io.roadstead.rollout.FakeRuntime.FakeProcess;
import io.roadstead.rollout.Rollout.State;
import io.roadstead.rollout.Rollout.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What becomes of single instances: crashes, failing probes, drains. */
class InstanceCareTest {
  private final SimulatedPlatform platform = new SimulatedPlatform(2);
  private final Deployer deployer = platform.deployer;

  @Test
  void aCrashedInstanceIsReplacedAtOnceAndTheEventSaysWhy() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    String crashed = platform.up("orders").getFirst();

    platform.crash(crashed);

    assertThat(platform.up("orders")).hasSize(1);
    Event event =
        platform.events.stream().filter(e -> e.kind().equals("instance.crashed")).findFirst().get();
    assertThat(event.message()).contains(crashed).contains("SIGKILL");
    assertThat(event.data()).containsKey("lastLines");
    assertThat(platform.work.until(() -> platform.up("orders").size() == 2, Duration.ofMillis(400)))
        .isTrue();
    assertThat(deployer.figures().restarts().get(new RolloutFigures.Key("orders", "crashed")))
        .isEqualTo(1);
  }

  @Test
  void oneThatTakesTheCrashedOnesPlaceStartsBeforeNewReleasesThatWaited() {
    platform.ended(platform.deploy("orders", "1", "good", 1));
    int places = Math.max(2, Runtime.getRuntime().availableProcessors());
    for (int i = 0; i < 3 * places; i++) {
      platform.deploy("other-" + i, "1", "never-healthy", 1);
    }
    platform.work.pass(Duration.ofSeconds(1));
    assertThat(platform.runtime.started).hasSize(1 + places);

    platform.crash(platform.up("orders").getFirst());
    platform.work.until(
        () -> platform.runtime.started.size() >= 1 + 2 * places, Duration.ofSeconds(15));

    assertThat(platform.runtime.started.subList(1 + places, 1 + 2 * places))
        .as("the next ones that got a place")
        .anyMatch(process -> process.id().startsWith("orders-"));
  }

  @Test
  void oneThatCrashesAgainAndAgainIsStartedLaterEachTime() {
    platform.ended(platform.deploy("orders", "1", "good", 1));
    List<Duration> waits = new ArrayList<>();

    for (int i = 0; i < 9; i++) {
      int started = platform.runtime.started.size();
      long before = platform.work.nanos();
      platform.crash(platform.up("orders").getFirst());
      platform.work.until(() -> platform.runtime.started.size() > started, Duration.ofMinutes(2));
      waits.add(Duration.ofNanos(platform.work.nanos() - before));
      platform.work.until(() -> platform.up("orders").size() == 1, Duration.ofSeconds(5));
    }

    assertThat(waits.stream().map(wait -> Math.round(wait.toMillis() / 500.0) * 500))
        .containsExactly(0L, 500L, 1000L, 2000L, 4000L, 8000L, 16000L, 30000L, 30000L);
    platform.work.pass(Duration.ofSeconds(61));
    int started = platform.runtime.started.size();
    platform.crash(platform.up("orders").getFirst());
    platform.work.pass(Duration.ofMillis(100));
    assertThat(platform.runtime.started).hasSize(started + 1);
  }

  @Test
  void oneWhosePortWasTakenIsStartedOnAnotherAndNotCounted() {
    Rollout rollout = platform.ended(platform.deploy("orders", "1", "port-taken", 1));

    assertThat(rollout.state()).isEqualTo(State.SUCCEEDED);
    assertThat(platform.runtime.started).hasSize(2);
    assertThat(platform.status("orders").instances().getFirst().restarts()).isZero();
  }

  @Test
  void oneThatFailsItsProbesIsSuspectAndThenReplacedByAnother() {
    platform.ended(platform.deploy("orders", "1", "good", 1));
    String id = platform.up("orders").getFirst();
    FakeProcess process = platform.processes("orders").getFirst();

    process.sick = true;
    platform.work.pass(Duration.ofMillis(4500));
    assertThat(platform.statusOf("orders", id)).contains(Status.SUSPECT);
    process.sick = false;
    platform.work.pass(Duration.ofSeconds(2));
    assertThat(platform.statusOf("orders", id)).contains(Status.UP);
    process.sick = true;
    platform.work.pass(Duration.ofSeconds(20));

    assertThat(platform.up("orders")).hasSize(1).doesNotContain(id);
    assertThat(platform.processes("orders")).hasSize(1);
    assertThat(platform.kinds()).contains("instance.suspect", "instance.unready");
  }

  @Test
  void drainHasTheReplacementFirstAndTheInstanceRunsOnUntilResumed() {
    platform.ended(platform.deploy("orders", "1", "good", 1));
    String id = platform.up("orders").getFirst();

    deployer.drain(id, "test");
    assertThat(platform.statusOf("orders", id)).contains(Status.UP);
    platform.work.pass(Duration.ofSeconds(5));

    assertThat(platform.statusOf("orders", id)).contains(Status.DRAINING);
    assertThat(platform.up("orders")).hasSize(1);
    assertThat(platform.processes("orders")).hasSize(2);
    assertThat(platform.status("orders").desired()).isEqualTo(1);
    assertThat(platform.status("orders").instances())
        .filteredOn(Deployer.InstanceStatus::detached)
        .extracting(Deployer.InstanceStatus::id)
        .containsExactly(id);

    deployer.undrain(id, "test");
    platform.work.pass(Duration.ofSeconds(5));
    assertThat(platform.up("orders")).containsExactly(id);
    assertThat(platform.processes("orders")).hasSize(1);
  }

  @Test
  void aDetachedInstanceEndsWithItsServiceOrByItself() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    List<String> ids = platform.up("orders");
    ids.forEach(id -> deployer.drain(id, "test"));
    platform.work.pass(Duration.ofSeconds(5));
    assertThat(platform.processes("orders")).hasSize(4);

    platform.crash(ids.getFirst());
    platform.work.pass(Duration.ofSeconds(5));
    assertThat(platform.processes("orders")).hasSize(3);
    assertThat(platform.kinds()).doesNotContain("instance.crashed");

    platform.ended(deployer.remove("orders", Cause.by("test")));
    assertThat(platform.processes("orders")).isEmpty();
  }

  @Test
  void whatIsNotDrainedCannotBeResumed() {
    platform.ended(platform.deploy("orders", "1", "good", 1));
    String id = platform.up("orders").getFirst();

    assertThatThrownBy(() -> deployer.undrain(id, "test")).hasMessageContaining("not been drained");
    assertThatThrownBy(() -> deployer.drain("orders-9-x", "test"))
        .hasMessageContaining("no instance orders-9-x");
  }

  @Test
  void aSubscriberThatIsNotHeardIsNamedAndDoesNotHoldTheRollOut() {
    platform.ended(platform.deploy("orders", "1", "good", 1));
    platform.barrier = new BarrierOutcome(List.of("g1"), List.of("curl-watch"), List.of());

    Rollout rollout = platform.ended(platform.deploy("orders", "2", "good v2", 1));

    assertThat(rollout.state()).isEqualTo(State.SUCCEEDED);
    assertThat(step(rollout, "drain").detail()).isEqualTo("not heard: curl-watch");
  }

  @Test
  void requestsThatDoNotEndAreWaitedForOnlySoLong() {
    platform.ended(platform.deploy("orders", "1", "good", 1));
    platform.inFlight = OptionalInt.of(2);

    Rollout rollout = platform.ended(platform.deploy("orders", "2", "good v2", 1));

    assertThat(step(rollout, "idle").detail()).isEqualTo("2 requests in flight after 30 s");
  }

  @Test
  void oneThatIgnoresSigtermIsKilledAfterTheStopTimeout() {
    platform.ended(platform.deploy("orders", "1", "ignores-sigterm", 1));

    Rollout rollout = platform.ended(platform.deploy("orders", "2", "good", 1));

    assertThat(rollout.state()).isEqualTo(State.SUCCEEDED);
    assertThat(step(rollout, "stop").took().orElseThrow()).isEqualTo(Duration.ofSeconds(30));
    assertThat(step(rollout, "stop").detail()).isEqualTo("SIGKILL");
    assertThat(platform.kinds()).contains("instance.killed");
  }

  @Test
  void oldInstancesRetireInTheBackgroundForPollersWithoutProof() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    pollers(Duration.ofSeconds(65));

    Rollout second = platform.ended(platform.deploy("orders", "2", "good v2", 2));

    assertThat(second.state()).isEqualTo(State.SUCCEEDED);
    assertThat(step(second, "drain").detail())
        .isEqualTo("bounded, not proven: 1 anonymous poller, 65 s left");
    assertThat(platform.processes("orders")).hasSize(4);
    assertThat(platform.status("orders").instances())
        .extracting(Deployer.InstanceStatus::phase)
        .contains("retiring", "retiring", "available", "available");

    platform.work.pass(Duration.ofSeconds(70));
    assertThat(platform.processes("orders")).hasSize(2);
  }

  @Test
  void aNewerDeploymentDrainsOnlyWhenTheGenerationBeforeHasRetired() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    pollers(Duration.ofSeconds(65));
    platform.ended(platform.deploy("orders", "2", "good v2", 2));

    String third = platform.deploy("orders", "3", "good v3", 2);
    platform.work.pass(Duration.ofSeconds(10));

    Rollout waiting = deployer.rollout(third).orElseThrow();
    assertThat(waiting.state()).isEqualTo(State.RUNNING);
    assertThat(step(waiting, "wait").detail())
        .contains("retire (2): ")
        .containsPattern("5[0-9] s left");
    assertThat(platform.upVersions("orders")).containsExactlyInAnyOrder("2", "2", "3");
    assertThat(platform.ended(third).state()).isEqualTo(State.SUCCEEDED);
    assertThat(platform.upVersions("orders")).containsExactly("3", "3");
  }

  @Test
  void manyOldInstancesAreDrainedAtTheSameTime() {
    RolloutPolicy wide =
        new RolloutPolicy(
            Strategy.ROLLING, 4, 0, Duration.ZERO, Duration.ofSeconds(30), Duration.ofSeconds(30));
    platform.ended(
        deployer
            .apply(SimulatedPlatform.spec("orders", "1", "good", 4, wide), Cause.by("t"))
            .orElseThrow());
    pollers(Duration.ofSeconds(65));

    platform.ended(
        deployer
            .apply(SimulatedPlatform.spec("orders", "2", "good v2", 4, wide), Cause.by("t"))
            .orElseThrow());
    platform.work.pass(Duration.ofSeconds(66));

    assertThat(platform.processes("orders")).hasSize(4);
  }

  private void pollers(Duration remaining) {
    platform.barrier =
        new BarrierOutcome(
            List.of(), List.of(), List.of(new BarrierOutcome.Poller("10.0.0.9", remaining)));
  }

  private static Step step(Rollout rollout, String name) {
    return rollout.steps().stream()
        .filter(step -> step.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError(name + " in " + rollout));
  }

  @Test
  void aDrainThatCannotBeWrittenDownBeginsAsSoonAsItCan() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    String id = platform.up("orders").getFirst();
    platform.deployer.drain(id, "me");
    platform.store.full = true;
    platform.work.pass(Duration.ofSeconds(30));
    assertThat(platform.statusOf("orders", id)).contains(Status.UP);

    platform.store.full = false;
    platform.work.pass(Duration.ofSeconds(3));

    assertThat(platform.statusOf("orders", id)).contains(Status.DRAINING);
    assertThat(platform.up("orders")).hasSize(2);
    assertThat(platform.runtime.alive).containsKey(id);
  }

  @Test
  void aRollOutWhoseDrainsCannotBeWrittenGoesOnAfterwards() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    String id = platform.deploy("orders", "2", "good", 2);
    assertThat(platform.work.until(() -> platform.runtime.alive.size() == 3, Duration.ofSeconds(5)))
        .isTrue();
    platform.store.full = true;
    platform.work.pass(Duration.ofSeconds(10));

    platform.store.full = false;

    assertThat(platform.work.until(() -> ended(id), Duration.ofSeconds(5))).isTrue();
    assertThat(platform.upVersions("orders")).containsExactly("2", "2");
    assertThat(platform.processes("orders")).hasSize(2);
  }

  @Test
  void anInstanceWhoseEndCannotBeWrittenIsReplacedAllTheSame() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    platform.store.full = true;
    platform.crash(platform.up("orders").getFirst());
    platform.store.full = false;

    assertThat(platform.work.until(() -> platform.up("orders").size() == 2, Duration.ofSeconds(2)))
        .isTrue();
  }

  @Test
  void whatTheRegistryDoesNotTakeIsEndedAgain() {
    String id = platform.deploy("orders", "1", "not-listable", 2);

    Rollout ended = platform.ended(id);
    platform.work.pass(Duration.ofSeconds(5));

    assertThat(ended.state()).isEqualTo(State.FAILED);
    assertThat(ended.reason()).contains("70000");
    assertThat(platform.runtime.started).isNotEmpty();
    assertThat(platform.runtime.alive).isEmpty();
    assertThat(platform.store.instances()).isEmpty();
  }

  @Test
  void anInstanceThatWasResumedKeepsNoLaterRollOutWaiting() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    String id = platform.up("orders").getFirst();
    platform.deployer.drain(id, "me");
    platform.work.pass(Duration.ofSeconds(5));
    platform.deployer.undrain(id, "me");
    platform.work.pass(Duration.ofSeconds(5));
    platform.ended(platform.deployer.restart("orders", Cause.by("me")));
    platform.barrier =
        new BarrierOutcome(
            List.of(), List.of(), List.of(new BarrierOutcome.Poller("p", Duration.ofSeconds(65))));

    String next = platform.deploy("orders", "2", "good", 2);

    assertThat(platform.work.until(() -> ended(next), Duration.ofSeconds(20))).isTrue();
  }

  private boolean ended(String rollout) {
    return deployer.rollout(rollout).orElseThrow().state().ended();
  }
}
