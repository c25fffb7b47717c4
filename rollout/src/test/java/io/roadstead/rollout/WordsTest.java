package io.roadstead.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class WordsTest {
  private static Exit exited(int code) {
    return new Exit(OptionalInt.of(code), "");
  }

  @Test
  void anExitThatALineOfSeveralCommandsExplainsSaysHowToWriteThem() {
    assertThat(Words.fix(exited(0), true)).contains("sh -c");
    assertThat(Words.fix(exited(127), true)).contains("install it", "sh -c");
    assertThat(Words.fix(exited(126), true)).contains("chmod +x");
  }

  @Test
  void anExitThatSaysEnoughIsLeftAsItIs() {
    assertThat(Words.fix(exited(0), false)).isEmpty();
    assertThat(Words.fix(exited(1), true)).isEmpty();
  }
}
