package io.roadstead.platform.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was measured.
 *
 * @param jdk that ran the services
 * @param cpus of this machine
 * @param rounds how often each was started
 */
record StartFigures(String jdk, int cpus, int rounds, List<Row> rows) {
  /**
   * One service, started in one way.
   *
   * @param service what it is
   * @param way how it was started
   * @param millis from the start of the process to the first healthy answer, of each start
   * @param residentBytes at that moment, of each start
   */
  record Row(String service, String way, List<Long> millis, List<Long> residentBytes) {
    Row {
      millis = sorted(millis);
      residentBytes = sorted(residentBytes);
    }

    long medianMillis() {
      return median(millis);
    }

    long medianResidentBytes() {
      return median(residentBytes);
    }

    private static List<Long> sorted(List<Long> values) {
      var sorted = new ArrayList<>(values);
      Collections.sort(sorted);
      return List.copyOf(sorted);
    }

    private static long median(List<Long> sorted) {
      int middle = sorted.size() / 2;
      return sorted.size() % 2 == 1
          ? sorted.get(middle)
          : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
  }

  StartFigures {
    rows = List.copyOf(rows);
  }

  /** As Markdown, so that it can stand in a document as it is. */
  String table() {
    var text = new StringBuilder();
    text.append("| service | started | median | least–most | resident |\n");
    text.append("|---|---|---|---|---|\n");
    for (Row row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %,d ms | %,d–%,d ms | %d MiB |%n",
              row.service(),
              row.way(),
              row.medianMillis(),
              row.millis().getFirst(),
              row.millis().getLast(),
              row.medianResidentBytes() >> 20));
    }
    return text.append("\n")
        .append(rounds)
        .append(" starts each, in turns; JDK ")
        .append(jdk)
        .append(", ")
        .append(cpus)
        .append(" CPUs\n")
        .toString();
  }

  Map<String, Object> json() {
    var json = new TreeMap<String, Object>();
    json.put("jdk", jdk);
    json.put("cpus", cpus);
    json.put("rounds", rounds);
    json.put(
        "results",
        rows.stream()
            .map(
                row ->
                    Map.of(
                        "service", row.service(),
                        "started", row.way(),
                        "medianMillis", row.medianMillis(),
                        "leastMillis", row.millis().getFirst(),
                        "mostMillis", row.millis().getLast(),
                        "residentBytes", row.medianResidentBytes()))
            .toList());
    return json;
  }
}
