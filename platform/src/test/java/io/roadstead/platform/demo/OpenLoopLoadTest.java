package io.roadstead.platform.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.platform.load.Cause;
import io.roadstead.platform.load.OpenLoopLoad;
import io.roadstead.registry.Ticker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The load counts honestly: each kind of failure once, nothing tried twice. */
class OpenLoopLoadTest {
  private static final String GOOD = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood";

  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger requests = new AtomicInteger();
  private final CountDownLatch never = new CountDownLatch(1);
  private Ticker ticker = Ticker.system();
  private final Tally tally = new Tally(0);
  private final ServerSocket server;
  private volatile String answer = GOOD;
  private volatile boolean hangUp;

  OpenLoopLoadTest() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  @BeforeEach
  void serve() {
    Thread.ofVirtual()
        .start(
            () -> {
              while (!server.isClosed()) {
                try {
                  Socket socket = server.accept();
                  connections.incrementAndGet();
                  Thread.ofVirtual().start(() -> converse(socket));
                } catch (IOException e) {
                  return;
                }
              }
            });
  }

  @AfterEach
  void stop() throws IOException {
    never.countDown();
    server.close();
  }

  /** "" hangs up; "never" does not answer. */
  private void converse(Socket socket) {
    try (socket) {
      BufferedReader in =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (!line.isEmpty()) {
          continue;
        }
        requests.incrementAndGet();
        if (answer.isEmpty()) {
          return;
        }
        if (answer.equals("never")) {
          assertThat(never.await(30, TimeUnit.SECONDS)).isTrue();
          return;
        }
        socket.getOutputStream().write(answer.getBytes(ISO_8859_1));
        if (hangUp) {
          return;
        }
      }
    } catch (IOException | InterruptedException e) {
      // The load has gone.
    }
  }

  private Tally.Figures load(int wanted) {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
    try (OpenLoopLoad load = new OpenLoopLoad(address, "/", "good"::equals, 200, ticker, tally)) {
      load.start();
      await().atMost(Duration.ofSeconds(20)).until(() -> tally.total().requests() >= wanted);
      never.countDown();
    }
    return tally.total();
  }

  private String reason() {
    return cause().what();
  }

  private Cause cause() {
    return tally.failures().getFirst().cause();
  }

  @Test
  void goodAnswersAreNoFailuresAndConnectionsAreUsedAgain() {
    Tally.Figures figures = load(100);

    assertThat(tally.failures()).isEmpty();
    assertThat(figures.failedDuringDeployments()).isZero();
    assertThat(connections.get()).isLessThan(50);
    assertThat(requests.get()).isEqualTo((int) figures.requests());
  }

  @Test
  void chunkedAnswersAreReadWhole() {
    answer =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\ngo\r\n2;x=y\r\nod\r\n0\r\n\r\n";
    assertThat(load(20).failedDuringDeployments()).isZero();
  }

  @Test
  void aStatusOf400OrMoreIsAFailure() {
    answer =
        "HTTP/1.1 503 Unavailable\r\nX-Roadstead-Reason: no-endpoint\r\n"
            + "Content-Length: 4\r\n\r\ngood";
    Tally.Figures figures = load(10);
    assertThat(figures.failedDuringDeployments()).isEqualTo(figures.requests());
    assertThat(cause()).isEqualTo(new Cause("status 503", 503, "no-endpoint", "good"));
  }

  @Test
  void aWrongBodyIsAFailure() {
    answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nbad";
    Tally.Figures figures = load(10);
    assertThat(figures.failedDuringDeployments()).isEqualTo(figures.requests());
    assertThat(cause()).isEqualTo(new Cause("wrong body", 200, "", "bad"));
  }

  @Test
  void aBodyThatBreaksOffIsAFailure() {
    hangUp = true;
    answer = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngo";
    Tally.Figures figures = load(10);
    assertThat(figures.failedDuringDeployments()).isEqualTo(figures.requests());
    assertThat(reason()).contains("ended within the body");
  }

  @Test
  void aConnectionThatEndsWithoutAnAnswerIsOneFailureAndNotTriedAgain() {
    answer = "";
    Tally.Figures figures = load(10);
    assertThat(figures.failedDuringDeployments()).isEqualTo(figures.requests());
    assertThat(requests.get()).isEqualTo((int) figures.requests());
    assertThat(reason()).contains("ended without an answer");
  }

  @Test
  void aRefusedConnectionIsAFailure() throws IOException {
    server.close();
    assertThat(load(10).failedDuringDeployments()).isEqualTo(tally.total().requests());
    assertThat(reason()).startsWith("ConnectException");
  }

  @Test
  void noAnswerWithinTenSecondsIsAFailure() {
    answer = "never";
    ticker = new Leaping(Duration.ofMillis(9_500));
    Tally.Figures figures = load(20);
    assertThat(figures.failedDuringDeployments()).isPositive();
    assertThat(tally.failures())
        .anyMatch(failure -> failure.cause().what().equals("no answer within 10 s"));
  }

  @Test
  void aRequestIsMeasuredFromWhenItWasDue() {
    ticker = new Leaping(Duration.ofMillis(600));
    assertThat(load(20).maxMillis()).isGreaterThan(500);
    assertThat(tally.failures()).isEmpty();
  }

  /** A clock that leaps ahead once, early: whoever was due meanwhile is sent late. */
  private record Leaping(Duration by, AtomicInteger calls) implements Ticker {
    Leaping(Duration by) {
      this(by, new AtomicInteger());
    }

    @Override
    public long nanos() {
      long leap = calls.incrementAndGet() > 10 ? by.toNanos() : 0;
      return Ticker.system().nanos() + leap;
    }
  }
}
