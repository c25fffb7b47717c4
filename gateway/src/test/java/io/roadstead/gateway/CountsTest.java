package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class CountsTest {
  private static final String UPGRADE =
      "GET /app HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

  @Test
  void everyRequestIsCountedByRouteServiceVersionAndStatus() {
    try (Harbour harbour = new Harbour();
        Origin origin = Origin.saying("ok");
        RawClient client = harbour.with(origin).client()) {
      for (int i = 0; i < 10; i++) {
        client.get("/app");
      }
      client.get("/nowhere");
      GatewayStats stats = harbour.gateway().stats();
      assertThat(stats.requests())
          .anySatisfy(
              one -> {
                assertThat(one.route()).isEqualTo("/app/**");
                assertThat(one.service()).isEqualTo("app");
                assertThat(one.version()).isEqualTo("v1");
                assertThat(one.byStatus()).isEqualTo(Map.of("2xx", 10L));
                assertThat(one.duration().count()).isEqualTo(10);
                assertThat(one.duration().sumSeconds()).isBetween(1e-6, 10.0);
                assertThat(one.duration().quantileNanos(0.5)).isBetween(1_000L, 5_000_000_000L);
              })
          .anySatisfy(
              one -> {
                assertThat(one.service()).isEmpty();
                assertThat(one.byStatus()).isEqualTo(Map.of("4xx", 1L));
              });
      assertThat(harbour.figures().inflight()).isZero();
      assertThat(harbour.figures().connections())
          .isEqualTo(Map.of("idle", 1, "busy", 0, "connecting", 0));
      assertThat(stats.instances().values())
          .singleElement()
          .satisfies(one -> assertThat(one.requests()).isEqualTo(10));
      assertThat(stats.clientConnections()).isEqualTo(1);
    }
  }

  @Test
  void whatAnInstanceFailsCountsForItsVersion() throws IOException {
    try (Harbour harbour = new Harbour();
        Origin rude = new Origin(Origin.Connection::readRequest);
        RawClient client = harbour.with(rude).client()) {
      assertThat(client.get("/app").header("X-Roadstead-Reason")).isEqualTo("upstream-closed");
      rude.stopListening();
      assertThat(client.get("/app").header("X-Roadstead-Reason")).isEqualTo("connect-failed");
      assertThat(harbour.gateway().stats().requests())
          .filteredOn(one -> one.service().equals("app"))
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.version()).isEqualTo("v1");
                assertThat(one.byStatus()).isEqualTo(Map.of("5xx", 2L));
                assertThat(one.duration().count()).isEqualTo(2);
              });
    }
  }

  @Test
  void whatNoAnswerCameToInTimeCountsForItsVersion() {
    try (Harbour harbour = new Harbour(Harbour.timeouts(Duration.ofMillis(300)));
        Origin silent =
            new Origin(connection -> connection.in.transferTo(OutputStream.nullOutputStream()));
        RawClient client = harbour.with(silent).client()) {
      assertThat(client.get("/app").status()).isEqualTo(504);
      assertThat(harbour.gateway().stats().requests())
          .filteredOn(one -> one.service().equals("app"))
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.version()).isEqualTo("v1");
                assertThat(one.byStatus()).isEqualTo(Map.of("5xx", 1L));
              });
    }
  }

  /** What ended otherwise than it should have after its head had gone to the client. */
  @Test
  void anAnswerThatIsCutCountsAsAnErrorOfItsVersion() {
    assertCut("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", Map.of("5xx", 1L));
    assertCut(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", Map.of("5xx", 1L));
    assertCut(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", Map.of("5xx", 1L));
  }

  /** A stream is counted as it begins: that it was cut is one more. */
  @Test
  void anEventStreamThatIsCutCountsAsAnErrorOfItsVersion() {
    String stream =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    assertCut(stream + "9\r\ndata: 1\n\n\r\n", Map.of("2xx", 1L, "5xx", 1L));
    assertCut(stream + "0\r\n\r\n", Map.of("2xx", 1L));
  }

  @Test
  void aWebSocketThatIsCutCountsAsAnErrorOfItsVersion() {
    String granted =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    assertCut(UPGRADE, granted + "\u0081\u0002hi", Map.of("1xx", 1L, "5xx", 1L));
    assertCut(UPGRADE, granted + "\u0081\u0002hi\u0088\u0000", Map.of("1xx", 1L));
  }

  private static void assertCut(String answer, Map<String, Long> counted) {
    assertCut("GET /app HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", answer, counted);
  }

  private static void assertCut(String request, String answer, Map<String, Long> counted) {
    try (Harbour harbour = new Harbour();
        Origin cutting =
            new Origin(
                connection -> {
                  connection.readRequest();
                  connection.write(answer);
                })) {
      try (RawClient client = harbour.with(cutting).client()) {
        client.send(request).rest();
      }
      Harbour.await()
          .untilAsserted(
              () ->
                  assertThat(harbour.gateway().stats().requests())
                      .filteredOn(one -> one.service().equals("app"))
                      .singleElement()
                      .satisfies(
                          one -> {
                            assertThat(one.version()).isEqualTo("v1");
                            assertThat(one.byStatus()).as(answer).isEqualTo(counted);
                          }));
    }
  }

  @Test
  void anAnswerThatStandsStillCountsAsAnErrorOfItsVersion() {
    try (Harbour harbour = new Harbour(Harbour.timeouts(Duration.ofMillis(300)));
        Origin stuck =
            new Origin(
                connection -> {
                  connection.readRequest();
                  connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
                  connection.in.transferTo(OutputStream.nullOutputStream());
                });
        RawClient client = harbour.with(stuck).client()) {
      client.send("GET /app HTTP/1.1\r\nHost: a\r\n\r\n").rest();
      assertThat(harbour.gateway().stats().requests())
          .filteredOn(one -> one.service().equals("app"))
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.version()).isEqualTo("v1");
                assertThat(one.byStatus()).isEqualTo(Map.of("5xx", 1L));
              });
    }
  }

  @Test
  void bucketsHoldWhatTheySay() {
    for (long nanos = 1; nanos < 1L << 36; nanos += 1 + nanos / 7) {
      int bucket = Latencies.bucket(nanos);
      assertThat(nanos).isLessThan(Latencies.upperNanos(bucket));
      if (bucket > 0) {
        assertThat(nanos).isGreaterThanOrEqualTo(Latencies.upperNanos(bucket - 1));
      }
    }
  }

  @Test
  void oneConnectionMoreThanAllowedIsClosedAtOnce() {
    try (Harbour harbour =
            new Harbour(
                config ->
                    config.withLimits(
                        new GatewayLimits(
                            config.limits().head(),
                            2,
                            256,
                            65536,
                            256 * 1024,
                            64 * 1024,
                            1 << 20)));
        RawClient one = harbour.client();
        RawClient two = harbour.client()) {
      assertThat(one.get("/x").status()).isEqualTo(404);
      assertThat(two.get("/x").status()).isEqualTo(404);
      try (RawClient three = harbour.client()) {
        assertThat(three.rest()).isEmpty();
      }
      assertThat(one.send("GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").rest())
          .isNotEmpty();
      Harbour.await().until(() -> harbour.gateway().stats().clientConnections() == 1);
      try (RawClient four = harbour.client()) {
        assertThat(four.get("/x").status()).isEqualTo(404);
      }
      assertThat(harbour.gateway().stats().refusedConnections()).isEqualTo(1);
    }
  }
}
