package io.roadstead.rollout;

import static io.roadstead.rollout.SimulatedPlatform.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.roadstead.registry.Instance;
import io.roadstead.registry.Split;
import io.roadstead.registry.Status;
import io.roadstead.rollout.Rollout.State;
import io.roadstead.rollout.Rollout.StepState;
import io.roadstead.rollout.judge.Histogram;
import io.roadstead.rollout.judge.Sample;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Canary, blue-green and recreate, and going back to what is kept warm. */
class TrialTest {
  private static final Duration LONG = Duration.ofMinutes(30);
  private static final Duration WARM = Duration.ofMinutes(5);
  private static final Stages STAGES =
      new Stages(
          List.of(
              new Stages.Step(10, Duration.ofSeconds(40)),
              new Stages.Step(50, Duration.ofSeconds(40))),
          Duration.ofMinutes(2),
          WARM,
          false);

  private final SimulatedPlatform platform = new SimulatedPlatform(7);
  private double badShare;
  private long requestsPerSecond = 100;

  TrialTest() {
    platform.traffic =
        (service, version) -> {
          long requests = platform.work.nanos() / 1_000_000_000L * requestsPerSecond;
          long errors = version.equals("2") ? (long) (requests * badShare) : 0;
          return new Sample(
              requests, errors, new Histogram(List.of(60_000_000L), List.of(requests)));
        };
  }

  private static RolloutPolicy policy(Strategy strategy, Stages stages) {
    return new RolloutPolicy(
        strategy, 1, 0, Duration.ZERO, Duration.ofSeconds(30), Duration.ofSeconds(30), stages);
  }

  private String deploy(String version, String command, Strategy strategy) {
    return deploy(version, command, policy(strategy, STAGES));
  }

  private String deploy(String version, String command, RolloutPolicy policy) {
    return platform
        .deployer
        .apply(spec("orders", version, command, 4, policy), Cause.by("me"))
        .orElseThrow();
  }

  private void oneRuns() {
    platform.ended(deploy("1", "good", Strategy.CANARY));
    assertThat(platform.upVersions("orders")).containsExactly("1", "1", "1", "1");
  }

  private Rollout ended(String id) {
    boolean ended =
        platform.work.until(
            () -> platform.deployer.rollout(id).orElseThrow().state().ended(), LONG);
    assertThat(ended).as("ended: %s", platform.deployer.rollout(id)).isTrue();
    return platform.deployer.rollout(id).orElseThrow();
  }

  private void until(String what, java.util.function.BooleanSupplier holds) {
    assertThat(platform.work.until(holds, LONG)).as(what).isTrue();
  }

  private Map<String, Integer> split() {
    return platform.splits.of("orders").shares();
  }

  private long running(String version) {
    return platform.processes("orders").stream()
        .filter(process -> process.version().equals(version))
        .count();
  }

  private List<String> forAll() {
    return platform.instances("orders").stream()
        .filter(instance -> instance.status() == Status.UP && !instance.aside())
        .map(Instance::version)
        .distinct()
        .toList();
  }

  private List<String> steps(Rollout rollout, String name) {
    return rollout.steps().stream()
        .filter(step -> step.name().equals(name))
        .map(step -> step.state() + " " + step.detail())
        .toList();
  }

  @Test
  void aGoodCanaryGetsAGrowingShareAndThenAll() {
    oneRuns();

    String id = deploy("2", "good", Strategy.CANARY);
    assertThat(split()).isEqualTo(Map.of("1", 100, "2", 0));
    until("10 %", () -> split().equals(Map.of("1", 90, "2", 10)));
    assertThat(running("1")).isEqualTo(4);
    assertThat(running("2")).isEqualTo(1);
    assertThat(forAll()).containsExactly("1");
    until("50 %", () -> split().equals(Map.of("1", 50, "2", 50)));
    assertThat(running("1")).isEqualTo(4);
    assertThat(running("2")).isEqualTo(2);
    Rollout rollout = ended(id);

    assertThat(rollout.state()).isEqualTo(State.SUCCEEDED);
    assertThat(rollout.strategy()).isEqualTo("canary");
    assertThat(steps(rollout, Trial.STEP))
        .hasSize(2)
        .allMatch(step -> step.startsWith("DONE") && step.contains("not worse"));
    assertThat(split()).isEqualTo(Map.of("1", 0, "2", 100));
    assertThat(forAll()).containsExactly("2");
    assertThat(running("1")).as("kept warm").isEqualTo(4);
    assertThat(platform.status("orders").ready()).isEqualTo(4);
    platform.work.pass(WARM.plusSeconds(5));
    assertThat(running("1")).isZero();
    assertThat(platform.splits.of("orders")).isEqualTo(Split.NONE);
  }

