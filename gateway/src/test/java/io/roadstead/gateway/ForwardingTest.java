package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Requests and answers, whole and well. Holds for epoll; NIO where the machine has none. */
@ExtendWith(NoLeaks.class)
@SuppressWarnings("StringConcatToTextBlock") // Line breaks are CR LF, and matter.
class ForwardingTest {
  private final Harbour harbour = new Harbour();

  @AfterEach
  void close() {
    harbour.close();
  }

  private String headFor(String request) {
    try (Origin origin = Origin.saying("ok");
        RawClient client = harbour.with(origin).client()) {
      assertThat(client.send(request).answer().status()).isEqualTo(200);
      return origin.heads.getFirst();
    }
  }

  @Test
  void bothConnectionsCarryManyRequests() {
    try (Origin origin = Origin.saying("hello");
        RawClient client = harbour.with(origin).client()) {
      for (int i = 0; i < 20; i++) {
        RawClient.Answer answer = client.get("/app/a?b=c");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("hello");
        assertThat(answer.header("Date")).endsWith("GMT");
      }
      assertThat(origin.accepted).hasValue(1);
      assertThat(origin.heads.getFirst()).startsWith("GET /a?b=c HTTP/1.1\r\nHost: test\r\n");
    }
  }

  @Test
  void hopByHopHeadersStayBehindAndTheRestIsUnchanged() {
    String head =
        headFor(
            "GET /app HTTP/1.1\r\nHost: Shop.Example:81\r\nX-One:  1 \r\nConnection: X-Secret,"
                + " keep-alive\r\nX-Secret: s\r\nKeep-Alive: timeout=5\r\nTE: trailers\r\nTrailer:"
                + " X\r\nUpgrade: websocket\r\nProxy-Connection: close\r\nProxy-Authorization:"
                + " x\r\nX_Under: u\r\nCookie: a=b\r\n\r\n");
    assertThat(head)
        .isEqualTo(
            "GET / HTTP/1.1\r\nHost: Shop.Example:81\r\nX-One:  1 \r\nCookie: a=b\r\n"
                + "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\n"
                + "X-Forwarded-Host: Shop.Example:81\r\n"
                + "Forwarded: for=127.0.0.1;proto=http;host=\"Shop.Example:81\"\r\n"
                + "X-Forwarded-Prefix: /app\r\n\r\n");
  }

  @Test
  void whoForwardedIsWrittenAfresh() {
    String head =
        headFor(
            "GET /app/x HTTP/1.1\r\n"
                + "Host: a\r\n"
                + "X-Forwarded-For: 6.6.6.6\r\n"
                + "x-forwarded-host: evil\r\n"
                + "X-Forwarded-Proto: https\r\n"
                + "X-Forwarded-Prefix: /evil\r\n"
                + "Forwarded: for=6.6.6.6\r\n"
                + "X-Forwarded-Port: 1\r\n\r\n");
    assertThat(head)
        .doesNotContain("evil", "6.6.6.6", "https")
        .contains(
            "X-Forwarded-For: 127.0.0.1\r\n",
            "X-Forwarded-Host: a\r\n",
            "X-Forwarded-Proto: http\r\n",
            "X-Forwarded-Prefix: /app\r\n");
  }

  @Test
  void routesStripTheirPrefixOnlyWhereTheySaySo() {
    try (Origin origin = Origin.saying("ok");
        RawClient client = harbour.client()) {
      harbour
          .with(origin)
          .view
          .route("app", "", "/keep/it", false)
          .route("app", "", "/take/it", true);
      Harbour.await().until(() -> client.get("/take/it").status() == 200);
      origin.heads.clear();
      client.get("/keep/it/%41?q=%2F");
      client.get("/take/it/%41?q=%2F");
      client.get("/t%61ke/it?q");
      assertThat(origin.heads.stream().map(head -> head.lines().findFirst().orElseThrow()))
          .containsExactly(
              "GET /keep/it/%41?q=%2F HTTP/1.1", "GET /%41?q=%2F HTTP/1.1", "GET /?q HTTP/1.1");
    }
  }

