package io.roadstead.platform.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StatusTableTest {
  @Test
  void aReasonIsToldWithoutWhatTheInstanceWrote() {
    assertThat(
            ReadingCommands.Status.brief(
                "a-1: ended before it was available: exit code 3; it last wrote: oh no | again"))
        .isEqualTo("a-1: ended before it was available: exit code 3");
  }

  @Test
  void aLongReasonIsCutToOneShortLine() {
    assertThat(ReadingCommands.Status.brief("word ".repeat(100) + "\nsecond line"))
        .hasSizeLessThanOrEqualTo(80)
        .endsWith("word…");
    assertThat(ReadingCommands.Status.brief("a line\nsecond line")).isEqualTo("a line");
    assertThat(ReadingCommands.Status.brief("")).isEmpty();
  }

  @Test
  void theLastLineOfAWaitSaysTheStateOnce() {
    assertThat(Waiting.ending("failed")).isEqualTo("failed");
    assertThat(Waiting.ending("rolled-back")).isEqualTo("ended rolled-back");
  }
}
