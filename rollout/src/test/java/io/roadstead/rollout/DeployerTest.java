package io.roadstead.rollout;

import static io.roadstead.rollout.SimulatedPlatform.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.roadstead.registry.Instance;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Registration;
import io.roadstead.registry.Status;
import io.roadstead.rollout.Deployer.InstanceStatus;
import io.roadstead.rollout.Rollout.State;
import io.roadstead.rollout.Rollout.Step;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class DeployerTest {
  private final SimulatedPlatform platform = new SimulatedPlatform(1);
  private final Deployer deployer = platform.deployer;

  @Test
  void aFirstDeploymentStartsAsManyAsAreWanted() {
    Rollout rollout = platform.ended(platform.deploy("orders", "1", "good", 3));

    assertThat(rollout.state()).as(rollout.toString()).isEqualTo(State.SUCCEEDED);
    assertThat(platform.upVersions("orders")).containsExactly("1", "1", "1");
    assertThat(platform.status("orders").ready()).isEqualTo(3);
    assertThat(rollout.steps())
        .extracting(Step::name)
        .contains("start", "probe", "available")
        .doesNotContain("drain");
  }

  @Test
  void aNewVersionReplacesTheOldAndSaysEachStep() {
    platform.ended(platform.deploy("orders", "1", "good", 2));

    Rollout rollout = platform.ended(platform.deploy("orders", "2", "good v2", 2));

    assertThat(rollout.state()).as(rollout.toString()).isEqualTo(State.SUCCEEDED);
    assertThat(platform.upVersions("orders")).containsExactly("2", "2");
    assertThat(platform.processes("orders")).hasSize(2);
    assertThat(rollout.from()).isEqualTo("1");
    assertThat(rollout.to()).isEqualTo("2");
    assertThat(rollout.steps()).allMatch(step -> step.state() == Rollout.StepState.DONE);
    assertThat(rollout.steps())
        .anySatisfy(
            step -> {
              assertThat(step.name()).isEqualTo("drain");
              assertThat(step.detail()).isEqualTo("proven by 1 subscriber");
            })
        .anySatisfy(step -> assertThat(step.detail()).isEqualTo("no request in flight"))
        .anySatisfy(step -> assertThat(step.detail()).isEqualTo("exit code 143"));
    assertThat(platform.kinds()).contains("rollout.started", "rollout.succeeded");
  }

  @Test
  void aVersionThatExitsAtOnceIsRolledBackWithItsLastLines() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    List<String> before = platform.up("orders");

    Rollout rollout = platform.ended(platform.deploy("orders", "2", "exits-at-once", 2));

    assertThat(rollout.state()).as(rollout.toString()).isEqualTo(State.ROLLED_BACK);
    assertThat(rollout.reason()).contains("exit code 3").contains("boom: no database");
    assertThat(platform.up("orders")).isEqualTo(before);
    assertThat(platform.status("orders").release().version()).isEqualTo("1");
    assertThat(platform.processes("orders")).hasSize(2);
  }

  @Test
  void aVersionThatNeverBecomesHealthyIsRolledBackWithTheProbesLastFinding() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    List<String> before = platform.up("orders");

    Rollout rollout = platform.ended(platform.deploy("orders", "2", "never-healthy", 2));

    assertThat(rollout.state()).isEqualTo(State.ROLLED_BACK);
    assertThat(rollout.reason())
        .contains("not available within 20 s: GET /health answered 503")
        .contains("starting orders-2-");
    assertThat(platform.up("orders")).isEqualTo(before);
    assertThat(platform.processes("orders")).hasSize(2);
  }

  @Test
  void aFirstVersionThatNeverWorksFailsAndLeavesNothingRunning() {
    Rollout rollout = platform.ended(platform.deploy("orders", "1", "exits-at-once", 2));

    assertThat(rollout.state()).isEqualTo(State.FAILED);
    assertThat(rollout.reason()).contains("orders stays with 0 instances");
    assertThat(platform.processes("orders")).isEmpty();
    assertThat(platform.status("orders").desired()).isZero();
    assertThatThrownBy(() -> deployer.restart("orders", Cause.by("test")))
        .isInstanceOf(DeployRefused.class)
        .hasMessageContaining("deploy it again");
    assertThat(platform.ended(platform.deploy("orders", "2", "good", 2)).state())
        .isEqualTo(State.SUCCEEDED);
  }

  @Test
  void whatCannotBeLaunchedIsRolledBackAtOnce() {
    platform.ended(platform.deploy("orders", "1", "good", 1));

    Rollout rollout = platform.ended(platform.deploy("orders", "2", "not-launchable", 1));

    assertThat(rollout.state()).isEqualTo(State.ROLLED_BACK);
    assertThat(rollout.reason()).contains("cannot run it: no such file");
  }

  @Test
  void anInstanceThatSaysOfItselfThatItIsStartingIsNotAvailable() {
    String id = platform.deploy("orders", "1", "good", 1);
    platform.work.until(() -> !platform.processes("orders").isEmpty(), Duration.ofSeconds(5));
    String instance = platform.processes("orders").getFirst().id();
    platform.registry.register(registration(instance, Status.STARTING));

    platform.work.pass(Duration.ofSeconds(5));
    assertThat(deployer.rollout(id).orElseThrow().state()).isEqualTo(State.RUNNING);
    assertThat(platform.status("orders").instances().getFirst().phase()).isEqualTo("settling");

    platform.registry.update(new InstanceKey("orders", instance), r -> r.withStatus(Status.UP));
    assertThat(platform.ended(id).state()).isEqualTo(State.SUCCEEDED);
  }

  @Test
  void whatTookTrafficButWasNeverAvailableIsDrainedBeforeItIsStopped() {
    RolloutPolicy patient =
        new RolloutPolicy(
            Strategy.ROLLING,
            1,
            0,
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30));
    String id =
        deployer.apply(spec("orders", "1", "good", 1, patient), Cause.by("test")).orElseThrow();
    platform.work.until(() -> !platform.processes("orders").isEmpty(), Duration.ofSeconds(5));
    String instance = platform.processes("orders").getFirst().id();
    platform.registry.register(registration(instance, Status.STARTING));
    platform.work.pass(Duration.ofSeconds(25));
    platform.registry.update(new InstanceKey("orders", instance), r -> r.withStatus(Status.UP));
    platform.work.pass(Duration.ofSeconds(1));
    assertThat(platform.statusOf("orders", instance)).contains(Status.UP);

    assertThat(platform.ended(id).state()).isEqualTo(State.FAILED);

    assertThat(platform.events)
        .filteredOn(event -> event.kind().equals("instance.status"))
        .anyMatch(event -> "DRAINING".equals(event.data().get("to")));
    assertThat(platform.processes("orders")).isEmpty();
  }

  @Test
  void aNewerDeploymentTakesARunningOneOver() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    String middle = platform.deploy("orders", "2", "good slow", 2);
    platform.work.pass(Duration.ofSeconds(1));

    String newest = platform.deploy("orders", "3", "good v3", 2);

    Rollout superseded = deployer.rollout(middle).orElseThrow();
    assertThat(superseded.state()).isEqualTo(State.SUPERSEDED);
    assertThat(superseded.reason()).contains(newest);
    assertThat(platform.ended(newest).state()).isEqualTo(State.SUCCEEDED);
    assertThat(platform.upVersions("orders")).containsExactly("3", "3");
    assertThat(platform.processes("orders")).hasSize(2);
  }

  @Test
  void aVersionThatFailsAfterATakeOverGoesBackToTheLastThatWasGood() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    platform.deploy("orders", "2", "good slow", 2);
    platform.work.pass(Duration.ofSeconds(1));

    Rollout rollout = platform.ended(platform.deploy("orders", "3", "exits-at-once", 2));

    assertThat(rollout.state()).isEqualTo(State.ROLLED_BACK);
    assertThat(platform.upVersions("orders")).containsExactly("1", "1");
  }

  @Test
  void scalesOutAndInAndKeepsTheNumberWhenTheFileComesAgain() {
    platform.ended(platform.deploy("orders", "1", "good", 2));

    assertThat(platform.ended(scale(4)).state()).isEqualTo(State.SUCCEEDED);
    assertThat(platform.up("orders")).hasSize(4);
    Rollout in = platform.ended(scale(1));
    assertThat(in.steps()).extracting(Step::name).contains("drain", "idle", "stop");
    assertThat(platform.processes("orders")).hasSize(1);
    assertThat(deployer.apply(spec("orders", "1", "good", 2), Cause.by("test"))).isEmpty();
    assertThat(platform.up("orders")).hasSize(1);
  }

  @Test
  void otherResourcesReplaceTheInstances() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    List<String> before = platform.up("orders");

    String id =
        deployer.scale(
            "orders",
            OptionalInt.empty(),
            OptionalLong.of(1 << 28),
            OptionalDouble.empty(),
            Cause.by("me"));

    assertThat(platform.ended(id).state()).isEqualTo(State.SUCCEEDED);
    assertThat(platform.up("orders")).hasSize(2).doesNotContainAnyElementsOf(before);
    assertThat(platform.status("orders").release().spec().resources().memoryBytes())
        .isEqualTo(1 << 28);
    assertThat(platform.status("orders").release().version()).isEqualTo("1");
  }

  @Test
  void restartReplacesEveryInstanceByOneOfTheSameRelease() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    List<String> before = platform.up("orders");

    Rollout rollout = platform.ended(deployer.restart("orders", Cause.by("test")));

    assertThat(rollout.state()).isEqualTo(State.SUCCEEDED);
    assertThat(rollout.kind()).isEqualTo("restart");
    assertThat(platform.up("orders")).hasSize(2).doesNotContainAnyElementsOf(before);
    assertThat(platform.status("orders").release().number()).isEqualTo(1);
  }

  @Test
  void rollsBackToTheGoodOneBeforeAndToAnyThatIsKept() {
    platform.ended(platform.deploy("orders", "1", "good", 1));
    platform.ended(platform.deploy("orders", "2", "good v2", 1));
    platform.ended(platform.deploy("orders", "3", "exits-at-once", 1));

    assertThat(platform.ended(deployer.rollback("orders", Optional.empty(), Cause.by("me"))).to())
        .isEqualTo("1");
    assertThat(platform.upVersions("orders")).containsExactly("1");
    assertThat(
            platform.ended(deployer.rollback("orders", Optional.of("2"), Cause.by("me"))).state())
        .isEqualTo(State.SUCCEEDED);
    assertThat(platform.upVersions("orders")).containsExactly("2");
    assertThatThrownBy(() -> deployer.rollback("orders", Optional.of("9"), Cause.by("me")))
        .hasMessageContaining("no version 9")
        .hasMessageContaining("3, 2, 1");
  }

  @Test
  void removeDrainsAllAndForgetsTheService() {
    platform.ended(platform.deploy("orders", "1", "good", 2));

    Rollout rollout = platform.ended(deployer.remove("orders", Cause.by("test")));

    assertThat(rollout.state()).isEqualTo(State.SUCCEEDED);
    assertThat(rollout.steps()).extracting(Step::name).contains("drain", "stop");
    assertThat(deployer.service("orders")).isEmpty();
    assertThat(platform.runtime.alive).isEmpty();
    assertThat(platform.store.services()).isEmpty();
    assertThat(deployer.rollouts("orders")).hasSize(2);
    assertThatThrownBy(() -> deployer.restart("orders", Cause.by("me")))
        .hasMessageContaining("no service orders");
    assertThat(platform.ended(platform.deploy("orders", "1", "good", 1)).state())
        .isEqualTo(State.SUCCEEDED);
  }

  @Test
  void pausedItBeginsNoFurtherStepUntilResumed() {
    platform.ended(platform.deploy("orders", "1", "good", 3));
    String id = platform.deploy("orders", "2", "good v2", 3);
    deployer.pause(id);

    platform.work.pass(Duration.ofMinutes(5));
    assertThat(deployer.rollout(id).orElseThrow().state()).isEqualTo(State.PAUSED);
    assertThat(platform.upVersions("orders")).contains("1", "1", "1");

    deployer.resume(id);
    assertThat(platform.ended(id).state()).isEqualTo(State.SUCCEEDED);
    assertThat(platform.upVersions("orders")).containsExactly("2", "2", "2");
  }

  @Test
  void abortGoesBackToTheLastGoodRelease() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    String id = platform.deploy("orders", "2", "good slow", 2);
    platform.work.pass(Duration.ofSeconds(1));

    deployer.abort(id);

    assertThat(platform.ended(id).state()).isEqualTo(State.ABORTED);
    assertThat(platform.upVersions("orders")).containsExactly("1", "1");
    assertThatThrownBy(() -> deployer.abort(id)).hasMessageContaining("has ended (aborted)");
    assertThatThrownBy(() -> deployer.promote(id, "me"))
        .hasMessageContaining("has ended (aborted)");
  }

  @Test
  void deploymentsOfOneMomentAreToldApart() {
    List<String> ids =
        List.of(
            platform.deploy("orders", "1", "good", 1),
            platform.deploy("orders", "2", "good", 1),
            platform.deploy("orders", "3", "good", 1));
    platform.ended(ids.getLast());

    assertThat(deployer.history("orders"))
        .extracting(entry -> entry.rollout().orElseThrow().id())
        .containsExactly(ids.get(2), ids.get(1), ids.get(0));
  }

  @Test
  void aScaleDuringADeploymentJoinsIt() {
    platform.ended(platform.deploy("orders", "1", "good", 2));
    String id = platform.deploy("orders", "2", "good slow", 2);
    platform.work.pass(Duration.ofSeconds(1));

    assertThat(scale(4)).isEqualTo(id);

    assertThat(platform.ended(id).state()).isEqualTo(State.SUCCEEDED);
    assertThat(platform.upVersions("orders")).containsExactly("2", "2", "2", "2");
  }

  @Test
  void servicesAreRolledOutBesideOneAnother() {
    String one = platform.deploy("orders", "1", "never-healthy", 1);
    String other = platform.deploy("cart", "1", "good", 1);

    platform.work.pass(Duration.ofSeconds(2));

    assertThat(deployer.rollout(one).orElseThrow().state()).isEqualTo(State.RUNNING);
    assertThat(deployer.rollout(other).orElseThrow().state()).isEqualTo(State.SUCCEEDED);
  }

  @Test
  void anInstanceIsKnownByItsToken() {
    platform.ended(platform.deploy("orders", "1", "good", 1));
    String token = platform.processes("orders").getFirst().launch.token();

    assertThat(deployer.byToken(token).map(InstanceStatus::id))
        .contains(platform.up("orders").getFirst());
    assertThat(deployer.byToken(token + "0")).isEmpty();

    platform.ended(deployer.remove("orders", Cause.by("test")));
    assertThat(deployer.byToken(token)).isEmpty();
  }

  @Test
  void historyTellsEachReleaseWithItsRollOut() {
    platform.ended(platform.deploy("orders", "1", "good", 1));
    platform.ended(platform.deploy("orders", "2", "exits-at-once", 1));

    assertThat(deployer.history("orders"))
        .extracting(
            entry -> entry.release().version(),
            entry -> entry.rollout().orElseThrow().state(),
            Deployer.HistoryEntry::current)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("2", State.ROLLED_BACK, false),
            org.assertj.core.groups.Tuple.tuple("1", State.SUCCEEDED, true));
  }

  private String scale(int replicas) {
    return deployer.scale(
        "orders",
        OptionalInt.of(replicas),
        OptionalLong.empty(),
        OptionalDouble.empty(),
        Cause.by("test"));
  }

  private Registration registration(String id, Status status) {
    Instance instance =
        platform.registry.snapshot().instance(new InstanceKey("orders", id)).orElseThrow();
    return new Registration(
        "orders",
        id,
        instance.host(),
        "",
        instance.port(),
        false,
        status,
        100,
        Map.of(),
        Registration.DEFAULT_LEASE,
        null);
  }
}