  @Test
  void aBadCanaryIsReturnedAtItsFirstStep() {
    oneRuns();
    badShare = 0.3;

    String id = deploy("2", "good", Strategy.CANARY);
    until("10 %", () -> split().equals(Map.of("1", 90, "2", 10)));
    until("back", () -> split().equals(Map.of("1", 100, "2", 0)));
    Rollout rollout = ended(id);

    assertThat(rollout.state()).isEqualTo(State.ROLLED_BACK);
    assertThat(rollout.reason()).contains("errors", "are tolerated");
    assertThat(running("1")).isEqualTo(4);
    assertThat(running("2")).isZero();
    assertThat(platform.splits.of("orders")).isEqualTo(Split.NONE);
    assertThat(forAll()).containsExactly("1");
  }

  @Test
  void withoutRequestsItIsNeitherPromotedNorKept() {
    oneRuns();
    requestsPerSecond = 0;

    Rollout rollout = ended(deploy("2", "good", Strategy.CANARY));

    assertThat(rollout.state()).isEqualTo(State.ROLLED_BACK);
    assertThat(rollout.reason()).contains("could not be judged at 10 %", "promote it by hand");
  }

  @Test
  void whoPromotesByHandSkipsTheSteps() {
    oneRuns();
    requestsPerSecond = 0;
    String id = deploy("2", "good", Strategy.CANARY);
    until("10 %", () -> split().equals(Map.of("1", 90, "2", 10)));

    platform.deployer.promote(id, "somebody");
    Rollout rollout = ended(id);

    assertThat(rollout.state()).isEqualTo(State.SUCCEEDED);
    assertThat(steps(rollout, Trial.STEP)).singleElement().asString().contains("by somebody");
    assertThat(split()).isEqualTo(Map.of("1", 0, "2", 100));
  }

  @Test
  void aPausedCanaryStaysAtItsShare() {
    oneRuns();
    String id = deploy("2", "good", Strategy.CANARY);
    until("10 %", () -> split().equals(Map.of("1", 90, "2", 10)));

    platform.deployer.pause(id);
    platform.work.pass(Duration.ofHours(1));
    assertThat(split()).isEqualTo(Map.of("1", 90, "2", 10));
    platform.deployer.resume(id);

    assertThat(ended(id).state()).isEqualTo(State.SUCCEEDED);
  }

  @Test
  void anAbortedCanaryLeavesTheOldVersionAsItWas() {
    oneRuns();
    List<String> before = platform.up("orders");
    String id = deploy("2", "good", Strategy.CANARY);
    until("10 %", () -> split().equals(Map.of("1", 90, "2", 10)));

    platform.deployer.abort(id);

    assertThat(split()).isEqualTo(Map.of("1", 100, "2", 0));
    assertThat(ended(id).state()).isEqualTo(State.ABORTED);
    assertThat(platform.up("orders")).containsExactlyInAnyOrderElementsOf(before);
  }

  @Test
  void aCanaryGoesOnAfterThePlatformsRestart() {
    oneRuns();
    String id = deploy("2", "good", Strategy.CANARY);
    until("50 %", () -> split().equals(Map.of("1", 50, "2", 50)));

    platform.restart();

    assertThat(split()).isEqualTo(Map.of("1", 50, "2", 50));
    platform.work.pass(Duration.ofSeconds(1));
    assertThat(forAll()).containsExactly("1");
    Rollout rollout = ended(id);
    assertThat(rollout.state()).isEqualTo(State.SUCCEEDED);
    assertThat(steps(rollout, Trial.STEP)).hasSize(2);
    assertThat(running("1")).isEqualTo(4);
    platform.restart();
    assertThat(running("1")).isEqualTo(4);
    assertThat(platform.status("orders").instances())
        .filteredOn(instance -> instance.version().equals("1"))
        .isNotEmpty();
    platform.work.pass(WARM.plusSeconds(30));
    assertThat(running("1")).isZero();
    assertThat(running("2")).isEqualTo(4);
  }

  @Test
  void whatCrashesDuringACanaryIsReplacedByTheSameVersion() {
    oneRuns();
    String id = deploy("2", "good", Strategy.CANARY);
    until("10 %", () -> split().equals(Map.of("1", 90, "2", 10)));

    platform.crash(platform.up("orders").getFirst());
    platform.work.pass(Duration.ofSeconds(5));

    assertThat(running("1") + running("2")).isEqualTo(5);
    assertThat(running("2")).isEqualTo(1);
    assertThat(ended(id).state()).isEqualTo(State.SUCCEEDED);
  }

