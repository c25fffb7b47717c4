package io.roadstead.platform.bench.balancer;

import io.roadstead.platform.bench.balancer.RealRun.Measured;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What the run on real sockets showed, as text and for machines.
 *
 * @param seeds how often each was simulated
 */
record RealFigures(int rounds, int seeds, List<Shown> scenarios) {
  /** One scenario. */
  record Shown(Scenario scenario, List<Row> rows) {}

  /**
   * One that took part in it.
   *
   * @param simulated empty where it is not simulated
   */
  record Row(Contestant contestant, List<Measured> rounds, List<RunFigures> simulated) {
    Measured whole() {
      return rounds.stream().reduce(Measured::and).orElseThrow();
    }

    private String range(double percentile) {
      double least = rounds.stream().mapToDouble(each -> each.millis(percentile)).min().orElse(0);
      double most = rounds.stream().mapToDouble(each -> each.millis(percentile)).max().orElse(0);
      return rounds.size() == 1 ? "" : " [%s–%s]".formatted(millis(least), millis(most));
    }
  }

  private static String millis(double value) {
    return "%.0f".formatted(value);
  }

  String table() {
    StringBuilder told = new StringBuilder(4096);
    for (Shown shown : scenarios) {
      told.append("### ").append(shown.scenario().id()).append(" on real sockets: ");
      told.append(shown.scenario().title());
      told.append(
          """


          | | p50 ms | p99 ms | p99.9 ms | errors % | of the requests at the one hit % | simulated: p99 ms | errors % |
          |---|---|---|---|---|---|---|---|
          """);
      for (Row row : shown.rows()) {
        Measured whole = row.whole();
        told.append(
            "| %s | %.1f | %s%s | %s | %.2f | %.1f | %s | %s |%n"
                .formatted(
                    row.contestant().name(),
                    whole.millis(50),
                    millis(whole.millis(99)),
                    row.range(99),
                    millis(whole.millis(99.9)),
                    whole.errorPercent(),
                    whole.hitPercent(),
                    simulated(row, "p99"),
                    simulated(row, "errors")));
      }
      told.append('\n');
    }
    Scenario first = scenarios.getFirst().scenario();
    return told.append(
            ("Ten origins, %.0f requests a second for %d s each, patience of %.0f s; %d rounds in"
                 + " turns, the fault with another origin in each [least–most]; simulated with %d"
                 + " seeds. %s%n")
                .formatted(
                    first.perSecond(),
                    first.seconds(),
                    first.timeoutSeconds(),
                    rounds,
                    seeds,
                    String.join("; ", versions())))
        .toString();
  }

  private static String simulated(Row row, String what) {
    if (row.simulated().isEmpty()) {
      return "–";
    }
    return what.equals("p99")
        ? millis(RunFigures.mean(row.simulated(), RunFigures::p99Millis))
        : "%.2f".formatted(RunFigures.mean(row.simulated(), RunFigures::errorPercent));
  }

  private TreeSet<String> versions() {
    TreeSet<String> versions = new TreeSet<>();
    for (Shown shown : scenarios) {
      for (Row row : shown.rows()) {
        Contestant contestant = row.contestant();
        versions.add(contestant.name().replaceAll(" .*", "") + " " + contestant.version());
      }
    }
    return versions;
  }

  Map<String, Object> json() {
    List<Object> all = new ArrayList<>();
    for (Shown shown : scenarios) {
      Map<String, Object> scenario = new LinkedHashMap<>();
      scenario.put("id", shown.scenario().id());
      scenario.put("title", shown.scenario().title());
      scenario.put("requestsPerSecond", shown.scenario().perSecond());
      scenario.put("seconds", shown.scenario().seconds());
      scenario.put("contestants", shown.rows().stream().map(RealFigures::json).toList());
      all.add(scenario);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("rounds", rounds);
    json.put("seeds", seeds);
    json.put("versions", versions());
    json.put("real", all);
    return json;
  }

  private static Map<String, Object> json(Row row) {
    Map<String, Object> json = json(row.whole());
    json.put("rounds", row.rounds().stream().map(RealFigures::json).toList());
    if (!row.simulated().isEmpty()) {
      Map<String, Object> simulated = new LinkedHashMap<>();
      simulated.put("p50Millis", RunFigures.mean(row.simulated(), RunFigures::p50Millis));
      simulated.put("p99Millis", RunFigures.mean(row.simulated(), RunFigures::p99Millis));
      simulated.put("p999Millis", RunFigures.mean(row.simulated(), RunFigures::p999Millis));
      simulated.put("errorPercent", RunFigures.mean(row.simulated(), RunFigures::errorPercent));
      json.put("simulated", simulated);
    }
    Map<String, Object> named = new LinkedHashMap<>();
    named.put("name", row.contestant().name().replaceAll("[*`]", ""));
    named.put("version", row.contestant().version());
    named.putAll(json);
    return named;
  }

  private static Map<String, Object> json(Measured measured) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("requests", measured.requests());
    json.put("failed", measured.failed());
    json.put("errorPercent", measured.errorPercent());
    json.put("p50Millis", measured.millis(50));
    json.put("p99Millis", measured.millis(99));
    json.put("p999Millis", measured.millis(99.9));
    json.put("hitPercent", measured.hitPercent());
    return json;
  }
}