  @Test
  void bodiesGoThroughInBothFramings() {
    try (Origin origin =
            new Origin(
                connection -> {
                  for (String request = connection.readRequest();
                      request != null;
                      request = connection.readRequest()) {
                    String body = request.substring(request.indexOf("\r\n\r\n") + 4);
                    connection.write(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + Integer.toHexString(body.length())
                            + ";x=y\r\n"
                            + body
                            + "\r\n0\r\nX-T: u\r\n\r\n");
                  }
                });
        RawClient client = harbour.with(origin).client()) {
      client.send("POST /app HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
      assertThat(client.answer().body()).isEqualTo("hello");
      client.send(
          "POST /app HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
      client.send("2;ext\r\nde\r\n0\r\nX: y\r\n\r\n");
      RawClient.Answer answer = client.answer();
      assertThat(answer.body()).isEqualTo("abcde");
      assertThat(answer.header("Transfer-Encoding")).isEqualTo("chunked");
      assertThat(origin.heads.get(1)).contains("Transfer-Encoding: chunked\r\n");
      assertThat(origin.accepted).hasValue(1);
    }
  }

  @Test
  void tenMegabytesGoBothWaysThroughASlowReader() throws Exception {
    byte[] data = new byte[10 << 20];
    new Random(5).nextBytes(data);
    CountDownLatch readOn = new CountDownLatch(1);
    try (Origin origin =
            new Origin(
                connection -> {
                  connection.readHead();
                  await(readOn);
                  byte[] got = connection.in.readNBytes(data.length);
                  connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + got.length + "\r\n\r\n");
                  connection.out.write(got);
                  connection.out.flush();
                });
        RawClient client = harbour.with(origin).client()) {
      CompletableFuture<Void> sending =
          CompletableFuture.runAsync(
              () -> {
                try {
                  client.send(
                      "PUT /app HTTP/1.1\r\nHost: a\r\nContent-Length: "
                          + data.length
                          + "\r\n\r\n");
                  client.out.write(data);
                  client.out.flush();
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      // Nobody reads: the gateway must stop taking bytes, so the client cannot get rid of them.
      Harbour.await().until(() -> origin.heads.size() == 1);
      assertThat(harbour.gateway().stats().clientConnections()).isEqualTo(1);
      assertThat(sending).isNotDone();
      readOn.countDown();
      sending.get(20, TimeUnit.SECONDS);
      String head = RawClient.readHead(client.in);
      assertThat(head).startsWith("HTTP/1.1 200");
      byte[] back = client.in.readNBytes(data.length);
      assertThat(Arrays.equals(back, data)).isTrue();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("nobody came");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void answersWithoutBodiesAreNotWaitedFor() {
    try (Origin origin =
            new Origin(
                connection -> {
                  for (String request = connection.readRequest();
                      request != null;
                      request = connection.readRequest()) {
                    connection.write(
                        request.startsWith("HEAD")
                            ? "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
                            : request.contains(" /304")
                                ? "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n"
                                : "HTTP/1.1 204 No Content\r\n\r\n");
                  }
                });
        RawClient client = harbour.with(origin).client()) {
      RawClient.Answer head =
          client.send("HEAD /app HTTP/1.1\r\nHost: a\r\n\r\n").answerWithoutBody();
      assertThat(head.header("Content-Length")).isEqualTo("1000");
      assertThat(client.get("/app/304").status()).isEqualTo(304);
      assertThat(client.get("/app/204").status()).isEqualTo(204);
      assertThat(client.get("/app/204").status()).isEqualTo(204);
      assertThat(origin.accepted).hasValue(1);
    }
  }

  @Test
  void anAnswerThatEndsWithItsConnectionBecomesChunked() {
    try (Origin origin =
            new Origin(
                connection -> {
                  connection.readRequest();
                  connection.write("HTTP/1.1 200 OK\r\n\r\nall ");
                  connection.write("of it");
                });
        RawClient client = harbour.with(origin).client()) {
      for (int i = 0; i < 2; i++) {
        RawClient.Answer answer = client.get("/app");
        assertThat(answer.header("Transfer-Encoding")).isEqualTo("chunked");
        assertThat(answer.body()).isEqualTo("all of it");
      }
    }
  }

  @Test
  void oldClientsGetOldAnswers() {
    try (Origin origin =
        Origin.answering(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n")) {
      harbour.with(origin);
      try (RawClient client = harbour.client()) {
        String all = client.send("GET /app HTTP/1.0\r\n\r\n").rest();
        assertThat(all)
            .endsWith("\r\n\r\nok")
            .contains("Connection: close")
            .doesNotContain("chunked");
      }
      assertThat(origin.heads.getFirst()).contains("Host: app\r\n");
    }
    try (Origin origin = Origin.saying("ok")) {
      harbour.view.status("app", harbour.view.onlyInstance("app"), Status.OUT_OF_SERVICE);
      harbour.with(origin);
      Harbour.await().until(() -> harbour.view.acknowledged() != null);
      try (RawClient client = harbour.client()) {
        for (int i = 0; i < 2; i++) {
          client.send("GET /app HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
          assertThat(client.answer().header("Connection")).isEqualTo("keep-alive");
        }
      }
    }
  }

  @Test
  void requestsSentAheadAreAnsweredInOrder() {
    try (Origin origin =
            new Origin(
                connection -> {
                  for (String request = connection.readRequest();
                      request != null;
                      request = connection.readRequest()) {
                    String path = request.substring(5, request.indexOf(' ', 5));
                    connection.write(
                        "HTTP/1.1 200 OK\r\nContent-Length: " + path.length() + "\r\n\r\n" + path);
                  }
                });
        RawClient client = harbour.with(origin).client()) {
      StringBuilder all = new StringBuilder();
      for (int i = 0; i < 500; i++) {
        all.append("GET /app/").append(i).append(" HTTP/1.1\r\nHost: a\r\n\r\n");
        if (i == 250) {
          all.append("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n");
        }
      }
      client.send(all.toString());
      for (int i = 0; i < 500; i++) {
        assertThat(client.answer().body()).isEqualTo("" + i);
        if (i == 250) {
          assertThat(client.answer().status()).isEqualTo(404);
        }
      }
      assertThat(origin.accepted).hasValue(1);
    }
  }

  @Test
  void expectationsAreForwardedAndTheWordToGoOnComesBack() {
    try (Origin origin =
            new Origin(
                connection -> {
                  for (String head = connection.readHead();
                      head != null;
                      head = connection.readHead()) {
                    connection.write("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
                    connection.write("HTTP/1.1 100 Continue\r\n\r\n");
                    String body = RawClient.readBody(head, connection.in);
                    connection.write(
                        "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
                  }
                });
        RawClient client = harbour.with(origin).client()) {
      for (int i = 0; i < 2; i++) {
        client.send(
            "PUT /app HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
        assertThat(client.answer().head()).isEqualTo("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
        assertThat(client.answer().head()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
        assertThat(client.send("ok").answer().body()).isEqualTo("ok");
        assertThat(origin.heads.get(i)).contains("Expect: 100-continue");
      }
    }
  }

  @Test
  void anEarlyAnswerReachesAClientThatIsStillSending() {
    try (Origin origin =
            new Origin(
                connection -> {
                  connection.readHead();
                  connection.write("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
                  connection.in.read();
                });
        RawClient client = harbour.with(origin).client()) {
      client.send("POST /app HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nabc");
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.body()).isEqualTo("no");
      assertThat(answer.header("Connection")).isEqualTo("close");
      assertThat(client.send("more of the body").rest()).isEmpty();
    }
  }

  @Test
  void aClientThatLeavesTakesItsUpstreamConnectionAlong() {
    try (Origin origin =
        new Origin(
            connection -> {
              connection.readRequest();
              assertThat(connection.in.read()).isEqualTo(-1);
            })) {
      harbour.with(origin);
      try (RawClient client = harbour.client()) {
        client.send("GET /app HTTP/1.1\r\nHost: a\r\n\r\n");
        Harbour.await().until(() -> origin.heads.size() == 1);
        assertThat(harbour.figures().inflight()).isEqualTo(1);
      }
      Harbour.await().until(() -> origin.ended.get() == 1);
      Harbour.await().until(() -> harbour.figures().inflight() == 0);
    }
  }

  @Test
  void aNameIsResolvedAndAnUnknownOneFallsBackToTheAddress() {
    try (Origin origin = Origin.saying("ok")) {
      harbour.view.put("app", "a", "localhost", origin.port(), Status.UP);
      harbour.view.put("far", "b", "no-such-host.invalid", origin.port(), Status.UP);
      try (RawClient client = harbour.client()) {
        Harbour.await().until(() -> client.get("/app").status() == 200);
        Harbour.await().until(() -> client.get("/far").status() == 200);
      }
    }
  }

  @Test
  void bytesAboveAsciiInHeadersAreKept() {
    String head = headFor("GET /app HTTP/1.1\r\nHost: a\r\nX-Name: J\u00f6rg\r\n\r\n");
    assertThat(head.getBytes(StandardCharsets.ISO_8859_1))
        .contains("J\u00f6rg".getBytes(StandardCharsets.ISO_8859_1));
  }
}
