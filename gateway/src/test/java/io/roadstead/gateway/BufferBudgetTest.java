package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoLeaks.class)
class BufferBudgetTest {
  private static final int LARGE = 40_000_000;
  private static final byte[] PIECE = new byte[64 * 1024];
  private static final GatewayStats.Counter SMALL_BUFFERS =
      new GatewayStats.Counter("memory_limited", "effect", "small_buffers");
  private static final GatewayStats.Counter BODY_NOT_KEPT =
      new GatewayStats.Counter("memory_limited", "effect", "body_not_kept");

  private static UnaryOperator<GatewayConfig> budget(long bytes) {
    return config ->
        config.withLimits(
            new GatewayLimits(
                config.limits().head(), 1000, 256, 64 * 1024, 256 * 1024, 64 * 1024, bytes));
  }

  /** Sends an answer for which nothing between here and the client has room. */
  private static Origin flooding() {
    return new Origin(
        connection -> {
          while (connection.readRequest() != null) {
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n");
            for (int sent = 0; sent < LARGE; sent += PIECE.length) {
              connection.out.write(PIECE, 0, Math.min(PIECE.length, LARGE - sent));
            }
          }
        });
  }

  private static long counted(Harbour harbour, GatewayStats.Counter counter) {
    return harbour.gateway().stats().counters().getOrDefault(counter, 0L);
  }

  private static List<RawClient> slowReaders(Harbour harbour, int count) {
    List<RawClient> readers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      readers.add(harbour.client().send("GET /app HTTP/1.1\r\nHost: a\r\n\r\n"));
    }
    return readers;
  }

  @Test
  void aReaderThatTakesNothingMayFillItsWaterMarkWhileThereIsRoom() {
    try (Harbour harbour = new Harbour(budget(64L << 20));
        Origin origin = flooding()) {
      List<RawClient> readers = slowReaders(harbour.with(origin), 1);
      Harbour.await().until(() -> harbour.gateway().bufferedBytes() > 200 * 1024);
      assertThat(harbour.gateway().bufferedBytes()).isLessThan(600 * 1024);
      assertThat(counted(harbour, SMALL_BUFFERS)).isZero();
      readers.forEach(RawClient::close);
      Harbour.await().until(() -> harbour.gateway().bufferedBytes() == 0);
    }
  }

  @Test
  void beyondTheBudgetEachConnectionGetsAShare() {
    int budget = 600_000;
    int readers = 20;
    try (Harbour harbour = new Harbour(budget(budget));
        Origin origin = flooding()) {
      List<RawClient> first = slowReaders(harbour.with(origin), 2);
      Harbour.await().until(() -> harbour.gateway().bufferedBytes() > budget / 4);
      long before = harbour.gateway().bufferedBytes();
      List<RawClient> more = slowReaders(harbour, readers);
      Harbour.await()
          .until(() -> counted(harbour, SMALL_BUFFERS) >= readers && origin.heads.size() == 22);
      Harbour.await()
          .during(java.time.Duration.ofMillis(300))
          .until(
              () ->
                  harbour.gateway().bufferedBytes()
                      <= before + readers * (BufferBudget.SHARE + 200L));
      first.forEach(RawClient::close);
      more.forEach(RawClient::close);
      Harbour.await().until(() -> harbour.gateway().bufferedBytes() == 0);
    }
  }

  @Test
  void anAnswerArrivesWholeWithSmallBuffers() throws IOException {
    try (Harbour harbour = new Harbour(budget(0));
        Origin origin = flooding();
        RawClient blocked = harbour.with(origin).client();
        RawClient client = harbour.client()) {
      blocked.send("GET /app HTTP/1.1\r\nHost: a\r\n\r\n");
      Harbour.await().until(() -> harbour.gateway().bufferedBytes() > 0);
      client.send("GET /app HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(RawClient.readHead(client.in)).startsWith("HTTP/1.1 200");
      client.in.skipNBytes(LARGE);
      assertThat(counted(harbour, SMALL_BUFFERS)).isPositive();
    }
  }

  @Test
  void aBodyIsNotKeptToBeSentAgainWhenTheBudgetIsSpent() {
    try (Harbour harbour = new Harbour(budget(0));
        Origin origin = flooding();
        Origin app = Origin.saying("stored");
        RawClient blocked = harbour.with(origin).client()) {
      blocked.send("GET /app HTTP/1.1\r\nHost: a\r\n\r\n");
      Harbour.await().until(() -> harbour.gateway().bufferedBytes() > 0);
      harbour.view.up("other", "other-1", app.port());
      try (RawClient client = harbour.client()) {
        Harbour.await().until(() -> client.get("/other").status() == 200);
        RawClient.Answer answer =
            client
                .send("PUT /other HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
                .answer();
        assertThat(answer.body()).isEqualTo("stored");
        assertThat(counted(harbour, BODY_NOT_KEPT)).isEqualTo(1);
      }
    }
  }

  @Test
  void aBodyThatIsKeptCountsUntilItsAnswer() {
    try (Harbour harbour = new Harbour();
        Origin origin = Origin.saying("stored");
        RawClient client = harbour.with(origin).client()) {
      client.send("PUT /app HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
      Harbour.await().until(() -> harbour.gateway().bufferedBytes() >= 3);
      assertThat(client.send("lo").answer().body()).isEqualTo("stored");
      Harbour.await().until(() -> harbour.gateway().bufferedBytes() == 0);
      assertThat(counted(harbour, BODY_NOT_KEPT)).isZero();
    }
  }
}
