package io.roadstead.platform.bench;

import java.util.DoubleSummaryStatistics;
import java.util.Locale;
import java.util.StringJoiner;
import tools.jackson.databind.JsonNode;

/** JMH's results as Markdown. */
final class JmhTable {
  private JmhTable() {}

  static String of(JsonNode results) {
    var text = new StringBuilder();
    text.append(
        """
        | benchmark | with | per call | least–most | allocated per call |
        |---|---|---|---|---|
        """);
    JsonNode first = results.path(0);
    for (JsonNode result : results) {
      JsonNode score = result.path("primaryMetric");
      text.append("| ")
          .append(name(result.path("benchmark").asString()))
          .append(" | ")
          .append(parameters(result.path("params")))
          .append(" | ")
          .append(number(score.path("score").asDouble()))
          .append(' ')
          .append(score.path("scoreUnit").asString().replace("/op", ""))
          .append(" | ")
          .append(spread(score.path("rawData")))
          .append(" | ")
          .append(bytes(result.path("secondaryMetrics")))
          .append(" |\n");
    }
    return text.append("\nJMH ")
        .append(first.path("jmhVersion").asString())
        .append(", JDK ")
        .append(first.path("jdkVersion").asString())
        .append("\n")
        .toString();
  }

  /** The class and the method, without the packages. */
  private static String name(String benchmark) {
    int method = benchmark.lastIndexOf('.');
    return benchmark.substring(benchmark.lastIndexOf('.', method - 1) + 1);
  }

  private static String parameters(JsonNode parameters) {
    StringJoiner all = new StringJoiner(", ");
    parameters
        .properties()
        .forEach(each -> all.add(each.getKey() + " " + each.getValue().asString()));
    return all.toString();
  }

  private static String bytes(JsonNode metrics) {
    for (var metric : metrics.properties()) {
      if (metric.getKey().endsWith("gc.alloc.rate.norm")) {
        return String.format(Locale.ROOT, "%,.0f B", metric.getValue().path("score").asDouble());
      }
    }
    return "–";
  }

  /** On a machine that is busy the least says more than the mean. */
  private static String spread(JsonNode forks) {
    var all = new DoubleSummaryStatistics();
    forks.forEach(fork -> fork.forEach(each -> all.accept(each.asDouble())));
    return number(all.getMin()) + "–" + number(all.getMax());
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 1000 ? "%.1f" : "%,.0f", value);
  }
}
