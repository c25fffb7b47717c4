package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients are told when something is wrong, and what is tried before that. */
@ExtendWith(NoLeaks.class)
@SuppressWarnings("StringConcatToTextBlock") // Line breaks are CR LF, and matter.
class FailureTest {
  private Harbour harbour = new Harbour();

  @AfterEach
  void close() {
    harbour.close();
  }

  private void harbour(UnaryOperator<GatewayConfig> change) {
    harbour = new Harbour(change);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void assertProblem(RawClient.Answer answer, int status, String code) {
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    assertThat(answer.header("X-Roadstead-Reason")).isEqualTo(code);
    assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    assertThat(answer.body())
        .startsWith("{\"type\":\"about:blank\"")
        .contains("\"status\":" + status, "\"code\":\"" + code + "\"", "\"detail\":\"");
  }

  @Test
  void whoRefusesAConnectionIsToldOfOnceASecond() throws IOException {
    try (Origin good = Origin.saying("good");
        RawClient client = harbour.client()) {
      harbour.view.up("app", "bad", freePort());
      harbour.view.up("app", "good", good.port());
      Harbour.await().until(() -> harbour.view.acknowledged() != null);
      for (int i = 0; i < 30; i++) {
        assertThat(client.get("/app").body()).isEqualTo("good");
      }
      assertThat(harbour.view.refusals).isNotEmpty().allMatch("bad"::equals);
      // One a second and loop: thirty requests take much less.
      assertThat(harbour.view.refusals.size()).isLessThanOrEqualTo(4);
    }
  }

  @Test
  void whoClosesAConnectionHasNotRefusedIt() {
    try (Origin rude = new Origin(Origin.Connection::readRequest);
        RawClient client = harbour.client()) {
      harbour.view.up("app", "rude", rude.port());
      Harbour.await().until(() -> harbour.view.acknowledged() != null);
      assertThat(client.get("/app").status()).isEqualTo(502);
      assertThat(harbour.view.refusals).isEmpty();
    }
  }

  @Test
  void aPathWithoutARouteIsNotFound() {
    try (RawClient client = harbour.client()) {
      RawClient.Answer answer = client.get("/nobody/\"quoted\"");
      assertProblem(answer, 404, "no-route");
      assertThat(answer.body()).contains("/nobody/\\\"quoted\\\"");
      assertProblem(client.get("/again"), 404, "no-route");
    }
  }

  @Test
  void aServiceWithoutInstanceSaysWhy() {
    harbour.view.service("app");
    harbour.view.put("other", "a", "127.0.0.1", 1, Status.DRAINING);
    harbour.view.put("other", "b", "127.0.0.1", 1, Status.STARTING);
    try (RawClient client = harbour.client()) {
      RawClient.Answer answer = client.get("/app");
      assertProblem(answer, 503, "no-instance");
      assertThat(answer.body()).contains("no instance registered");
      answer = client.get("/other");
      assertProblem(answer, 503, "no-instance");
      assertThat(answer.body()).contains("1 draining, 1 starting");
    }
  }

  @Test
  void thePlatformsOwnPortsAndLinkLocalAddressesAreNeverRoutedTo() throws IOException {
    int own = freePort();
    harbour(config -> config.withOwnPorts(java.util.Set.of(own)));
    harbour.view.up("app", "a", own);
    harbour.view.put("meta", "b", "169.254.169.254", 80, Status.UP);
    harbour.view.put("self", "c", "localhost", harbour.gateway().address().getPort(), Status.UP);
    Harbour.await().until(() -> harbour.view.acknowledged() != null);
    try (RawClient client = harbour.client()) {
      assertThat(client.get("/app").body()).contains("platform's own ports");
      assertThat(client.get("/meta").body()).contains("link-local");
      assertThat(client.get("/self").body()).contains("platform's own ports");
    }
  }

  @Test
  void aRefusedConnectionGoesToAnotherInstanceBodyAndAll() throws IOException {
    try (Origin origin = Origin.saying("ok")) {
      harbour.with(origin).view.up("app", "dead-1", freePort()).up("app", "dead-2", freePort());
      try (RawClient client = harbour.client()) {
        for (int i = 0; i < 30; i++) {
          client.send("POST /app HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
          assertThat(client.answer().status()).isEqualTo(200);
        }
      }
      assertThat(origin.heads).hasSize(30);
      assertThat(harbour.retries(RetryReason.CONNECT_FAILED)).isBetween(1L, 30L);
    }
  }

  @Test
  void whereNobodyAcceptsTheClientIsToldWho() throws IOException {
    int port = freePort();
    harbour.view.up("app", "dead", port);
    try (RawClient client = harbour.client()) {
      RawClient.Answer answer = client.get("/app");
      assertProblem(answer, 502, "connect-failed");
      assertThat(answer.body()).contains("dead", ":" + port, "1 of 1", "connection refused");
      assertProblem(client.get("/app"), 502, "connect-failed");
    }
  }

  @Test
  void noExceptionsTextGoesToAClient() {
    assertThat(Attempts.why(new IOException("epoll_ctl(..) failed: ENOENT at /10.0.0.7:80")))
        .isEqualTo("the connection could not be made");
    assertThat(Attempts.why(new NoRouteToHostException("EHOSTUNREACH: /10.0.0.7:80")))
        .isEqualTo("no way to its host");
  }

  @Test
  void anInstanceThatDoesNotAcceptInTimeCountsAsRefusing() throws IOException {
    // A listener whose queue is full lets connections hang.
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Origin origin = Origin.saying("ok")) {
      var fillers = new java.util.ArrayList<java.nio.channels.SocketChannel>();
      for (int i = 0; i < 4; i++) {
        var filler = java.nio.channels.SocketChannel.open();
        filler.configureBlocking(false);
        filler.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), full.getLocalPort()));
        fillers.add(filler);
      }
      harbour(Harbour.timeouts(Duration.ofMillis(500)));
      harbour.view.up("app", "hanging", full.getLocalPort());
      try (RawClient client = harbour.client()) {
        assertProblem(client.get("/app"), 502, "connect-failed");
        harbour.with(origin);
        Harbour.await().until(() -> harbour.view.acknowledged() != null);
        assertThat(client.get("/app").status()).isEqualTo(200);
      }
      for (var filler : fillers) {
        filler.close();
      }
    }
  }

  @Test
  void whoWasTriedAndHasLeftDoesNotTakeTheOthersTurn() throws IOException {
    // A listener whose queue is full lets connections hang, until the one instance is another.
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Origin origin = Origin.saying("ok")) {
      var fillers = new java.util.ArrayList<java.nio.channels.SocketChannel>();
      for (int i = 0; i < 4; i++) {
        var filler = java.nio.channels.SocketChannel.open();
        filler.configureBlocking(false);
        filler.connect(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), full.getLocalPort()));
        fillers.add(filler);
      }
      harbour(Harbour.timeouts(Duration.ofSeconds(1)));
      harbour.view.up("app", "leaving", full.getLocalPort());
      try (RawClient client = harbour.client()) {
        client.send("GET /app HTTP/1.1\r\nHost: a\r\n\r\n");
        Harbour.await().until(() -> harbour.figures().inflight() == 1);
        harbour.with(origin);
        harbour.view.remove("app", "leaving");
        assertThat(client.answer().status()).isEqualTo(200);
      }
      for (var filler : fillers) {
        filler.close();
      }
    }
  }

  /** Answers {@code well} requests on each connection, then closes when it has read another. */
  private static Origin closingAfter(int well, AtomicInteger read) {
    return new Origin(
        connection -> {
          for (int i = 0; i < well; i++) {
            if (connection.readRequest() == null) {
              return;
            }
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
          }
          if (connection.readRequest() != null) {
            read.incrementAndGet();
          }
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /app HTTP/1.1\r\nHost: a\r\n\r\n",
        "PUT /app HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        "PUT /app HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
      })
  void aUsedConnectionThatDiesIsReplacedOnceForSafeRequests(String request) {
    AtomicInteger cut = new AtomicInteger();
    try (Origin origin = closingAfter(1, cut);
        RawClient client = harbour.with(origin).client()) {
      for (int i = 0; i < 5; i++) {
        assertThat(client.send(request).answer().body()).isEqualTo("ok");
      }
      assertThat(cut).hasValue(4);
      assertThat(harbour.retries(RetryReason.STALE_CONNECTION)).isEqualTo(4);
      assertThat(harbour.figures().inflight()).isZero();
    }
  }

  @Test
  void aRequestThatMayHaveBeenDoneIsNotRepeated() {
    AtomicInteger cut = new AtomicInteger();
    try (Origin origin = closingAfter(1, cut);
        RawClient client = harbour.with(origin).client()) {
      String post = "POST /app HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello";
      assertThat(client.send(post).answer().status()).isEqualTo(200);
      assertProblem(client.send(post).answer(), 502, "upstream-closed");
      assertThat(cut).hasValue(1);
      assertThat(origin.heads).hasSize(2);
    }
  }

  /**
   * Answers until {@code dying}; then connections that were open before end at the next request.
   */
  private static Origin agingOut(AtomicBoolean dying, int slowMillis) {
    return new Origin(
        connection -> {
          boolean old = !dying.get();
          while (connection.readRequest() != null && !(old && dying.get())) {
            LockSupport.parkNanos(slowMillis * 1_000_000L);
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
          }
        });
  }

  @Test
  void aReplayThatGoesToAnotherInstanceTakesAFreshConnectionThereToo() throws IOException {
    AtomicBoolean dying = new AtomicBoolean();
    try (Origin fast = agingOut(dying, 0);
        Origin slow = agingOut(dying, 5);
        RawClient client = harbour.with(slow).client()) {
      assertThat(client.get("/app").status()).isEqualTo(200);
      harbour.with(fast);
      Harbour.await().until(() -> client.get("/app").status() == 200 && fast.accepted.get() > 0);
      dying.set(true);
      fast.stopListening();
      assertThat(client.get("/app").status()).isEqualTo(200);
      assertThat(harbour.retries(RetryReason.STALE_CONNECTION)).isEqualTo(1);
    }
  }

  @Test
  void anEmptyPostIsSentOnceOnly() {
    AtomicInteger cut = new AtomicInteger();
    try (Origin origin = closingAfter(1, cut);
        RawClient client = harbour.with(origin).client()) {
      String post = "POST /app HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
      assertThat(client.send(post).answer().status()).isEqualTo(200);
      assertProblem(client.send(post).answer(), 502, "upstream-closed");
      assertThat(cut).hasValue(1);
      assertThat(origin.heads).hasSize(2);
    }
  }

  @Test
  void interimAnswersGoToTheClientAndTooManyAreABadGateway() {
    AtomicInteger interims = new AtomicInteger(16);
    try (Origin origin =
            new Origin(
                connection -> {
                  while (connection.readRequest() != null) {
                    connection.write(
                        "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(interims.get())
                            + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                  }
                });
        RawClient client = harbour.with(origin).client()) {
      for (int round = 0; round < 2; round++) {
        assertThat(client.get("/app").status()).isEqualTo(103);
        for (int i = 1; i < 16; i++) {
          assertThat(client.answer().status()).isEqualTo(103);
        }
        assertThat(client.answer().body()).isEqualTo("ok");
      }
      interims.set(17);
      assertThat(client.get("/app").status()).isEqualTo(103);
      for (int i = 1; i < 16; i++) {
        assertThat(client.answer().status()).isEqualTo(103);
      }
      assertProblem(client.answer(), 502, "bad-response");
    }
  }

  @Test
  void aFreshConnectionThatDiesIsNotReplaced() {
    AtomicInteger cut = new AtomicInteger();
    try (Origin origin = closingAfter(0, cut);
        RawClient client = harbour.with(origin).client()) {
      assertProblem(client.get("/app"), 502, "upstream-closed");
      assertThat(cut).hasValue(1);
    }
  }

  /** Answers while it lives; then ends each connection when it has read a request. */
  private static Origin mortal(AtomicBoolean dead, AtomicInteger read) {
    return new Origin(
        connection -> {
          while (connection.readRequest() != null) {
            if (dead.get()) {
              read.incrementAndGet();
              connection.socket.setSoLinger(true, 0);
              return;
            }
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
          }
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /app HTTP/1.1\r\nHost: a\r\n\r\n",
        "HEAD /app HTTP/1.1\r\nHost: a\r\n\r\n",
        "PUT /app HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        "PUT /app HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
      })
  void whatAnInstanceTookWithItIsSentToAnotherIfItMayBe(String request) throws IOException {
    AtomicInteger lost = new AtomicInteger();
    AtomicInteger bodies = new AtomicInteger();
    // Still accepts, as the port of a process that was killed may for a moment.
    try (Origin dying = mortal(new AtomicBoolean(true), lost);
        Origin well =
            new Origin(
                connection -> {
                  for (String read = connection.readRequest(); read != null; ) {
                    bodies.addAndGet(read.contains("hello") ? 1 : 0);
                    connection.write(
                        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
                            + (read.startsWith("HEAD") ? "" : "ok"));
                    read = connection.readRequest();
                  }
                })) {
      harbour.with(dying).with(well);
      for (int i = 0; i < 20; i++) {
        try (RawClient client = harbour.client()) {
          client.send(request);
          assertThat(request.startsWith("HEAD") ? client.answerWithoutBody() : client.answer())
              .extracting(RawClient.Answer::status)
              .isEqualTo(200);
        }
      }
      assertThat(lost.get()).isPositive();
      assertThat(harbour.retries(RetryReason.INSTANCE_CLOSED)).isEqualTo(lost.get());
      assertThat(bodies).hasValue(request.startsWith("PUT") ? 20 : 0);
      Harbour.await().until(() -> harbour.figures().inflight() == 0);
    }
  }

  @Test
  void aUsedConnectionAndTheNextToADyingInstanceLeadToAnother() throws IOException {
    AtomicBoolean dead = new AtomicBoolean();
    AtomicInteger lost = new AtomicInteger();
    try (Origin dying = mortal(dead, lost);
        Origin well = Origin.saying("ok");
        RawClient client = harbour.with(dying).client()) {
      assertThat(client.get("/app").status()).isEqualTo(200);
      harbour.with(well);
      Harbour.await().until(() -> client.get("/app").status() == 200 && well.accepted.get() > 0);
      dead.set(true);
      for (int i = 0; i < 20; i++) {
        assertThat(client.get("/app").status()).isEqualTo(200);
      }
      assertThat(harbour.retries(RetryReason.STALE_CONNECTION)).isEqualTo(1);
      assertThat(harbour.retries(RetryReason.INSTANCE_CLOSED)).isPositive();
    }
  }

  @Test
  void aRequestThatEndsEachInstanceIsSentToTwoAtMost() {
    AtomicInteger lost = new AtomicInteger();
    AtomicBoolean dead = new AtomicBoolean(true);
    try (Origin one = mortal(dead, lost);
        Origin two = mortal(dead, lost);
        Origin three = mortal(dead, lost);
        RawClient client = harbour.with(one).with(two).with(three).client()) {
      assertProblem(client.get("/app"), 502, "upstream-closed");
      assertThat(lost).hasValue(2);
    }
  }

  @Test
  void whatMayNotBeDoneTwiceIsLostWithItsInstance() {
    AtomicInteger lost = new AtomicInteger();
    AtomicBoolean dead = new AtomicBoolean(true);
    try (Origin one = mortal(dead, lost);
        Origin two = mortal(dead, lost);
        RawClient client = harbour.with(one).with(two).client()) {
      client.send("POST /app HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
      assertProblem(client.answer(), 502, "upstream-closed");
      assertThat(lost).hasValue(1);
    }
  }

  @Test
  void aConnectionThatIsClosedWhileIdleIsNeverUsed() {
    try (Origin origin =
            new Origin(
                connection -> {
                  connection.readRequest();
                  connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                });
        RawClient client = harbour.with(origin).client()) {
      for (int i = 0; i < 5; i++) {
        int done = i + 1;
        client.send("POST /app HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
        assertThat(client.answer().status()).isEqualTo(200);
        Harbour.await().until(() -> origin.ended.get() == done);
        Harbour.await().until(() -> harbour.idle() == 0);
      }
      assertThat(harbour.retries(RetryReason.STALE_CONNECTION)).isZero();
    }
  }

  @Test
  void bytesThatNobodyAskedForEndAConnection() {
    try (Origin origin =
            Origin.answering(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length:"
                    + " 4\r\n\r\nevil");
        RawClient client = harbour.with(origin).client()) {
      for (int i = 0; i < 3; i++) {
        assertThat(client.get("/app").body()).isEqualTo("ok");
      }
      assertThat(origin.accepted).hasValue(3);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX : y\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokay"
      })
  void anAnswerThatIsNotHttpIsABadGateway(String bytes) {
    try (Origin origin = Origin.answering(bytes);
        RawClient client = harbour.with(origin).client()) {
      assertProblem(client.get("/app"), 502, "bad-response");
      assertProblem(client.get("/app"), 502, "bad-response");
    }
  }

  @Test
  void anAnswerThatBreaksOffIsSeenToBreakOff() {
    try (Origin origin =
        new Origin(
            connection -> {
              String request = connection.readRequest();
              connection.write(
                  request != null && request.contains("/chunked")
                      ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"
                      : "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
            })) {
      harbour.with(origin);
      for (String path : new String[] {"/app/chunked", "/app/counted"}) {
        try (RawClient client = harbour.client()) {
          client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
          assertThat(client.rest()).doesNotContain("0\r\n\r\n");
        }
      }
      Harbour.await().until(() -> harbour.figures().inflight() == 0);
      assertThat(harbour.gateway().stats().instances().values())
          .allMatch(instance -> instance.errors() == 2);
    }
  }

  @Test
  void anInstanceThatDoesNotAnswerIsNotWaitedForForever() {
    harbour(Harbour.timeouts(Duration.ofMillis(300)));
    try (Origin origin =
            new Origin(
                connection -> {
                  while (connection.readRequest() != null) {
                    // Never answers.
                  }
                });
        RawClient client = harbour.with(origin).client()) {
      assertProblem(client.get("/app"), 504, "upstream-timeout");
    }
  }

  @Test
  void slowClientsAreToldAndLeft() {
    harbour(Harbour.timeouts(Duration.ofMillis(300)));
    try (Origin origin = Origin.saying("ok")) {
      harbour.with(origin);
      try (RawClient client = harbour.client()) {
        assertProblem(client.send("GET /app HT").answer(), 408, "request-timeout");
        assertThat(client.rest()).isEmpty();
      }
      try (RawClient client = harbour.client()) {
        client.send("POST /app HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc");
        assertProblem(client.answer(), 408, "request-timeout");
        assertThat(client.rest()).isEmpty();
      }
      try (RawClient client = harbour.client()) {
        assertThat(client.rest()).as("an idle connection").isEmpty();
      }
    }
  }

  @Test
  void badRequestsAreAnsweredAndTheConnectionEnds() {
    try (Origin origin = Origin.saying("ok")) {
      harbour.with(origin);
      for (String bad :
          new String[] {
            "GET /app HTTP/1.1\r\n\r\n",
            "GET /app/../x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
            "POST /app HTTP/1.1\r\n"
                + "Host: a\r\n"
                + "Content-Length: 1\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n",
            "POST /app HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "\0\0\0\0\r\n\r\n"
          }) {
        try (RawClient client = harbour.client()) {
          RawClient.Answer answer = client.send(bad).answer();
          assertProblem(answer, 400, "bad-request");
          assertThat(client.rest()).as(bad).isEmpty();
        }
      }
      Harbour.await().until(() -> harbour.figures().inflight() == 0);
    }
  }

  @Test
  void nothingOfASmuggledRequestReachesAnInstance() {
    try (Origin origin = Origin.saying("ok");
        RawClient client = harbour.with(origin).client()) {
      client.send(
          "POST /app HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n"
              + "0\r\n\r\nGET /app/evil HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.answer().status()).isEqualTo(400);
      assertThat(client.rest()).isEmpty();
      assertThat(origin.heads).isEmpty();
    }
  }

  @Test
  void tenMegabytesOfHeadersAreRefusedInOneAnswer() throws IOException {
    try (RawClient client = harbour.client()) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\n");
      try {
        for (int i = 0; i < 10_000; i++) {
          client.send("X-" + i + ": " + "a".repeat(1000) + "\r\n");
        }
      } catch (java.io.UncheckedIOException e) {
        // The gateway does not read all of it.
      }
      assertProblem(client.answer(), 431, "head-too-large");
    }
  }
}
