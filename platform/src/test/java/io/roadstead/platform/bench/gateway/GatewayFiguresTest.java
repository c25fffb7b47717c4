package io.roadstead.platform.bench.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.roadstead.platform.Refused;
import io.roadstead.platform.bench.gateway.GatewayFigures.Measured;
import io.roadstead.platform.bench.gateway.GatewayFigures.Row;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GatewayFiguresTest {
  private static final String REPORT =
      """
      Running 2s test @ http://127.0.0.1:19101/
        1 threads and 64 connections
        Thread Stats   Avg      Stdev     Max   +/- Stdev
          Latency     1.49ms    3.25ms  41.64ms   95.42%
        Latency Distribution
           50%  655.00us
           75%    1.02ms
           90%    2.72ms
           99%    1.20s
        92345 requests in 2.01s, 27.12MB read
      Requests/sec:  45942.79
      Transfer/sec:     13.49MB
      """;

  @Test
  void whatWrkSaysIsReadInItsUnits() {
    Wrk wrk = Wrk.parse("nginx", REPORT);
    assertThat(wrk.requests()).isEqualTo(92_345);
    assertThat(wrk.perSecond()).isEqualTo(45_942.79);
    assertThat(wrk.medianMicros()).isEqualTo(655);
    assertThat(wrk.p99Micros()).isEqualTo(1_200_000);
  }

  @Test
  void aMeasurementWithErrorsIsNone() {
    assertThatThrownBy(() -> Wrk.parse("HAProxy", REPORT + "  Non-2xx or 3xx responses: 12\n"))
        .isInstanceOf(Refused.class)
        .hasMessage("HAProxy did not answer every request well: Non-2xx or 3xx responses: 12");
  }

  @Test
  void costsAreComparedWithinARoundAndNotAcrossThem() {
    // The machine was twice as slow in the second round, for both.
    Row nginx = row("nginx", 10, 20, 10);
    Row ours = row("Roadstead", 11, 22, 11);
    assertThat(ours.costBeside(nginx)).isCloseTo(1.1, within(1e-9));
    assertThat(nginx.cpuMicros()).isEqualTo(10);
    assertThat(ours.mostCpuMicros()).isEqualTo(22);
  }

  @Test
  void theTableNamesEachLoadAndProxy() {
    GatewayFigures figures =
        new GatewayFigures(
            3,
            2,
            List.of("nginx 1", "Roadstead 2"),
            List.of(row("nginx", 10, 10, 10), row("Roadstead", 9, 9, 9)),
            Map.of("nginx", 1500.0),
            Map.of("nginx", 22L << 20),
            Map.of("Roadstead", 64.0));
    assertThat(figures.table())
        .contains("| small | Roadstead | 9.0 [9.0–9.0] | 2.0 | 0.90 | 1,000 | 0.5 ms |")
        .contains("| nginx | 1.50 ms | 22 MiB | – |")
        .contains("| Roadstead | – | – | 64 B |")
        .contains("Median of 3 rounds of 2 s in turns. nginx 1; Roadstead 2.");
  }

  @Test
  void peersAreNamedAndUnknownOnesRefused() {
    assertThat(Peer.parse("nginx,haproxy, zuul")).containsExactly(Peer.HAPROXY, Peer.ZUUL);
    assertThat(Peer.parse("nginx-large,spring")).containsExactly(Peer.NGINX_LARGE, Peer.SPRING);
    assertThatThrownBy(() -> Peer.parse("envoy"))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("there is no 'envoy', but nginx, nginx-large, haproxy, zuul, spring");
  }

  private static Row row(String proxy, double... cpu) {
    return new Row(
        "small",
        proxy,
        java.util.Arrays.stream(cpu)
            .mapToObj(micros -> new Measured(2_000, 1_000, 500, micros, 2))
            .toList());
  }
}
