package io.roadstead.registry.liveness;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.ForbiddenPlaces;
import io.roadstead.registry.Instance;
import io.roadstead.registry.Status;
import io.roadstead.registry.Ticker;
import io.roadstead.registry.liveness.Prober.Seen;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real sockets on both sides. */
class SocketProberTest {
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private ServerSocket server;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile String answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  private String healthUrl = "";
  private int ownPort;
  private final SocketProber prober =
      new SocketProber(
          new ForbiddenPlaces(port -> port == ownPort, Ticker.system()),
          _ -> healthUrl,
          Ticker.system());

  @BeforeEach
  void open() throws IOException {
    server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("server").start(this::serve);
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  private void serve() {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        byte[] head = new byte[2048];
        int length = socket.getInputStream().read(head);
        if (length > 0) {
          requests.add(new String(head, 0, length, StandardCharsets.US_ASCII));
          socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
          if (answer.isEmpty()) {
            var _ = socket.getInputStream().read(); // Until the other side has had enough.
          }
        }
      } catch (IOException e) {
        // The next connection, or the end.
      }
    }
  }

  private int port() {
    return server.getLocalPort();
  }

  private Instance at(String host, int port) {
    return new Instance(
        "orders",
        "a",
        host,
        "",
        port,
        false,
        Status.UP,
        100,
        "",
        "",
        false,
        Map.of(),
        Instant.EPOCH,
        Instant.EPOCH,
        null);
  }

  private Seen ask() {
    return prober.ask(at("127.0.0.1", port()), LIMIT);
  }

  @Test
  void whoAcceptsAConnectionIsAlive() {
    assertThat(prober.connect(at("127.0.0.1", port()), LIMIT)).isEqualTo(Seen.ALIVE);
    assertThat(requests).isEmpty();
  }

  @Test
  void whereNobodyListensIsRefused() throws IOException {
    int free;
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = other.getLocalPort();
    }
    assertThat(prober.connect(at("127.0.0.1", free), LIMIT))
        .isEqualTo(new Seen.Refused("connection refused on port " + free));
    healthUrl = "http://127.0.0.1:" + free + "/health";
    assertThat(ask()).isInstanceOf(Seen.Refused.class);
  }

  @Test
  void itsHealthIsAskedWhereItSaid() {
    healthUrl = "http://127.0.0.1:" + port() + "/actuator/health?x=1";
    assertThat(ask()).isEqualTo(Seen.ALIVE);
    assertThat(requests).hasSize(1);
    assertThat(requests.getFirst())
        .startsWith("GET /actuator/health?x=1 HTTP/1.1\r\nHost: 127.0.0.1:" + port() + "\r\n");
  }

  @Test
  void oneThatSaysItCannotServeFails() {
    healthUrl = "http://127.0.0.1:" + port() + "/health";
    answer = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
    assertThat(ask()).isEqualTo(new Seen.Failing("GET on port " + port() + " answered 503"));
  }

  /** Spring registers a health URL also where there is no actuator, or one behind a login. */
  @ParameterizedTest
  @ValueSource(ints = {204, 302, 401, 403, 404})
  void otherAnswersShowThatItServes(int status) {
    healthUrl = "http://127.0.0.1:" + port() + "/health";
    answer = "HTTP/1.1 " + status + " Whatever\r\nLocation: http://127.0.0.1:1/\r\n\r\n";
    assertThat(ask()).isEqualTo(Seen.ALIVE);
    assertThat(requests).as("no redirect is followed").hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"SSH-2.0-OpenSSH_9.6\r\n", "HTTP/1.1 xyz\r\n", "HTTP/9 200 ok thanks\r\n"})
  void whatIsNotHttpFails(String words) {
    healthUrl = "http://127.0.0.1:" + port() + "/health";
    answer = words;
    assertThat(ask())
        .isEqualTo(new Seen.Failing("GET on port " + port() + " was not answered in HTTP"));
  }

  @Test
  void oneThatNeverAnswersFailsInTime() {
    healthUrl = "http://127.0.0.1:" + port() + "/health";
    answer = "";
    assertThat(prober.ask(at("127.0.0.1", port()), Duration.ofMillis(200)))
        .isEqualTo(new Seen.Failing("no answer to GET on port " + port() + " within 200 ms"));
  }

  @Test
  void anEndlessAnswerIsNotReadToItsEnd() {
    healthUrl = "http://127.0.0.1:" + port() + "/health";
    answer = "HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(4 << 20);
    assertThat(ask()).isEqualTo(Seen.ALIVE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://10.0.0.7:80/health",
        "http://127.0.0.1.evil.example/",
        "http://user:secret@127.0.0.1:%d/health",
        "https://127.0.0.1:%d/health",
        "file:///etc/passwd",
        "gopher://127.0.0.1:%d/x",
        "http://127.0.0.1:99999/health",
        "not a url",
        "http://127.0.0.1:%d/a\r\nX-Injected: 1"
      })
  void anyOtherUrlIsLeftAloneAndItsPortIsTried(String url) {
    healthUrl = url.replace("%d", Integer.toString(port()));
    assertThat(ask()).isEqualTo(Seen.ALIVE);
    assertThat(requests).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"169.254.169.254", "fe80::1", "224.0.0.1"})
  void linkLocalAndMulticastAddressesAreNeverAsked(String host) {
    assertThat(prober.connect(at(host, 80), Duration.ofMillis(1))).isInstanceOf(Seen.Unasked.class);
    healthUrl = "http://[" + host + "]/latest/meta-data";
    assertThat(prober.ask(at(host, 80), Duration.ofMillis(1))).isInstanceOf(Seen.Unasked.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "0.0.0.0", "127.1.2.3"})
  void thePlatformsOwnPortsAreNeverAsked(String host) {
    ownPort = port();
    assertThat(prober.connect(at(host, port()), LIMIT)).isInstanceOf(Seen.Unasked.class);
    healthUrl = "http://" + host + ":" + port() + "/api/v1/services";
    assertThat(prober.ask(at(host, 1), LIMIT)).isInstanceOf(Seen.Unasked.class);
    assertThat(requests).isEmpty();
  }

  @Test
  void aHostThatDoesNotResolveIsNotJudged() {
    assertThat(prober.connect(at("no-such-host.invalid", 80), LIMIT))
        .isEqualTo(new Seen.Unasked("its host no-such-host.invalid does not resolve"));
  }
}
