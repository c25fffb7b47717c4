package io.roadstead.platform.bench.balancer;

import io.roadstead.platform.Refused;
import io.roadstead.platform.bench.proxy.Pinned;
import io.roadstead.platform.demo.stage.Workplace;
import io.roadstead.platform.log.LogSetup;
import io.roadstead.registry.Balancing;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code roadstead bench balancer}. */
@Command(
    name = "balancer",
    description = {
      "Simulates how strategies of load balancing fare with slow and failing servers.",
      "In virtual time, ten scenarios: servers that are slow, stall, fail, are replaced or",
      "overloaded; and compares with published figures. Nothing but the seed decides the",
      "outcome. Ten million simulated requests take some seconds.",
      "With --real, S2, S3 and S6 on real sockets instead: ten small origins, the gateway in a"
          + " process of its own, nginx (least_conn) and HAProxy (leastconn) where they are"
          + " installed, in turns, and the same simulated beside it. Needs two cores and takes"
          + " about four minutes.",
      ""
    })
public final class BalancerCommand implements Callable<Integer> {
  private static final int MOST_SEEDS = 100;
  private static final int MOST_ROUNDS = 100;

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

  @Option(names = "--real", description = "S2, S3 and S6 on real sockets.")
  private boolean real;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "2",
      description = "On real sockets: how often each has its turn, 1 to 100. Default: 2.")
  private int rounds;

  @Option(
      names = "--strategies",
      paramLabel = "LIST",
      defaultValue = "peak-ewma,least-request",
      description = {
        "On real sockets: the gateway's strategies, as in the file, separated by commas. Round",
        "robin and least request without ejection are always there. Default: the default and",
        "least-request."
      })
  private String strategies = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "json",
      description = "\"json\": one JSON document; all else goes to standard error.")
  private @Nullable String format;

  /** For picocli. */
  public BalancerCommand() {}

  @Override
  public Integer call() throws IOException {
    if (format != null && !format.equals("json")) {
      throw Refused.usage("-o " + format + " is not known: write -o json, or leave it out");
    }
    within("--seeds", seeds, MOST_SEEDS);
    within("--rounds", rounds, MOST_ROUNDS);
    List<Scenario> scenarios =
        (real ? Scenario.real() : Scenario.all())
            .stream().filter(each -> only == null || each.id().equals(only)).toList();
    if (scenarios.isEmpty()) {
      throw Refused.usage(
          "--scenario %s is not known%s"
              .formatted(only, real ? " with --real: write S2, S3 or S6" : ": write S1 to S10"));
    }
    try {
      if (real) {
        RealFigures figures = measure(scenarios);
        print(figures.table(), figures.json());
      } else {
        simulate(scenarios);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Refused.because("the benchmark was ended before its time");
    }
    return 0;
  }

  private static void within(String option, int value, int most) {
    if (value < 1 || value > most) {
      throw Refused.usage(option + " " + value + " is not possible: write 1 to " + most);
    }
  }

  private void print(String table, Map<String, Object> json) {
    System.out.print(format == null ? table : JsonMapper.shared().writeValueAsString(json) + "\n");
  }

  private static void say(String line) {
    System.err.println(line);
  }

  private RealFigures measure(List<Scenario> scenarios) throws IOException, InterruptedException {
    Set<Balancing.Strategy> wanted = EnumSet.noneOf(Balancing.Strategy.class);
    for (String word : strategies.split(",", -1)) {
      wanted.add(
          Balancing.Strategy.of(word.strip())
              .orElseThrow(
                  () ->
                      Refused.usage(
                          "--strategies %s is not possible: there is no '%s', but %s"
                              .formatted(strategies, word.strip(), Balancing.Strategy.words()))));
    }
    LogSetup.onlyWarnings();
    SecureRandom random = new SecureRandom();
    Ticker ticker = Ticker.system();
    Path parent = Path.of(System.getProperty("java.io.tmpdir"));
    try (Workplace workplace = Workplace.in(parent, random)) {
      RealProxies proxies =
          new RealProxies(new Pinned(workplace.path(), ticker, random), BalancerCommand::say);
      RealRun run = new RealRun(proxies, ticker, new CountDownLatch(1));
      return new RealBench(proxies, run, BalancerCommand::say).measure(wanted, scenarios, rounds);
    }
  }

  private void simulate(List<Scenario> scenarios) throws IOException, InterruptedException {
    Ticker ticker = Ticker.system();
    long start = ticker.nanos();
    try (Runs runs = new Runs(seeds, Runtime.getRuntime().availableProcessors())) {
      tell(scenarios, runs);
      double seconds = (ticker.nanos() - start) / 1e9;
      System.err.printf(
          "%,d requests in %.1f s: %.1f s for ten million%n",
          runs.requests(), seconds, seconds * 1e7 / runs.requests());
    }
  }

  /** All begin at once; each table is printed when its own runs have ended. */
  private void tell(List<Scenario> scenarios, Runs runs) throws IOException, InterruptedException {
    List<Map<Competitor, List<Future<RunFigures>>>> begun =
        scenarios.stream().map(runs::begin).toList();
    Published published = only == null ? new Published(runs) : null;
    List<Map<String, Object>> told = new ArrayList<>();
    for (int i = 0; i < scenarios.size(); i++) {
      Scenario scenario = scenarios.get(i);
      Map<Competitor, List<RunFigures>> results = new EnumMap<>(Competitor.class);
      for (Map.Entry<Competitor, List<Future<RunFigures>>> each : begun.get(i).entrySet()) {
        results.put(each.getKey(), runs.of(each.getValue()));
      }
      told.add(json(scenario, results));
      if (format == null) {
        System.out.print(table(scenario, results));
      }
      if (plots != null) {
        Files.createDirectories(plots);
        Files.writeString(
            plots.resolve("balancer-" + scenario.id() + ".svg"), Plot.svg(scenario, results));
      }
    }
    String beside = published == null ? "" : published.told();
    print(beside, Map.of("seeds", seeds, "scenarios", told));
  }

  private static Map<String, Object> json(
      Scenario scenario, Map<Competitor, List<RunFigures>> results) {
    List<Object> all = new ArrayList<>();
    results.forEach(
        (competitor, runs) -> {
          Map<String, Object> one = new LinkedHashMap<>();
          one.put("strategy", competitor.title.replace("*", ""));
          one.put("runs", runs);
          all.add(one);
        });
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", scenario.id());
    json.put("title", scenario.title());
    json.put("strategies", all);
    return json;
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
