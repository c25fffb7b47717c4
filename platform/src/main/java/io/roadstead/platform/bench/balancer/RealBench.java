package io.roadstead.platform.bench.balancer;

import io.roadstead.platform.Refused;
import io.roadstead.platform.bench.balancer.RealFigures.Row;
import io.roadstead.platform.bench.balancer.RealFigures.Shown;
import io.roadstead.platform.bench.balancer.RealRun.Measured;
import io.roadstead.registry.Balancing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** S2, S3 and S6 on real sockets in turns, and the same simulated. Blocks; for one thread. */
final class RealBench {
  private static final int SEEDS = 5;
  private static final int WARM_SECONDS = 1;

  private final RealProxies proxies;
  private final RealRun run;
  private final Consumer<String> progress;

  RealBench(RealProxies proxies, RealRun run, Consumer<String> progress) {
    this.proxies = proxies;
    this.run = run;
    this.progress = progress;
    if (Runtime.getRuntime().availableProcessors() < 2) {
      throw Refused.because(
          "the benchmark needs 2 cores, one for the proxies and one for the load; there is 1");
    }
  }

  RealFigures measure(Set<Balancing.Strategy> strategies, List<Scenario> scenarios, int rounds)
      throws IOException, InterruptedException {
    progress.accept("starting ten origins and what is before them");
    List<Contestant> contestants = proxies.start(strategies);
    for (Contestant contestant : contestants) {
      progress.accept("warm-up: " + contestant.name() + " " + contestant.version());
      run.warm(contestant, WARM_SECONDS);
    }
    Map<Scenario, Map<Contestant, List<Measured>>> measured = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      for (Scenario scenario : scenarios) {
        progress.accept("%s: round %d of %d".formatted(scenario.id(), round + 1, rounds));
        Map<Contestant, List<Measured>> one =
            measured.computeIfAbsent(scenario, _ -> new LinkedHashMap<>());
        // Each has its row, in this order, whoever comes first in the round.
        contestants.forEach(each -> one.putIfAbsent(each, new ArrayList<>()));
        for (Contestant contestant : round % 2 == 0 ? contestants : contestants.reversed()) {
          Measured shown = run.measure(contestant, scenario, round % proxies.origins(), round);
          one.computeIfAbsent(contestant, _ -> new ArrayList<>()).add(shown);
        }
      }
    }
    List<Shown> shown = new ArrayList<>();
    measured.forEach(
        (scenario, all) -> {
          List<Row> rows = new ArrayList<>();
          all.forEach((each, ofIt) -> rows.add(new Row(each, ofIt, simulated(scenario, each))));
          shown.add(new Shown(scenario, rows));
        });
    return new RealFigures(rounds, SEEDS, shown);
  }

  private static List<RunFigures> simulated(Scenario scenario, Contestant contestant) {
    List<RunFigures> runs = new ArrayList<>();
    Competitor competitor = contestant.simulated();
    if (competitor != null) {
      for (int seed = 1; seed <= SEEDS; seed++) {
        runs.add(new Simulation(scenario, competitor, seed).run());
      }
    }
    return runs;
  }
}
