package io.roadstead.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.rollout.Rollout.State;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A clock that is set an hour forth or back changes no roll-out, deadline or pause. */
class ClockJumpTest {
  /** A day of a service: good, bad, crashed, scaled. Returns how long all of it took. */
  private static Duration day(Duration jump) {
    SimulatedPlatform platform = new SimulatedPlatform(7);
    platform.ended(platform.deploy("orders", "1", "good", 2));
    String second = platform.deploy("orders", "2", "good", 2);
    platform.work.pass(Duration.ofMillis(120));
    platform.work.jump(jump);
    assertThat(platform.ended(second).state()).isEqualTo(State.SUCCEEDED);
    String bad = platform.deploy("orders", "3", "never-healthy", 2);
    platform.work.pass(Duration.ofSeconds(1));
    platform.work.jump(jump.negated());
    assertThat(platform.ended(bad).state()).isIn(State.ROLLED_BACK, State.FAILED);
    platform.crash(platform.up("orders").getFirst());
    platform.work.jump(jump);
    assertThat(platform.work.until(() -> platform.up("orders").size() == 2, Duration.ofSeconds(30)))
        .isTrue();
    return Duration.ofNanos(platform.work.nanos());
  }

  @ParameterizedTest
  @ValueSource(longs = {-3_600, 3_600, -86_400, 86_400})
  void aClockThatIsSetChangesNoTimeOfARollout(long seconds) {
    assertThat(day(Duration.ofSeconds(seconds))).isEqualTo(day(Duration.ZERO));
  }

  @Test
  void durationsOfStepsAreOfTheTicker() {
    SimulatedPlatform platform = new SimulatedPlatform(7);
    String rollout = platform.deploy("orders", "1", "good", 1);
    platform.work.pass(Duration.ofMillis(1));
    platform.work.jump(Duration.ofHours(-1));
    assertThat(platform.ended(rollout).steps())
        .allSatisfy(
            step ->
                assertThat(step.took().orElse(Duration.ZERO).toMillis())
                    .isBetween(0L, SimulatedPlatform.LONG.toMillis()));
  }
}
