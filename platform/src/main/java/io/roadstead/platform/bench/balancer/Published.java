package io.roadstead.platform.bench.balancer;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;

/**
 * What others published, beside what the same comes out as here, and whether direction and rough
 * size (half to twice) are the same.
 */
final class Published {
  private static final Map<Competitor, Double> BUOYANT =
      new EnumMap<>(
          Map.of(
              Competitor.ROUND_ROBIN, 95.0,
              Competitor.LEAST_REQUEST, 99.0,
              Competitor.CHOICES, 99.9));

  /** The load, and Prequal's p99 beside round robin's. */
  private static final double[][] PREQUAL = {
    {1.03, 1476.0 / 2315}, {1.14, 1935.0 / 2858}, {1.41, 3081.0 / 4103}, {1.74, 3384.0 / 4111}
  };

  private static final List<Competitor> PREQUAL_RUNS =
      List.of(Competitor.ROUND_ROBIN, Competitor.HOT_COLD, Competitor.DEFAULT);

  private final Runs runs;
  private final Map<Competitor, List<Future<RunFigures>>> buoyant = new EnumMap<>(Competitor.class);
  private final List<Map<Competitor, List<Future<RunFigures>>>> prequal;

  /** Begins the runs. */
  Published(Runs runs) {
    this.runs = runs;
    BUOYANT.keySet().forEach(each -> buoyant.put(each, runs.begin(Scenario.buoyant(), each)));
    buoyant.put(Competitor.DEFAULT, runs.begin(Scenario.buoyant(), Competitor.DEFAULT));
    this.prequal =
        List.of(PREQUAL).stream()
            .map(row -> Scenario.prequal(row[0]))
            .map(
                scenario -> {
                  Map<Competitor, List<Future<RunFigures>>> begun = new EnumMap<>(Competitor.class);
                  PREQUAL_RUNS.forEach(each -> begun.put(each, runs.begin(scenario, each)));
                  return begun;
                })
            .toList();
  }

  /** The tables, when the runs have ended. */
  String told() throws InterruptedException {
    StringBuilder told = new StringBuilder(2048);
    tellBuoyant(told);
    tellPrequal(told);
    return told.toString();
  }

  private void tellBuoyant(StringBuilder told) throws InterruptedException {
    told.append(
        """
        ### Published: linkerd, 2016 (one of eleven answers 2 s late)

        | strategy | success %, published | success %, here | errors beside published | reproduced |
        |---|---|---|---|---|
        """);
    double before = 0;
    for (Competitor competitor : buoyant.keySet()) {
      List<RunFigures> figures = runs.of(buoyant.get(competitor));
      double success = 100 - RunFigures.mean(figures, RunFigures::errorPercent);
      Double published = BUOYANT.get(competitor);
      told.append("| ").append(competitor.title).append(" | ");
      told.append(published == null ? "–" : "%s".formatted(published)).append(" | ");
      told.append(RunFigures.told(figures, run -> 100 - run.errorPercent(), "%.2f"));
      if (published == null) {
        told.append(" | – | – |\n");
        continue;
      }
      double ratio = (100 - success) / (100 - published);
      told.append(" | %.2f | %s |%n".formatted(ratio, verdict(success > before, ratio)));
      before = success;
    }
  }

  private void tellPrequal(StringBuilder told) throws InterruptedException {
    told.append(
        """

        ### Published: Prequal's reproduction on ten servers with a moving antagonist

        | load, of the allocation | p99 beside round robin's, published | hot–cold here | default here | reproduced |
        |---|---|---|---|---|
        """);
    for (int i = 0; i < PREQUAL.length; i++) {
      Map<Competitor, List<Future<RunFigures>>> begun = prequal.get(i);
      double robin = p99(begun, Competitor.ROUND_ROBIN);
      double hotCold = p99(begun, Competitor.HOT_COLD) / robin;
      double published = PREQUAL[i][1];
      told.append(
          "| %.0f %% | %.2f | %.2f | %.2f | %s |%n"
              .formatted(
                  PREQUAL[i][0] * 100,
                  published,
                  hotCold,
                  p99(begun, Competitor.DEFAULT) / robin,
                  verdict(hotCold < 0.99, hotCold / published)));
    }
    told.append('\n');
  }

  private double p99(Map<Competitor, List<Future<RunFigures>>> begun, Competitor competitor)
      throws InterruptedException {
    return RunFigures.mean(
        runs.of(begun.getOrDefault(competitor, List.of())), RunFigures::p99Millis);
  }

  private static String verdict(boolean direction, double ratio) {
    if (!direction) {
      return "no";
    }
    return ratio >= 0.5 && ratio <= 2 ? "direction and rough size" : "direction only";
  }
}
