package io.roadstead.platform.demo.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The screen is a function of what is to be shown and how much room there is. */
class ScreenTest {
  private static final Look PLAIN = new Look(false, true);
  private static final String NOW =
      "Killing the platform with kill -9: gateway and services go on without it.";

  private static View view(boolean platformUp, String message) {
    List<String> told = IntStream.range(0, 100).mapToObj(i -> "sentence " + i).toList();
    List<View.Event> events =
        IntStream.range(0, 40)
            .mapToObj(i -> new View.Event("12:00:00", "instance.available", message + " " + i))
            .toList();
    return new View(
        NOW,
        Duration.ofSeconds(23),
        Optional.of(Duration.ofSeconds(60)),
        platformUp,
        List.of(
            new View.Service("catalogue", "4.0", 2, 2, Optional.of(260L), ""),
            new View.Service("orders", "1.0", 0, 1, Optional.empty(), "1.0 > 2.0: probe")),
        Optional.of(
            new View.Load(261, 2.25, 18.4, List.of(1.0, 10.0, 100.0, 1000.0), 6_021, 0, 12)),
        told,
        events,
        "http://127.0.0.1:16063/",
        "http://127.0.0.1:19147");
  }

  private static List<String> lines(int columns, int rows) {
    return Screen.lines(view(true, "takes traffic"), columns, rows, PLAIN);
  }

  @ParameterizedTest
  @CsvSource({"200,60", "100,30", "80,24", "60,18", "60,12", "40,10", "20,5", "1,1"})
  void noLineIsWiderAndThereAreNoMoreThanTheTerminalHas(int columns, int rows) {
    assertThat(lines(columns, rows))
        .hasSizeLessThanOrEqualTo(rows)
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(columns));
  }

  @Test
  void aUsualTerminalShowsAllParts() {
    List<String> lines = lines(80, 24);
    assertThat(lines.getFirst()).startsWith("Roadstead demo").endsWith("0:23 of 1:00");
    assertThat(String.join("\n", lines))
        .contains(NOW)
        .contains("catalogue   4.0     2/2      260")
        .contains("orders      1.0     0/1          1.0 > 2.0: probe")
        .contains("6,021 requests · 261/s · 0 failed · 12 deployments")
        .contains("p50 2.3 ms · p99 18.4 ms")
        .contains("sentence 99", "EVENTS", "takes traffic 39")
        .doesNotContain("sentence 0\n");
    assertThat(lines.getLast()).startsWith("console http://127.0.0.1:16063/");
  }

  @Test
  void sixtyColumnsBreakTheSentenceAndTheAddressesAndLeaveTheFiguresWhole() {
    List<String> lines = lines(60, 24);
    assertThat(lines.get(1))
        .isEqualTo("Killing the platform with kill -9: gateway and services go");
    assertThat(lines.get(2)).isEqualTo("on without it.");
    assertThat(lines).contains("6,021 requests · 261/s · 0 failed · 12 deployments");
    assertThat(lines.get(lines.size() - 2)).isEqualTo("console http://127.0.0.1:16063/");
    assertThat(lines.getLast()).isEqualTo("gateway http://127.0.0.1:19147 · Ctrl-C ends");
  }

  @Test
  void fewRowsKeepTheServicesAndTheLoadAndDropTheEvents() {
    assertThat(String.join("\n", lines(80, 14)))
        .contains("catalogue", "6,021 requests", "sentence 99", "console")
        .doesNotContain("EVENTS");
  }

  @Test
  void aPlatformThatDoesNotAnswerIsSaidInPlaceOfTheRollOuts() {
    assertThat(String.join("\n", Screen.lines(view(false, ""), 80, 24, PLAIN)))
        .contains("the platform does not answer")
        .doesNotContain("ROLL-OUT");
  }

  @Test
  void whatComesFromOutsideCannotSteerTheTerminal() {
    assertThat(Screen.lines(view(true, "\u001b[2J\u009b31m\r\nnext"), 80, 24, PLAIN))
        .allSatisfy(line -> assertThat(line).doesNotContainPattern("\\p{Cntrl}|\u009b"));
  }

  @Test
  void coloursDoNotCountAndEndWithTheirLine() {
    List<String> plain = lines(80, 24);
    List<String> coloured = Screen.lines(view(true, "takes traffic"), 80, 24, new Look(true, true));
    assertThat(coloured).isNotEqualTo(plain);
    assertThat(coloured.stream().map(l -> l.replaceAll("\u001b\\[[0-9;]*m", "")).toList())
        .isEqualTo(plain);
    assertThat(coloured)
        .filteredOn(line -> line.contains("\u001b"))
        .allSatisfy(line -> assertThat(line.lastIndexOf("\u001b[0m")).isPositive());
  }

  @Test
  void aTerminalWithoutUnicodeGetsOnlyAscii() {
    assertThat(Screen.lines(view(true, "→ UP"), 60, 24, new Look(false, false)))
        .allSatisfy(line -> assertThat(line).matches("\\p{ASCII}*"));
  }

  @Test
  void beforeTheLoadThereAreNoFigures() {
    View view = view(true, "");
    View before =
        new View(
            "Bringing the shop up.",
            Duration.ZERO,
            Optional.empty(),
            true,
            List.of(),
            Optional.empty(),
            view.told(),
            List.of(),
            view.console(),
            view.gateway());
    List<String> lines = Screen.lines(before, 80, 24, PLAIN);
    assertThat(lines.getFirst()).endsWith("getting ready");
    assertThat(String.join("\n", lines)).doesNotContain("p50", "EVENTS");
  }
}
