package io.roadstead.platform.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.platform.load.Cause;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Which failures are the crash's, and what the result says of them. */
class TallyTest {
  private static final long SECOND = 1_000_000_000L;

  private final Tally tally = new Tally(0);

  private void failed(double sentSeconds, double endedSeconds) {
    tally.ended(
        (long) (sentSeconds * SECOND),
        (long) (sentSeconds * SECOND),
        (long) (endedSeconds * SECOND),
        Cause.of("broken"));
  }

  @Test
  void withoutACrashEveryFailureIsADeployments() {
    failed(1, 2);
    assertThat(tally.total().failedDuringDeployments()).isEqualTo(1);
    assertThat(tally.total().failedAtCrash()).isZero();
  }

  @Test
  void inFlightAtTheKillOrSentWithinTwoSecondsAfterItIsTheCrashs() {
    tally.crashes(10 * SECOND);
    failed(9.5, 10.1); // in flight
    failed(11.9, 12.5); // sent within 2 s, ended later
    assertThat(tally.total().failedAtCrash()).isEqualTo(2);
    assertThat(tally.total().failedDuringDeployments()).isZero();
  }

  @Test
  void endedBeforeTheKillOrSentMoreThanTwoSecondsAfterItIsNot() {
    tally.crashes(10 * SECOND);
    failed(9.5, 9.9);
    failed(12.1, 12.2);
    assertThat(tally.total().failedAtCrash()).isZero();
    assertThat(tally.total().failedDuringDeployments()).isEqualTo(2);
  }

  @Test
  void figuresSinceTheLastLookCoverOnlyTheTimesSince() {
    tally.ended(0, 0, SECOND, null);
    assertThat(tally.sinceLast().maxMillis()).isGreaterThan(900);
    tally.ended(SECOND, SECOND, SECOND + 1_000_000, null);
    assertThat(tally.sinceLast().maxMillis()).isLessThan(2);
    assertThat(tally.total().requests()).isEqualTo(2);
    assertThat(tally.total().maxMillis()).isGreaterThan(900);
  }

  @Test
  void theJsonHasAllFieldsAndNullWhereNothingWasKilled() {
    Result result = result(OptionalLong.empty(), List.of());
    JsonNode json = JsonMapper.shared().readTree(result.json());
    for (String field :
        List.of(
            "requests",
            "failedDuringDeployments",
            "failedAtCrash",
            "deployments",
            "deploymentsPerSecond",
            "recoveryMillis",
            "instanceStartMillis",
            "platformRecoveryMillis",
            "p50Millis",
            "p99Millis")) {
      assertThat(json.has(field)).as(field).isTrue();
    }
    assertThat(json.get("recoveryMillis").isNull()).isTrue();
    assertThat(json.get("deploymentsPerSecond").asDouble()).isEqualTo(0.5);
    assertThat(result.json().lines()).hasSize(1);
  }

  @Test
  void aFailureInADeploymentOrAProblemIsExitCode1AndOneAtTheCrashIsNot() {
    tally.crashes(0);
    failed(0, 1);
    assertThat(result(OptionalLong.of(700), List.of()).exitCode()).isZero();
    assertThat(result(OptionalLong.of(700), List.of("odd")).exitCode()).isEqualTo(1);
    failed(5, 6);
    assertThat(result(OptionalLong.of(700), List.of()).exitCode()).isEqualTo(1);
  }

  private Result result(OptionalLong recovery, List<String> problems) {
    return new Result(
        tally.total(),
        10,
        5,
        Map.of("orders", 5),
        new InstanceKill.Outcome(recovery, OptionalLong.empty()),
        Optional.empty(),
        Optional.empty(),
        "rolled-back",
        tally.failureKinds(),
        tally.failures(),
        problems);
  }
}
