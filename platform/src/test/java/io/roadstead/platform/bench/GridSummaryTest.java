package io.roadstead.platform.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.roadstead.platform.bench.GridSummary.Gateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class GridSummaryTest {
  @Test
  void itSaysWhatTheHeadOfTheTableSaysAndWhoWasLeftOut() {
    GridSummary summary =
        GridSummary.of(
            List.of(
                "# The grid",
                "508 messages, each sent",
                "| word | what happened |",
                "| | Roadstead | nginx 1.22.1 |",
                "|---|---|---|",
                "| let through | 0 | 19 |",
                "",
                "HAProxy is not installed: skipped."));
    assertThat(summary)
        .isEqualTo(
            new GridSummary(
                508,
                List.of(new Gateway("Roadstead", 0), new Gateway("nginx 1.22.1", 19)),
                List.of("HAProxy is not installed: skipped.")));
    assertThat(summary.text(Path.of("grid.md")))
        .isEqualTo(
            """
            of 508 messages let through:
              Roadstead        0
              nginx 1.22.1     19
            HAProxy is not installed: skipped.
            each of them: grid.md
            """);
  }

  @Test
  void whatIsNoGridIsRefused() {
    assertThatThrownBy(() -> GridSummary.of(List.of("# Something else")))
        .hasMessage("no grid: it names no messages");
  }

  /** The table in the documents is one that the command has written. */
  @Test
  void theTableInTheDocumentsLetsNothingThroughHere() throws IOException {
    GridSummary summary =
        GridSummary.of(Files.readAllLines(Path.of("..").resolve("docs/gateway-grid.md")));
    assertThat(summary.messages()).isGreaterThanOrEqualTo(500);
    assertThat(summary.gateways().getFirst()).isEqualTo(new Gateway("Roadstead", 0));
    assertThat(summary.gateways()).hasSize(3);
  }
}
