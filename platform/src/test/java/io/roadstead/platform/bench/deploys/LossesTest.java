package io.roadstead.platform.bench.deploys;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of requests that failed. */
class LossesTest {
  private static final long MILLI = 1_000_000;
  private static final long BEGUN = 5_000 * MILLI;
  private static final long WALL = 1_700_000_000_000L;

  @TempDir Path folder;

  private static Loss loss(String trace, String service, long sentMillis, long endedMillis) {
    return new Loss(
        "keep-alive",
        trace,
        service,
        BEGUN + sentMillis * MILLI,
        BEGUN + endedMillis * MILLI,
        "status 502");
  }

  private static Losses losses() {
    return new Losses(
        BEGUN,
        WALL,
        List.of(
            new Losses.Step("orders", "7", "drain", "orders-1", WALL + 900, WALL + 1_050),
            new Losses.Step("orders", "7", "stop", "orders-1", WALL + 1_060, WALL + 1_100),
            new Losses.Step("cart", "3", "drain", "cart-1", WALL + 900, WALL + 1_050)),
        List.of(
            new Losses.Kill("orders", "orders-2", BEGUN + 2_000 * MILLI, BEGUN + 3_000 * MILLI)),
        500 * MILLI);
  }

  @Test
  void eachIsToldWithTheStepsOfItsServiceAndTheGatewaysLine() throws Exception {
    String trace = Traced.trace(1, 41);
    Path log = folder.resolve("access.log");
    Files.writeString(
        folder.resolve("access.log.1"),
        "{\"referer\":\""
            + trace
            + "\",\"instance\":\"orders-1\",\"version\":\"6\",\"status\":502,"
            + "\"reason\":\"upstream-closed\",\"tries\":1}\n{\"referer\":\"another\"}\n");

    List<Losses.Told> told =
        losses()
            .told(
                List.of(
                    loss(Traced.trace(1, 42), "orders", 3_100, 3_200),
                    loss(trace, "orders", 1_000, 1_040)),
                log);

    assertThat(told).hasSize(2);
    Losses.Told first = told.getFirst();
    assertThat(first.words())
        .contains("keep-alive to orders, instance orders-1, version 6, at 1040 ms after 40 ms")
        .contains("status 502", "reason upstream-closed", "drain orders-1 from -140 to 10 ms")
        .doesNotContain("stop", "cart", "kill");
    assertThat(first.json().path("by").asString("")).isEqualTo("deployment");
    assertThat(told.getLast().words()).contains("no line of it", "none under way", "by a kill");
  }

  @Test
  void aKillHasWhatFailsOfItsServiceUntilAWhileAfterThatIsWhole() {
    List<Boolean> byKill =
        losses()
            .told(
                List.of(
                    loss("a", "orders", 1_990, 1_999),
                    loss("b", "orders", 1_990, 2_000),
                    loss("c", "cart", 2_100, 2_200),
                    loss("d", "orders", 3_400, 3_500),
                    loss("e", "orders", 3_400, 3_501)),
                folder.resolve("none").resolve("access.log"))
            .stream()
            .map(Losses.Told::byKill)
            .toList();
    assertThat(byKill).containsExactly(false, true, false, true, false);
  }

  @Test
  void everyRequestHasATraceOfItsOwn() {
    byte[] request =
        ("GET / HTTP/1.1\r\n" + Traced.header() + "\r\n").getBytes(StandardCharsets.US_ASCII);
    Traced traced = new Traced(request, 3, "");
    assertThat(Traced.trace(3, 7)).hasSize(32).isNotEqualTo(Traced.trace(2, 7)).endsWith("8");
    assertThat(traced.ask(7)).isNotNull();
    assertThat(Traced.header(Traced.trace(3, 7))).hasSameSizeAs(Traced.header());
  }
}
