package io.roadstead.platform.demo.screen;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TerminalTest {
  private static final String ENTER = "\u001b[?1049h";
  private static final String LEAVE = "\u001b[?25h\u001b[?1049l";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final List<Boolean> told = new ArrayList<>();
  private final Terminal terminal =
      new Terminal(new PrintStream(bytes, true, StandardCharsets.UTF_8), told::add);

  private String written() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void itIsEnteredWithTheFirstFrameAndGivenBackOnce() {
    terminal.show(List.of("one", "two"));
    terminal.show(List.of("three"));
    terminal.close();
    terminal.close();
    assertThat(written()).startsWith(ENTER).endsWith(LEAVE).contains("one", "two", "three");
    assertThat(written()).containsOnlyOnce(ENTER).containsOnlyOnce(LEAVE);
    assertThat(told).containsExactly(true, false);
  }

  @Test
  void aFrameIsOnePieceThatClearsOnlyWhatItDoesNotWrite() {
    terminal.show(List.of("one"));
    bytes.reset();
    terminal.show(List.of("one", "two"));
    assertThat(written()).doesNotContain("\u001b[2J");
    assertThat(written()).contains("one\u001b[K\r\ntwo\u001b[K\u001b[J");
  }

  @Test
  void nothingIsShownAfterTheEndNorGivenBackThatWasNotTaken() {
    terminal.close();
    terminal.show(List.of("late"));
    assertThat(written()).isEmpty();
    assertThat(told).isEmpty();
  }

  @Test
  void itsSizeIsWhatSttySaysAndTheUsualOneWhereThatIsNothing() {
    assertThat(Terminal.size("30 100\n")).isEqualTo(new Terminal.Size(100, 30));
    assertThat(Terminal.size("0 0\n")).isEqualTo(Terminal.Size.USUAL);
    assertThat(Terminal.size("")).isEqualTo(Terminal.Size.USUAL);
  }
}
