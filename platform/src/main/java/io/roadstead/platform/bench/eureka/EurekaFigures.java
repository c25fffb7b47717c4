package io.roadstead.platform.bench.eureka;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was measured side by side.
 *
 * @param rows what each request costs
 * @param idleBytes resident memory of each server when it had started, by its name
 * @param residentBytes the same in the end
 */
record EurekaFigures(
    int instances,
    int rounds,
    int seconds,
    Map<String, List<Samples>> rows,
    Map<String, Long> idleBytes,
    Map<String, Long> residentBytes,
    Map<String, EurekaBench.Load> fetched) {
  private static final long MEBIBYTE = 1L << 20;

  /** What one kind of request cost one server, of each round. */
  static final class Samples {
    private final String server;
    private final List<Double> micros = new ArrayList<>();
    private final List<Double> p50 = new ArrayList<>();
    private final List<Double> p99 = new ArrayList<>();

    private Samples(String server) {
      this.server = server;
    }

    void add(double processorMicros, double p50Micros, double p99Micros) {
      micros.add(processorMicros);
      p50.add(p50Micros);
      p99.add(p99Micros);
    }

    String server() {
      return server;
    }

    double median() {
      return medianOf(micros);
    }

    private String cell() {
      List<Double> sorted = micros.stream().sorted().toList();
      return String.format(
          Locale.ROOT,
          "%s [%s..%s]",
          number(median()),
          number(sorted.getFirst()),
          number(sorted.getLast()));
    }

    private static String number(double value) {
      return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%,.0f", value);
    }

    private Map<String, Object> json() {
      return Map.of(
          "server", server,
          "cpuMicros", micros,
          "cpuMicrosMedian", median(),
          "p50Micros", p50,
          "p99Micros", p99);
    }
  }

  static EurekaFigures of(
      int instances,
      int rounds,
      int seconds,
      Map<String, List<Samples>> rows,
      Map<String, Long> idleBytes,
      Map<String, Long> residentBytes,
      Map<String, EurekaBench.Load> fetched) {
    return new EurekaFigures(instances, rounds, seconds, rows, idleBytes, residentBytes, fetched);
  }

  /** Those of one server; added where there are none yet. */
  static Samples samples(List<Samples> row, String server) {
    for (Samples known : row) {
      if (known.server().equals(server)) {
        return known;
      }
    }
    Samples fresh = new Samples(server);
    row.add(fresh);
    return fresh;
  }

  private static double medianOf(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  /** The first server's share of the second's cost: the median of each round's own. */
  private static double ratio(Samples own, Samples peer) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < own.micros.size(); i++) {
      ratios.add(peer.micros.get(i) / own.micros.get(i));
    }
    return medianOf(ratios);
  }

  /** As Markdown, so that it can stand in a document as it is. */
  String table() {
    boolean peer = residentBytes.size() > 1;
    StringBuilder text = new StringBuilder();
    text.append("| | Roadstead, CPU µs each |");
    text.append(peer ? " Spring's Eureka server | ratio |\n" : "\n");
    text.append(peer ? "|---|---|---|---|\n" : "|---|---|\n");
    rows.forEach(
        (what, row) -> {
          text.append("| ").append(what).append(" | ").append(row.getFirst().cell()).append(" |");
          if (peer) {
            text.append(" ").append(row.getLast().cell());
            text.append(
                String.format(
                    Locale.ROOT, " | **1 : %.1f** |", ratio(row.getFirst(), row.getLast())));
          }
          text.append("\n");
        });
    memory(text, "resident memory when started", idleBytes, peer);
    memory(text, "resident memory in the end", residentBytes, peer);
    text.append("| a full fetch, compressed |");
    fetched.forEach(
        (_, load) -> text.append(String.format(Locale.ROOT, " %,d bytes |", load.bytes())));
    text.append(peer ? " |\n" : "\n");
    return text.append(
            String.format(
                Locale.ROOT,
                "%n%,d instances; median of %d alternating rounds [least..most]; %d s of heartbeats"
                    + " and %d s of 20 fetches a second in each, JDK %s, servers on one processor,"
                    + " the load on another%n",
                instances,
                rounds,
                seconds,
                seconds * 2,
                Runtime.version()))
        .toString();
  }

  private static void memory(
      StringBuilder text, String what, Map<String, Long> bytesOf, boolean peer) {
    text.append("| ").append(what).append(" |");
    bytesOf.forEach(
        (_, bytes) -> text.append(String.format(Locale.ROOT, " %d MiB |", bytes / MEBIBYTE)));
    text.append(peer ? " |\n" : "\n");
  }

  Map<String, Object> json() {
    Map<String, Object> json = new TreeMap<>();
    json.put("jdk", Runtime.version().toString());
    json.put("instances", instances);
    json.put("rounds", rounds);
    json.put("seconds", seconds);
    json.put("idleBytes", idleBytes);
    json.put("residentBytes", residentBytes);
    Map<String, Object> results = new TreeMap<>();
    rows.forEach((what, row) -> results.put(what, row.stream().map(Samples::json).toList()));
    json.put("results", results);
    return json;
  }
}