  @Test
  void aCanaryThatNeverGetsReadyTakesNothing() {
    oneRuns();

    Rollout rollout = ended(deploy("2", "never-healthy", Strategy.CANARY));

    assertThat(rollout.state()).isEqualTo(State.ROLLED_BACK);
    assertThat(platform.upVersions("orders")).containsExactly("1", "1", "1", "1");
    assertThat(running("2")).isZero();
  }

  @Test
  void scalingDuringACanaryScalesBothAndPromotesNothing() {
    oneRuns();
    String id = deploy("2", "good", Strategy.CANARY);
    until("50 %", () -> split().equals(Map.of("1", 50, "2", 50)));

    String scaled =
        platform.deployer.scale(
            "orders",
            OptionalInt.of(6),
            OptionalLong.empty(),
            OptionalDouble.empty(),
            Cause.by("me"));
    assertThat(scaled).isEqualTo(id);
    platform.work.pass(Duration.ofSeconds(5));

    assertThat(split()).isEqualTo(Map.of("1", 50, "2", 50));
    assertThat(running("1")).isEqualTo(6);
    assertThat(running("2")).isEqualTo(3);
    assertThat(ended(id).state()).isEqualTo(State.SUCCEEDED);
    assertThat(running("2")).isEqualTo(6);
  }

  @Test
  void aNewerVersionTakesACanaryOver() {
    oneRuns();
    String older = deploy("2", "good", Strategy.CANARY);
    until("10 %", () -> split().equals(Map.of("1", 90, "2", 10)));

    String newer = deploy("3", "good", Strategy.CANARY);

    assertThat(platform.deployer.rollout(older).orElseThrow().state()).isEqualTo(State.SUPERSEDED);
    assertThat(split()).isEqualTo(Map.of("1", 100, "3", 0));
    assertThat(ended(newer).state()).isEqualTo(State.SUCCEEDED);
    assertThat(running("2")).isZero();
    assertThat(running("3")).isEqualTo(4);
  }

  @Test
  void blueGreenSwitchesOnceAllAreThere() {
    oneRuns();

    String id = deploy("2", "good slow", Strategy.BLUE_GREEN);
    until("filled", () -> platform.upVersions("orders").stream().filter("2"::equals).count() >= 3);
    assertThat(split()).isEqualTo(Map.of("1", 100, "2", 0));
    assertThat(forAll()).containsExactly("1");
    Rollout rollout = ended(id);

    assertThat(rollout.state()).isEqualTo(State.SUCCEEDED);
    assertThat(rollout.strategy()).isEqualTo("blue-green");
    assertThat(split()).isEqualTo(Map.of("1", 0, "2", 100));
    assertThat(forAll()).containsExactly("2");
    assertThat(running("1")).isEqualTo(4);
  }

  @Test
  void byHandItWaitsAsLongAsItIsAskedTo() {
    oneRuns();
    Stages byHand = new Stages(STAGES.steps(), STAGES.sampleTimeout(), WARM, true);

    String id = deploy("2", "good", policy(Strategy.BLUE_GREEN, byHand));
    until("paused", () -> platform.deployer.rollout(id).orElseThrow().state() == State.PAUSED);
    platform.work.pass(Duration.ofHours(2));
    assertThat(split()).isEqualTo(Map.of("1", 100, "2", 0));
    platform.restart();
    platform.work.pass(Duration.ofMinutes(1));
    assertThat(split()).isEqualTo(Map.of("1", 100, "2", 0));
    platform.deployer.resume(id);

    assertThat(ended(id).state()).isEqualTo(State.SUCCEEDED);
    assertThat(split()).isEqualTo(Map.of("1", 0, "2", 100));
  }

  @Test
  void goingBackToWhatIsWarmIsAChangeOfTheSplit() {
    oneRuns();
    List<String> before = platform.up("orders");
    assertThat(ended(deploy("2", "good", Strategy.BLUE_GREEN)).state()).isEqualTo(State.SUCCEEDED);
    long at = platform.work.nanos();

    String id = platform.deployer.rollback("orders", Optional.empty(), Cause.by("me"));

    assertThat(platform.work.nanos()).isEqualTo(at);
    assertThat(split()).isEqualTo(Map.of("1", 100, "2", 0));
    assertThat(forAll()).containsExactly("1");
    assertThat(ended(id).state()).isEqualTo(State.SUCCEEDED);
    assertThat(platform.up("orders")).containsExactlyInAnyOrderElementsOf(before);
    assertThat(running("2")).isZero();
    assertThat(platform.splits.of("orders")).isEqualTo(Split.NONE);
  }

