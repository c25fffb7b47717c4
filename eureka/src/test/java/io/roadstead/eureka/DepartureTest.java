package io.roadstead.eureka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What differs from the original is written down, and what is written down is held by a test, which
 * the document names: {@link Departure} is the one source of both.
 */
final class DepartureTest {
  /** How each row ends, by words of it. */
  private static Map<String, String> expected() {
    Map<String, String> expected = new LinkedHashMap<>();
    for (Departure departure : Departure.values()) {
      expected.put(departure.written, "| `OracleProof`: " + departure.name() + " |");
    }
    for (Departure.Elsewhere other : Departure.ELSEWHERE) {
      expected.put(other.written(), "| `" + other.test() + "` |");
    }
    return expected;
  }

  @Test
  void eachRowOfTheDocumentNamesTheTestThatHoldsItAndNoneIsMissing() throws IOException {
    String text = Files.readString(Path.of("..", "docs", "eureka.md"));
    int begin = text.indexOf("## What differs on purpose");
    List<String> rows =
        text.substring(begin, text.indexOf("\n## ", begin + 1))
            .lines()
            .filter(line -> line.startsWith("| ") && !line.startsWith("| the original |"))
            .toList();
    Map<String, String> expected = expected();
    assertThat(expected).as("no two departures with the same words").hasSize(rows.size());
    expected.forEach(
        (written, end) ->
            assertThat(rows.stream().filter(row -> row.contains(written)).toList())
                .as(written)
                .singleElement()
                .asString()
                .endsWith(end));
    for (String row : rows) {
      assertThat(expected.keySet()).filteredOn(row::contains).as("of %s", row).hasSize(1);
    }
  }

  @Test
  void eachTestThatTheDocumentNamesIsThere() throws IOException {
    for (Departure.Elsewhere other : Departure.ELSEWHERE) {
      String[] test = other.test().split("\\.", -1);
      assertThat(source(test[0])).as(other.test()).contains("\n  void " + test[1] + "(");
    }
  }

  private static String source(String test) throws IOException {
    StringBuilder source = new StringBuilder();
    try (Stream<Path> modules = Files.list(Path.of(".."))) {
      for (Path tests :
          modules.map(m -> m.resolve("src/test/java")).filter(Files::isDirectory).toList()) {
        try (Stream<Path> files = Files.walk(tests)) {
          files
              .filter(file -> file.endsWith(test + ".java"))
              .map(DepartureTest::read)
              .forEach(source::append);
        }
      }
    }
    return source.toString();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
