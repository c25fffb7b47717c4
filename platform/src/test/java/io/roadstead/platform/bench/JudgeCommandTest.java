package io.roadstead.platform.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.roadstead.platform.Refused;
import io.roadstead.rollout.judge.Rehearsal.Kind;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JudgeCommandTest {
  private record Outcome(int exit, String out, String err) {}

  private static Outcome run(String... args) throws Exception {
    PrintStream out = System.out;
    PrintStream err = System.err;
    var outBytes = new ByteArrayOutputStream();
    var errBytes = new ByteArrayOutputStream();
    JudgeCommand command = new JudgeCommand();
    new CommandLine(command).parseArgs(args);
    try {
      System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
      int exit = command.call();
      return new Outcome(
          exit,
          outBytes.toString(StandardCharsets.UTF_8),
          errBytes.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  @Test
  void aTableGoesToStandardOutputAndProgressToTheOther() throws Exception {
    Outcome outcome = run("--runs", "100", "--seed", "5");
    assertThat(outcome.exit()).isZero();
    assertThat(outcome.out()).startsWith("| the new version is |");
    assertThat(outcome.out().lines()).hasSize(2 + Kind.values().length);
    assertThat(outcome.err().lines())
        .hasSize(Kind.values().length)
        .first()
        .isEqualTo("1 of 8: 100 roll-outs of a version that is as good, 50 ms");
  }

  @Test
  void theJsonIsOneDocumentWithTheMistakesOfEachKind() throws Exception {
    Outcome outcome = run("--runs", "100", "-o", "json");
    assertThat(outcome.out()).hasLineCount(1);
    JsonNode body = JsonMapper.shared().readTree(outcome.out());
    assertThat(body.get("runs").asInt()).isEqualTo(100);
    assertThat(body.get("seed").asLong()).isEqualTo(20261123);
    JsonNode good = body.get("kinds").get(0);
    assertThat(good.get("kind").asString()).isEqualTo("good");
    assertThat(good.get("requestsPerStep").asInt()).isEqualTo(500);
    assertThat(good.get("falseReturns").asDouble()).isBetween(0.0, 0.02);
    assertThat(good.get("missed").isNull()).isTrue();
    JsonNode leak = body.get("kinds").get(Kind.values().length - 1);
    assertThat(leak.get("falseReturns").isNull()).isTrue();
    assertThat(leak.get("missed").asDouble()).isBetween(0.0, 0.05);
    assertThat(
            leak.get("promoted").asInt()
                + leak.get("returned").asInt()
                + leak.get("undecided").asInt())
        .isEqualTo(100);
  }

  @Test
  void whatIsNotPossibleIsRefused() {
    assertThatThrownBy(() -> run("--runs", "99"))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("--runs 99");
    assertThatThrownBy(() -> run("-o", "yaml"))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("-o yaml");
  }
}
