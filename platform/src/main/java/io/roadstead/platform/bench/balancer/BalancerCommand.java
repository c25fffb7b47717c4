package io.roadstead.platform.bench.balancer;

import io.roadstead.platform.Refused;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code roadstead bench balancer}. */
@Command(
    name = "balancer",
    description = {
      "Simulates how strategies of load balancing fare with slow and failing servers.",
      "In virtual time, ten scenarios: servers that are slow, stall, fail, are replaced or",
      "overloaded; and compares with published figures. Nothing but the seed decides the",
      "outcome. Takes about half a minute a seed.",
      ""
    })
public final class BalancerCommand implements Callable<Integer> {
  private static final int MOST_SEEDS = 100;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      defaultValue = "1",
      description = "How often with other random numbers, 1 to 100. Default: 1.")
  private int seeds;

  @Option(
      names = "--scenario",
      paramLabel = "ID",
      description = "Only this one, S1 to S10. Default: all, and the published ones.")
  private @Nullable String only;

  @Option(
      names = "--plots",
      paramLabel = "DIRECTORY",
      description = "Writes a plot of each scenario (SVG) into a directory.")
  private @Nullable Path plots;

  private long requests;

  /** For picocli. */
  public BalancerCommand() {}

  @Override
  public Integer call() throws IOException {
    if (seeds < 1 || seeds > MOST_SEEDS) {
      throw Refused.usage("--seeds " + seeds + " is not possible: write 1 to " + MOST_SEEDS);
    }
    List<Scenario> scenarios =
        Scenario.all().stream().filter(each -> only == null || each.id().equals(only)).toList();
    if (scenarios.isEmpty()) {
      throw Refused.usage("--scenario " + only + " is not known: write S1 to S10");
    }
    Ticker ticker = Ticker.system();
    long start = ticker.nanos();
    for (Scenario scenario : scenarios) {
      Map<Competitor, List<RunFigures>> results = new EnumMap<>(Competitor.class);
      for (Competitor competitor : Competitor.values()) {
        if (competitor != Competitor.ZONE_FIRST || scenario.zones() > 1) {
          results.put(competitor, runs(scenario, competitor));
        }
      }
      System.out.print(table(scenario, results));
      if (plots != null) {
        Files.createDirectories(plots);
        Files.writeString(
            plots.resolve("balancer-" + scenario.id() + ".svg"), Plot.svg(scenario, results));
      }
    }
    if (only == null) {
      System.out.print(published());
    }
    double seconds = (ticker.nanos() - start) / 1e9;
    System.err.printf(
        "%,d requests in %.1f s: %.1f s for ten million%n",
        requests, seconds, seconds * 1e7 / requests);
    return 0;
  }

  private List<RunFigures> runs(Scenario scenario, Competitor competitor) {
    List<RunFigures> runs = new ArrayList<>();
    for (int seed = 1; seed <= seeds; seed++) {
      RunFigures run = new Simulation(scenario, competitor, seed).run();
      requests += run.requests();
      runs.add(run);
    }
    return runs;
  }

  private static String table(Scenario scenario, Map<Competitor, List<RunFigures>> results) {
    StringBuilder table = new StringBuilder(2048);
    table.append("### ").append(scenario.id()).append(": ").append(scenario.title());
    table.append(
        """


        | strategy | p50 ms | p99 ms | p99.9 ms | errors % | Gini of load | most in flight at one | diverted after s | back after s |
        |---|---|---|---|---|---|---|---|---|
        """);
    results.forEach(
        (competitor, runs) ->
            table
                .append("| ")
                .append(competitor.title)
                .append(cell(RunFigures.told(runs, RunFigures::p50Millis, "%.1f")))
                .append(cell(RunFigures.told(runs, RunFigures::p99Millis, "%.0f")))
                .append(cell(RunFigures.told(runs, RunFigures::p999Millis, "%.0f")))
                .append(cell(RunFigures.told(runs, RunFigures::errorPercent, "%.3f")))
                .append(cell(RunFigures.told(runs, RunFigures::gini, "%.3f")))
                .append(cell(RunFigures.told(runs, RunFigures::mostInFlight, "%.0f")))
                .append(cell(RunFigures.told(runs, RunFigures::divertSeconds, "%.2f")))
                .append(cell(RunFigures.told(runs, RunFigures::recoverSeconds, "%.2f")))
                .append(" |\n"));
    return table.append('\n').toString();
  }

  private static String cell(String text) {
    return " | " + text;
  }

  private String published() {
    StringBuilder told = new StringBuilder(2048);
    told.append(
        """
        ### Published: linkerd, 2016 (one of eleven answers 2 s late)

        | strategy | success %, published | success %, here |
        |---|---|---|
        """);
    Map<Competitor, String> buoyant = new EnumMap<>(Competitor.class);
    buoyant.put(Competitor.ROUND_ROBIN, "95");
    buoyant.put(Competitor.LEAST_REQUEST, "99");
    buoyant.put(Competitor.CHOICES, "99.9 (peak EWMA)");
    buoyant.put(Competitor.DEFAULT, "–");
    buoyant.forEach(
        (competitor, published) -> {
          List<RunFigures> runs = runs(Scenario.buoyant(), competitor);
          told.append("| %s | %s | ".formatted(competitor.title, published))
              .append(RunFigures.told(runs, run -> 100 - run.errorPercent(), "%.2f"))
              .append(" |\n");
        });
    told.append(
        """

        ### Published: Prequal's reproduction on ten servers with a moving antagonist

        | load, of the allocation | p99 beside round robin's, published | hot–cold here | default here |
        |---|---|---|---|
        """);
    double[][] prequal = {
      {1.03, 1476.0 / 2315}, {1.14, 1935.0 / 2858}, {1.41, 3081.0 / 4103}, {1.74, 3384.0 / 4111}
    };
    for (double[] row : prequal) {
      Scenario scenario = Scenario.prequal(row[0]);
      double robin = p99(scenario, Competitor.ROUND_ROBIN);
      told.append(
          "| %.0f %% | %.2f | %.2f | %.2f |%n"
              .formatted(
                  row[0] * 100,
                  row[1],
                  p99(scenario, Competitor.HOT_COLD) / robin,
                  p99(scenario, Competitor.DEFAULT) / robin));
    }
    return told.append('\n').toString();
  }

  private double p99(Scenario scenario, Competitor competitor) {
    return RunFigures.mean(runs(scenario, competitor), RunFigures::p99Millis);
  }
}
