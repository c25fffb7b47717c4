package io.roadstead.platform.bench.deploys;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What one run has shown.
 *
 * @param deployments that have ended well within the time measured
 * @param cores that there are
 * @param platformCores how many of them the platform's process had on average
 * @param instanceCores those of the instances that have ended meanwhile
 * @param loadCores those of the load
 * @param millis what deployments took, by the number of replicas
 * @param stepMillis what their steps took
 * @param kills how many instances were killed
 * @param losses each request that failed
 * @param problems deployments that did not end well
 */
record DeploysFigures(
    DeploysRun run,
    int cores,
    int deployments,
    double platformCores,
    double instanceCores,
    double loadCores,
    List<Kind.Figures> kinds,
    long events,
    long echoes,
    long streamsEndedInOrder,
    Map<Integer, Histogram> millis,
    Map<String, Histogram> stepMillis,
    int kills,
    List<Losses.Told> losses,
    List<String> problems) {
  private static final List<String> STEPS =
      List.of("start", "probe", "available", "drain", "idle", "stop");

  private static final int MOST_LOSSES = 1_000;
  private static final int MOST_TOLD = 40;

  DeploysFigures {
    kinds = List.copyOf(kinds);
    millis = Map.copyOf(millis);
    stepMillis = Map.copyOf(stepMillis);
    losses = List.copyOf(losses);
    problems = List.copyOf(problems);
  }

  double deploymentsPerSecond() {
    return Math.round(100.0 * deployments / run.seconds()) / 100.0;
  }

  /** Those that failed by a kill; all others failed by the deployments. */
  long failedByKills() {
    return losses.stream().filter(Losses.Told::byKill).count();
  }

  long failedByDeployments() {
    return failed() - failedByKills();
  }

  long requests() {
    return kinds.stream().mapToLong(Kind.Figures::requests).sum();
  }

  long failed() {
    return kinds.stream().mapToLong(Kind.Figures::failed).sum();
  }

  ObjectNode json() {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    if (run.without() != Protection.NONE_OUT) {
      tree.put("without", run.without().step());
    }
    tree.put("deploymentsPerSecond", deploymentsPerSecond());
    tree.put("deployments", deployments);
    tree.put("requests", requests());
    tree.put("failed", failed());
    tree.put("failedByDeployments", failedByDeployments());
    tree.put("failedByKills", failedByKills());
    tree.put("kills", kills);
    if (run.kills()) {
      tree.put("seed", run.seed());
    }
    tree.put("durationSeconds", run.seconds());
    tree.put("services", run.services());
    tree.put("cores", cores);
    tree.put("startCaches", run.sameJars());
    tree.put("platformCores", rounded(platformCores));
    tree.put("instanceCores", rounded(instanceCores));
    tree.put("loadCores", rounded(loadCores));
    ObjectNode byKind = tree.putObject("kinds");
    for (Kind.Figures kind : kinds) {
      ObjectNode one = byKind.putObject(kind.name());
      one.put("requests", kind.requests());
      one.put("failed", kind.failed());
      one.put("p50Millis", kind.p50Millis());
      one.put("p99Millis", kind.p99Millis());
      one.put("maxMillis", kind.maxMillis());
    }
    tree.put("events", events);
    tree.put("echoes", echoes);
    tree.put("streamsEndedInOrder", streamsEndedInOrder);
    ObjectNode took = tree.putObject("deploymentMillis");
    new TreeMap<>(millis).forEach((n, times) -> times(took.putObject(n + " replicas"), times));
    ObjectNode steps = tree.putObject("stepMillis");
    for (String step : STEPS) {
      Histogram times = stepMillis.get(step);
      if (times != null) {
        times(steps.putObject(step), times);
      }
    }
    ArrayNode lost = tree.putArray("losses");
    losses.stream().limit(MOST_LOSSES).forEach(loss -> lost.add(loss.json()));
    words(tree.putArray("problems"), problems);
    return tree;
  }

  private static void words(ArrayNode array, List<String> words) {
    words.forEach(array::add);
  }

  private static void times(ObjectNode into, Histogram times) {
    into.put("p50", times.getValueAtPercentile(50));
    into.put("p99", times.getValueAtPercentile(99));
    into.put("max", times.getMaxValue());
  }

  private static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }

  /** Several runs, each with another step left out, as a page of the documentation has them. */
  static String ablation(List<DeploysFigures> runs) {
    StringBuilder text = new StringBuilder();
    StringBuilder head = new StringBuilder("| left out | what happens instead | deployments |");
    StringBuilder rule = new StringBuilder("|---|---|---|");
    for (Kind.Figures kind : runs.getFirst().kinds()) {
      head.append(' ').append(kind.name()).append(" |");
      rule.append("---|");
    }
    line(text, head + " lost of all |");
    line(text, rule + "---|");
    for (DeploysFigures run : runs) {
      Protection without = run.run().without();
      text.append("| ").append(without.step()).append(" | ").append(without.instead());
      text.append(" | ").append(run.deployments()).append(" |");
      for (Kind.Figures kind : run.kinds()) {
        text.append(String.format(Locale.ROOT, " %,d of %,d |", kind.failed(), kind.requests()));
      }
      line(text, String.format(Locale.ROOT, " **%,d** of %,d |", run.failed(), run.requests()));
    }
    return text.toString();
  }

  /** As a page of the documentation has it. */
  String table() {
    StringBuilder text = new StringBuilder();
    line(text, "| load | requests | failed | p50 | p99 | longest |");
    line(text, "|---|---|---|---|---|---|");
    for (Kind.Figures kind : kinds) {
      line(
          text,
          String.format(
              Locale.ROOT,
              "| %s | %,d | **%,d** | %.1f ms | %.0f ms | %.0f ms |",
              kind.name(),
              kind.requests(),
              kind.failed(),
              kind.p50Millis(),
              kind.p99Millis(),
              kind.maxMillis()));
    }
    line(text, "");
    line(text, "| a deployment | median | p99 | longest |");
    line(text, "|---|---|---|---|");
    new TreeMap<>(millis)
        .forEach(
            (n, times) -> row(text, n == 1 ? "of one replica" : "of " + n + " replicas", times));
    for (String step : STEPS) {
      Histogram times = stepMillis.get(step);
      if (times != null) {
        row(text, "its step `" + step + "`", times);
      }
    }
    line(text, "");
    line(
        text,
        String.format(
            Locale.ROOT,
            "**%.2f deployments a second**: %,d in %d s, of %d services; %,d requests, **%,d"
                + " failed**. %,d events, %,d echoes; deployments ended %,d streams, each in order."
                + " Each release %s. Of %d processors the platform with its gateway had %.2f, the"
                + " instances that ended %.2f, the load %.2f.",
            deploymentsPerSecond(),
            deployments,
            run.seconds(),
            run.services(),
            requests(),
            failed(),
            events,
            echoes,
            streamsEndedInOrder,
            run.sameJars()
                ? "has a jar with a start cache"
                : "is a jar of its own, without a start cache",
            cores,
            platformCores,
            instanceCores,
            loadCores));
    if (run.kills()) {
      line(
          text,
          String.format(
              Locale.ROOT,
              "%n**%,d instances were killed** between deployments (seed %d): %,d requests failed"
                  + " by the kills, **%,d by the deployments**.",
              kills,
              run.seed(),
              failedByKills(),
              failedByDeployments()));
    }
    told(text);
    problems.forEach(problem -> line(text, "- " + problem));
    return text.toString();
  }

  /** Each that failed by the deployments; those by kills are counted by what happened. */
  private void told(StringBuilder text) {
    losses.stream()
        .filter(loss -> !loss.byKill())
        .limit(MOST_TOLD)
        .forEach(loss -> line(text, "- " + loss.words()));
    if (failedByDeployments() > MOST_TOLD) {
      line(text, "- and " + (failedByDeployments() - MOST_TOLD) + " more; -o json has them");
    }
    Map<String, Long> byKills = new TreeMap<>();
    losses.stream()
        .filter(Losses.Told::byKill)
        .forEach(loss -> byKills.merge(loss.loss().kind() + ": " + loss.outline(), 1L, Long::sum));
    byKills.forEach((what, count) -> line(text, "- by a kill, " + what + ": " + count));
  }

  private static void row(StringBuilder text, String what, Histogram times) {
    line(
        text,
        String.format(
            Locale.ROOT,
            "| %s | %,d ms | %,d ms | %,d ms |",
            what,
            times.getValueAtPercentile(50),
            times.getValueAtPercentile(99),
            times.getMaxValue()));
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append('\n');
  }
}
