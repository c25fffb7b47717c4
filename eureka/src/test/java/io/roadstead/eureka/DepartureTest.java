package io.roadstead.eureka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What differs from the original is written down, and what is written down is checked. */
final class DepartureTest {
  @Test
  void eachRowOfTheDocumentIsOneDepartureAndEachDepartureHasARow() throws IOException {
    String text = Files.readString(Path.of("..", "docs", "eureka.md"));
    int begin = text.indexOf("## What differs on purpose");
    List<String> rows =
        text.substring(begin, text.indexOf("\n## ", begin + 1))
            .lines()
            .filter(line -> line.startsWith("| ") && !line.startsWith("| the original"))
            .toList();
    List<String> phrases = new ArrayList<>(Departure.ELSEWHERE);
    for (Departure departure : Departure.values()) {
      phrases.add(departure.written);
    }
    for (String phrase : phrases) {
      assertThat(rows).filteredOn(row -> row.contains(phrase)).as(phrase).hasSize(1);
    }
    for (String row : rows) {
      assertThat(phrases).filteredOn(row::contains).as("the departure of %s", row).hasSize(1);
    }
  }
}
