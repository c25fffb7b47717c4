package io.roadstead.example.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WebServerTest {
  private final CountDownLatch slowArrived = new CountDownLatch(1);
  private final CountDownLatch slowMayGo = new CountDownLatch(1);
  private final WebServer server =
      new WebServer(
          0,
          request -> {
            if (request.path().equals("/slow")) {
              slowArrived.countDown();
              try {
                assertThat(slowMayGo.await(10, SECONDS)).isTrue();
              } catch (InterruptedException e) {
                throw new IOException(e);
              }
            }
            return Answer.ok(Json.text(request.path()));
          });

  private final class Client implements AutoCloseable {
    private final Socket socket;
    private final BufferedReader in;

    Client() throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
      in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
    }

    void send(String request) throws IOException {
      socket.getOutputStream().write(request.getBytes(ISO_8859_1));
    }

    /** The status line, the headers' and the body's text of the next answer. */
    String answer() throws IOException {
      StringBuilder answer = new StringBuilder();
      int length = 0;
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        answer.append(line).append('\n');
        if (line.startsWith("Content-Length: ")) {
          length = Integer.parseInt(line.substring(16));
        }
        if (line.isEmpty()) {
          break;
        }
      }
      for (int i = 0; i < length; i++) {
        answer.append((char) in.read());
      }
      return answer.toString();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @BeforeEach
  void start() throws IOException {
    server.start();
    Thread.ofPlatform().daemon().name("server").start(server::serve);
  }

  @AfterEach
  void stop() {
    slowMayGo.countDown();
    server.close();
  }

  @Test
  void oneConnectionCarriesManyRequests() throws IOException {
    try (Client client = new Client()) {
      for (int i = 0; i < 3; i++) {
        client.send("GET /" + i + " HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(client.answer()).startsWith("HTTP/1.1 200").endsWith("\"/" + i + "\"");
      }
      client.send("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
      assertThat(client.answer()).endsWith("\"/body\"");
      client.send("GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      assertThat(client.answer()).contains("Connection: close").endsWith("\"/last\"");
      assertThat(client.answer()).isEmpty();
    }
  }

  @Test
  void closingFinishesWhatIsInProgressAndAcceptsNothingNew() throws Exception {
    try (Client slow = new Client();
        Client idle = new Client()) {
      idle.send("GET /early HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(idle.answer()).endsWith("\"/early\"");
      slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(slowArrived.await(10, SECONDS)).isTrue();
      int port = server.port();

      Thread closing = Thread.ofPlatform().name("closing").start(server::close);
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(
              () ->
                  assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port))
                      .isInstanceOf(ConnectException.class));
      idle.send("GET /late HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(idle.answer()).contains("Connection: close").endsWith("\"/late\"");
      assertThat(closing.isAlive()).isTrue();
      slowMayGo.countDown();

      assertThat(slow.answer()).contains("Connection: close").endsWith("\"/slow\"");
      assertThat(closing.join(Duration.ofSeconds(10))).isTrue();
    }
  }
}
