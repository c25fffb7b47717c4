package io.roadstead.platform.bench.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
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
    // Least request looks at all members; the default at two, but it charges them their silence.
    assertThat(best.errorPercent())
        .isLessThan(robin.errorPercent() / 5)
        .isLessThan(least.errorPercent() + 0.01);
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

  @Test
  void theNumberOfThreadsDoesNot() throws InterruptedException {
    assertThat(inThreads(3)).isEqualTo(inThreads(1));
  }

  private static Map<Competitor, List<RunFigures>> inThreads(int threads)
      throws InterruptedException {
    Map<Competitor, List<RunFigures>> figures = new EnumMap<>(Competitor.class);
    try (Runs runs = new Runs(1, threads)) {
      Map<Competitor, List<Future<RunFigures>>> begun = runs.begin(Scenario.stall());
      for (Map.Entry<Competitor, List<Future<RunFigures>>> each : begun.entrySet()) {
        figures.put(each.getKey(), runs.of(each.getValue()));
      }
    }
    return figures;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void publishedOrdersAreReproduced(long seed) {
    // linkerd's: round robin, least request, peak EWMA.
    double robin = run(Scenario.buoyant(), Competitor.ROUND_ROBIN, seed).errorPercent();
    double least = run(Scenario.buoyant(), Competitor.LEAST_REQUEST, seed).errorPercent();
    double ewma = run(Scenario.buoyant(), Competitor.CHOICES, seed).errorPercent();
    assertThat(robin).isGreaterThan(least);
    assertThat(least).isGreaterThan(ewma);
    // Prequal's: a shorter p99 than round robin's, below overload.
    assertThat(run(Scenario.prequal(1.14), Competitor.HOT_COLD, seed).p99Millis())
        .isLessThan(run(Scenario.prequal(1.14), Competitor.ROUND_ROBIN, seed).p99Millis());
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