  @Test
  void goingBackInTheMiddleOfACanaryIsAtOnceToo() {
    oneRuns();
    String older = deploy("2", "good", Strategy.CANARY);
    until("10 %", () -> split().equals(Map.of("1", 90, "2", 10)));

    String id = platform.deployer.rollback("orders", Optional.empty(), Cause.by("me"));

    assertThat(split()).isEqualTo(Map.of("1", 100, "2", 0));
    assertThat(platform.deployer.rollout(older).orElseThrow().state()).isEqualTo(State.SUPERSEDED);
    assertThat(ended(id).state()).isEqualTo(State.SUCCEEDED);
    assertThat(running("1")).isEqualTo(4);
    assertThat(running("2")).isZero();
  }

  @Test
  void theNextVersionLetsWhatIsWarmGo() {
    oneRuns();
    assertThat(ended(deploy("2", "good", Strategy.BLUE_GREEN)).state()).isEqualTo(State.SUCCEEDED);

    String id = deploy("3", "good slow", Strategy.ROLLING);
    platform.work.pass(Duration.ofSeconds(2));

    assertThat(running("1")).isZero();
    assertThat(running("2")).isEqualTo(4);
    assertThat(ended(id).state()).isEqualTo(State.SUCCEEDED);
    assertThat(platform.upVersions("orders")).containsExactly("3", "3", "3", "3");
  }

  @Test
  void recreateNeverRunsTwoVersions() {
    oneRuns();
    platform.work.afterEach(
        () -> assertThat(running("1") == 0 || running("2") == 0).as("one version").isTrue());

    Rollout rollout = ended(deploy("2", "good", Strategy.RECREATE));

    assertThat(rollout.state()).isEqualTo(State.SUCCEEDED);
    assertThat(rollout.strategy()).isEqualTo("recreate");
    assertThat(running("2")).isEqualTo(4);
  }

  @Test
  void onlyAStagedRollOutIsPromoted() {
    oneRuns();
    String id = deploy("2", "good slow", Strategy.ROLLING);

    assertThatThrownBy(() -> platform.deployer.promote(id, "me"))
        .hasMessageContaining("(rolling) waits for no promotion");
    assertThat(ended(id).state()).isEqualTo(State.SUCCEEDED);
  }

  @Test
  void aServiceIsRemovedInTheMiddleOfACanary() {
    oneRuns();
    String canary = deploy("2", "good", Strategy.CANARY);
    until("10 %", () -> split().equals(Map.of("1", 90, "2", 10)));

    Rollout removed = ended(platform.deployer.remove("orders", Cause.by("me")));

    assertThat(removed.state()).isEqualTo(State.SUCCEEDED);
    assertThat(platform.deployer.rollout(canary).orElseThrow().state()).isEqualTo(State.SUPERSEDED);
    assertThat(platform.processes("orders")).isEmpty();
    assertThat(platform.splits.of("orders")).isEqualTo(Split.NONE);
  }

  @Test
  void aCanaryThatTakesARollOutOverFirstHasTheOldVersionComplete() {
    oneRuns();
    String older = deploy("2", "good", Strategy.ROLLING);
    until(
        "half way", () -> platform.upVersions("orders").stream().filter("2"::equals).count() == 2);

    String id = deploy("3", "good", Strategy.CANARY);

    assertThat(split()).containsOnlyKeys("1", "2", "3").containsEntry("3", 0);
    assertThat(platform.deployer.rollout(older).orElseThrow().state()).isEqualTo(State.SUPERSEDED);
    until("10 %", () -> split().equals(Map.of("1", 90, "3", 10)));
    assertThat(running("1")).isEqualTo(4);
    assertThat(ended(id).state()).isEqualTo(State.SUCCEEDED);
  }

  @Test
  void removingAServiceEndsAllOfIt() {
    oneRuns();
    assertThat(ended(deploy("2", "good", Strategy.CANARY)).state()).isEqualTo(State.SUCCEEDED);

    Rollout removed = ended(platform.deployer.remove("orders", Cause.by("me")));

    assertThat(removed.state()).isEqualTo(State.SUCCEEDED);
    assertThat(platform.processes("orders")).isEmpty();
    assertThat(steps(removed, "stop")).allMatch(step -> step.startsWith(StepState.DONE.name()));
  }
}
