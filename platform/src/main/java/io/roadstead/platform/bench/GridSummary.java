package io.roadstead.platform.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the head of the grid's table says.
 *
 * @param skipped what was said of peers that are not installed
 */
record GridSummary(int messages, List<Gateway> gateways, List<String> skipped) {
  GridSummary {
    gateways = List.copyOf(gateways);
    skipped = List.copyOf(skipped);
  }

  /**
   * @param letThrough messages of which a receiver is left to guess the meaning
   */
  record Gateway(String name, int letThrough) {}

  static GridSummary of(List<String> table) {
    int messages =
        table.stream()
            .filter(line -> line.matches("[0-9]+ messages.*"))
            .map(line -> Integer.parseInt(line.substring(0, line.indexOf(' '))))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("no grid: it names no messages"));
    List<String> names =
        cells(table.stream().filter(line -> line.startsWith("| | ")).findFirst().orElseThrow());
    List<String> counts =
        cells(
            table.stream()
                .filter(line -> line.startsWith("| let through |"))
                .findFirst()
                .orElseThrow());
    List<Gateway> gateways = new ArrayList<>();
    for (int i = 1; i < names.size(); i++) {
      gateways.add(new Gateway(names.get(i), Integer.parseInt(counts.get(i))));
    }
    return new GridSummary(
        messages,
        gateways,
        table.stream().filter(line -> line.endsWith("is not installed: skipped.")).toList());
  }

  private static List<String> cells(String row) {
    return Stream.of(row.substring(1, row.length() - 1).split("\\|", -1))
        .map(String::strip)
        .toList();
  }

  String text(Path table) {
    StringBuilder out = new StringBuilder("of " + messages + " messages let through:\n");
    for (Gateway gateway : gateways) {
      out.append("  %-16s %d%n".formatted(gateway.name(), gateway.letThrough()));
    }
    skipped.forEach(line -> out.append(line).append('\n'));
    return out.append("each of them: ").append(table).append('\n').toString();
  }
}
