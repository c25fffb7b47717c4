package io.roadstead.platform.bench.gateway;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What was measured.
 *
 * @param proxies with their versions; the first is the one that the others are compared with
 * @param halfLoadP99Micros by proxy; empty where it was not measured
 * @param idleBytes resident memory with idle connections, by proxy
 * @param allocatedBytes on the heap for each small request, by proxy, of those on a JVM
 */
record GatewayFigures(
    int rounds,
    int seconds,
    List<String> proxies,
    List<Row> rows,
    Map<String, Double> halfLoadP99Micros,
    Map<String, Long> idleBytes,
    Map<String, Double> allocatedBytes) {

  /** One measurement of one proxy. */
  record Measured(
      long answers, double perSecond, double p99Micros, double cpuMicros, double kernelMicros) {}

  /** All measurements of one proxy under one load. */
  record Row(String load, String proxy, List<Measured> samples) {
    double perSecond() {
      return median(Measured::perSecond);
    }

    double p99Micros() {
      return median(Measured::p99Micros);
    }

    double cpuMicros() {
      return median(Measured::cpuMicros);
    }

    double kernelMicros() {
      return median(Measured::kernelMicros);
    }

    double leastCpuMicros() {
      return samples.stream().mapToDouble(Measured::cpuMicros).min().orElse(0);
    }

    double mostCpuMicros() {
      return samples.stream().mapToDouble(Measured::cpuMicros).max().orElse(0);
    }

    /** The median over the rounds of what this costs beside what the first costs in that round. */
    double costBeside(Row first) {
      List<Double> ratios = new ArrayList<>();
      for (int i = 0; i < samples.size(); i++) {
        ratios.add(samples.get(i).cpuMicros() / first.samples.get(i).cpuMicros());
      }
      return GatewayFigures.median(ratios);
    }

    private double median(ToDoubleFunction<Measured> figure) {
      return GatewayFigures.median(samples.stream().mapToDouble(figure).boxed().toList());
    }
  }

  static double median(List<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  private Row first(Row row) {
    return rows.stream().filter(other -> other.load().equals(row.load())).findFirst().orElseThrow();
  }

  /** As Markdown, so that it can stand in a document as it is. */
  String table() {
    var text = new StringBuilder();
    text.append(
        "| load | proxy | CPU µs per request [least–most] | of these in the kernel | beside nginx |"
            + " answers a second | p99 |\n");
    text.append("|---|---|---|---|---|---|---|\n");
    for (Row row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %.1f [%.1f–%.1f] | %.1f | %.2f | %,.0f | %.1f ms |%n",
              row.load(),
              row.proxy(),
              row.cpuMicros(),
              row.leastCpuMicros(),
              row.mostCpuMicros(),
              row.kernelMicros(),
              row.costBeside(first(row)),
              row.perSecond(),
              row.p99Micros() / 1000));
    }
    text.append(
        "\n| proxy | p99 at half of nginx's load | memory with 8,000 idle connections |"
            + " allocated on the heap per small request |\n");
    text.append("|---|---|---|---|\n");
    rows.stream()
        .map(Row::proxy)
        .distinct()
        .forEach(
            proxy -> {
              Double p99 = halfLoadP99Micros.get(proxy);
              Long idle = idleBytes.get(proxy);
              Double allocated = allocatedBytes.get(proxy);
              text.append(
                  String.format(
                      Locale.ROOT,
                      "| %s | %s | %s | %s |%n",
                      proxy,
                      p99 == null ? "–" : String.format(Locale.ROOT, "%.2f ms", p99 / 1000),
                      idle == null ? "–" : (idle >> 20) + " MiB",
                      allocated == null ? "–" : String.format(Locale.ROOT, "%,.0f B", allocated)));
            });
    return text.append(
            String.format(
                Locale.ROOT,
                "%nMedian of %d rounds of %d s in turns. %s.%n",
                rounds,
                seconds,
                String.join("; ", proxies)))
        .toString();
  }

  Map<String, Object> json() {
    var json = new LinkedHashMap<String, Object>();
    json.put("rounds", rounds);
    json.put("seconds", seconds);
    json.put("proxies", proxies);
    json.put(
        "results",
        rows.stream()
            .map(
                row -> {
                  var result = new LinkedHashMap<String, Object>();
                  result.put("load", row.load());
                  result.put("proxy", row.proxy());
                  result.put("cpuMicros", row.cpuMicros());
                  result.put("leastCpuMicros", row.leastCpuMicros());
                  result.put("mostCpuMicros", row.mostCpuMicros());
                  result.put("kernelMicros", row.kernelMicros());
                  result.put("ratio", row.costBeside(first(row)));
                  result.put("perSecond", row.perSecond());
                  result.put("p99Micros", row.p99Micros());
                  return result;
                })
            .toList());
    json.put("halfLoadP99Micros", halfLoadP99Micros);
    json.put("idleBytes", idleBytes);
    json.put("allocatedBytesPerRequest", allocatedBytes);
    return json;
  }
}
