package io.roadstead.platform.command;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

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
  void aPlatformWithoutAGatewayThatKeepsUpIsTold() {
    JsonMapper json = JsonMapper.shared();
    String watch = "{\"kind\":\"watch\",\"lagging\":false}";
    String lagging = "{\"kind\":\"gateway\",\"lagging\":true}";
    String well = "{\"kind\":\"gateway\",\"lagging\":false}";
    assertThat(ReadingCommands.Status.hasGateway(json.readTree("[]"))).isFalse();
    assertThat(ReadingCommands.Status.hasGateway(json.readTree("[" + watch + "," + lagging + "]")))
        .isFalse();
    assertThat(ReadingCommands.Status.hasGateway(json.readTree("[" + watch + "," + well + "]")))
        .isTrue();
  }

  @Test
  void theLastLineOfAWaitSaysTheStateOnce() {
    assertThat(Waiting.ending("failed")).isEqualTo("failed");
    assertThat(Waiting.ending("rolled-back")).isEqualTo("ended rolled-back");
  }
}
