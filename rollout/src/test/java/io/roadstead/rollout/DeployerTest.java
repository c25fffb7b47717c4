package io.roadstead.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.rollout.Rollout.State;
import org.junit.jupiter.api.Test;

class DeployerTest {
  private final SimulatedPlatform platform = new SimulatedPlatform(1);

  @Test
  void aFirstDeploymentStartsAsManyAsAreWanted() {
    String id = platform.deploy("orders", "1", "good", 3);

    Rollout rollout = platform.ended(id);

    assertThat(rollout.state()).as(rollout.toString()).isEqualTo(State.SUCCEEDED);
    assertThat(platform.upVersions("orders")).containsExactly("1", "1", "1");
    assertThat(platform.status("orders").ready()).isEqualTo(3);
  }

  @Test
  void aNewVersionReplacesTheOld() {
    platform.ended(platform.deploy("orders", "1", "good", 3));

    Rollout rollout = platform.ended(platform.deploy("orders", "2", "good v2", 3));

    assertThat(rollout.state()).as(rollout.toString()).isEqualTo(State.SUCCEEDED);
    assertThat(platform.upVersions("orders")).containsExactly("2", "2", "2");
    assertThat(platform.processes("orders")).hasSize(3);
    assertThat(rollout.from()).isEqualTo("1");
    assertThat(rollout.to()).isEqualTo("2");
  }

  @Test
  void aVersionThatExitsAtOnceIsRolledBack() {
    platform.ended(platform.deploy("orders", "1", "good", 2));

    Rollout rollout = platform.ended(platform.deploy("orders", "2", "exits-at-once", 2));

    assertThat(rollout.state()).as(rollout.toString()).isEqualTo(State.ROLLED_BACK);
    assertThat(rollout.reason()).contains("exit code 3").contains("boom: no database");
    assertThat(platform.upVersions("orders")).containsExactly("1", "1");
  }
}
