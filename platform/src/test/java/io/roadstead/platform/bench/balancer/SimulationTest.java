package io.roadstead.platform.bench.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where servers are slow, stall or fail, the default is better than what is common. */
class SimulationTest {
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void theDefaultAvoidsASlowReplica(long seed) {
    better(Scenario.slowReplica(), seed, 0.8);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void theDefaultAvoidsAStalledReplica(long seed) {
    RunFigures best = run(Scenario.stall(), Competitor.DEFAULT, seed);
    RunFigures robin = run(Scenario.stall(), Competitor.ROUND_ROBIN, seed);
    RunFigures least = run(Scenario.stall(), Competitor.LEAST_REQUEST, seed);
    // Least request, which looks at all members, sends a stalled one yet a little less.
    assertThat(best.errorPercent())
        .isLessThan(robin.errorPercent() / 5)
        .isLessThan(least.errorPercent() + 0.1);
    assertThat(best.p99Millis())
        .isLessThan(robin.p99Millis() * 0.7)
        .isLessThan(least.p99Millis() * 1.1);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void theDefaultAvoidsAReplicaThatFailsFast(long seed) {
    RunFigures best = run(Scenario.failingFast(), Competitor.DEFAULT, seed);
    assertThat(best.errorPercent())
        .isLessThan(run(Scenario.failingFast(), Competitor.ROUND_ROBIN, seed).errorPercent() / 10)
        .isLessThan(
            run(Scenario.failingFast(), Competitor.LEAST_REQUEST, seed).errorPercent() / 10);
  }

  @Test
  void aSeedDecidesTheOutcome() {
    assertThat(run(Scenario.stall(), Competitor.DEFAULT, 7))
        .isEqualTo(run(Scenario.stall(), Competitor.DEFAULT, 7));
  }

  private static void better(Scenario scenario, long seed, double ratio) {
    RunFigures best = run(scenario, Competitor.DEFAULT, seed);
    RunFigures robin = run(scenario, Competitor.ROUND_ROBIN, seed);
    RunFigures least = run(scenario, Competitor.LEAST_REQUEST, seed);
    assertThat(best.p99Millis())
        .isLessThan(robin.p99Millis() * ratio)
        .isLessThan(least.p99Millis() * ratio);
    assertThat(best.errorPercent())
        .isLessThan(robin.errorPercent() / 10)
        .isLessThanOrEqualTo(least.errorPercent());
  }

  private static RunFigures run(Scenario scenario, Competitor competitor, long seed) {
    return new Simulation(scenario, competitor, seed).run();
  }
}
