package io.roadstead.platform.bench.balancer;

import io.roadstead.platform.Refused;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
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
      "outcome. Ten million simulated requests take some seconds.",
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
    try (Runs runs = new Runs(seeds, Runtime.getRuntime().availableProcessors())) {
      tell(scenarios, runs);
      double seconds = (ticker.nanos() - start) / 1e9;
      System.err.printf(
          "%,d requests in %.1f s: %.1f s for ten million%n",
          runs.requests(), seconds, seconds * 1e7 / runs.requests());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Refused.because("the simulation was ended before its time");
    }
    return 0;
  }

  /** All begin at once; each table is printed when its own runs have ended. */
  private void tell(List<Scenario> scenarios, Runs runs) throws IOException, InterruptedException {
    List<Map<Competitor, List<Future<RunFigures>>>> begun =
        scenarios.stream().map(runs::begin).toList();
    Published published = only == null ? new Published(runs) : null;
    for (int i = 0; i < scenarios.size(); i++) {
      Scenario scenario = scenarios.get(i);
      Map<Competitor, List<RunFigures>> results = new EnumMap<>(Competitor.class);
      for (Map.Entry<Competitor, List<Future<RunFigures>>> each : begun.get(i).entrySet()) {
        results.put(each.getKey(), runs.of(each.getValue()));
      }
      System.out.print(table(scenario, results));
      if (plots != null) {
        Files.createDirectories(plots);
        Files.writeString(
            plots.resolve("balancer-" + scenario.id() + ".svg"), Plot.svg(scenario, results));
      }
    }
    if (published != null) {
      System.out.print(published.told());
    }
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
}
