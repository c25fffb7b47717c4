package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.Balancing;
import io.roadstead.registry.Balancing.Strategy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What instances say of themselves, and what the gateway makes of it. */
@ExtendWith(NoLeaks.class)
class LoadReportTest {
  private static long read(String text) {
    byte[] bytes = ("xx" + text + "yy").getBytes(StandardCharsets.ISO_8859_1);
    return LoadReport.read(bytes, 2, bytes.length - 4);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "inflight=12, latency=8.4|12|8400000",
        "latency=0.0015,inflight=0|0|1000",
        "inflight=1000000, latency=3600000|1000000|3600000000000",
        "cpu=0.7 , inflight=3 ,\tlatency=20., zone|3|20000000",
        "inflight=2.0,latency=7|2|7000000",
      })
  void aReportIsRead(String text, int inFlight, long nanos) {
    long report = read(text);
    assertThat(report).isNotEqualTo(LoadReport.NONE);
    assertThat(LoadReport.inFlight(report)).isEqualTo(inFlight);
    assertThat(LoadReport.nanos(report)).isEqualTo(nanos);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "inflight=1",
        "latency=1",
        "inflight=-1, latency=1",
        "inflight=1.5, latency=1",
        "inflight=1, latency=1e3",
        "inflight=1, latency=",
        "inflight=1, latency=.5",
        "inflight=1, latency=1.2.3",
        "inflight=1, inflight=1, latency=1",
        "inflight=1, latency=1, latency=1",
        "inflight=1000001, latency=1",
        "inflight=1, latency=3600001",
        "inflight=99999999999999999999, latency=1",
        "Inflight=1, latency=1",
        "inflight=1; latency=1",
      })
  void whatIsNotOfTheFormIsNoReport(String text) {
    assertThat(read(text)).isEqualTo(LoadReport.NONE);
  }

  @Test
  void aLongOneIsNotRead() {
    assertThat(read("inflight=1, latency=1, " + "x".repeat(200))).isEqualTo(LoadReport.NONE);
  }

  private static Origin reporting(String name, String load) {
    return Origin.answering(
        "HTTP/1.1 200 OK\r\nx-roadstead-LOAD: "
            + load
            + "\r\nContent-Length: "
            + name.length()
            + "\r\n\r\n"
            + name);
  }

  @Test
  void prequalPrefersWhoReportsLessAndNoClientSeesTheReport() {
    try (Harbour harbour = new Harbour(config -> config.withLoops(1));
        Origin idle = reporting("idle", "inflight=1, latency=2");
        Origin busy = reporting("busy", "inflight=90, latency=900");
        RawClient client = harbour.client()) {
      harbour.with(idle).with(busy);
      harbour.view.traffic(
          "app", Policies.slowStart(Duration.ZERO).with(Balancing.of(Strategy.PREQUAL)));
      Harbour.await().until(() -> harbour.view.acknowledged() != null);
      int toBusy = 0;
      for (int i = 0; i < 500; i++) {
        RawClient.Answer answer = client.get("/app");
        assertThat(answer.head().toLowerCase(Locale.ROOT)).doesNotContain("roadstead");
        toBusy += answer.body().equals("busy") ? 1 : 0;
      }
      // Five draws of two: both are among them in fifteen of sixteen picks.
      assertThat(toBusy).isBetween(5, 90);
    }
  }

  @Test
  void whatIsMalformedIsIgnoredAndKeptFromClientsToo() {
    try (Harbour harbour = new Harbour();
        Origin odd =
            reporting("odd", "inflight=; latency=\r\nX-Roadstead-Load: inflight=1, latency=1");
        RawClient client = harbour.client()) {
      harbour.with(odd);
      harbour.view.traffic(
          "app", Policies.slowStart(Duration.ZERO).with(Balancing.of(Strategy.PREQUAL)));
      Harbour.await().until(() -> harbour.view.acknowledged() != null);
      RawClient.Answer answer =
          client
              .send(
                  "GET /app HTTP/1.1\r\nHost: a\r\nX-Roadstead-Load: inflight=0, latency=0\r\n\r\n")
              .answer();
      assertThat(answer.body()).isEqualTo("odd");
      assertThat(answer.head().toLowerCase(Locale.ROOT)).doesNotContain("roadstead");
      assertThat(odd.heads.getFirst().toLowerCase(Locale.ROOT)).doesNotContain("roadstead-load");
    }
  }
}
