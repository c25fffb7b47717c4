package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that change to another protocol: RFC 9110 section 7.8, RFC 6455. */
@ExtendWith(NoLeaks.class)
class TunnelTest {
  private static final String ASK =
      lines(
          "GET /app/chat HTTP/1.1",
          "Host: a",
          "Connection: keep-alive, Upgrade",
          "Upgrade: WebSocket",
          "Sec-WebSocket-Key: abc");
  private static final String GRANT =
      lines(
          "HTTP/1.1 101 Switching Protocols",
          "Upgrade: websocket",
          "Connection: Upgrade",
          "Sec-WebSocket-Accept: xyz");

  private final Harbour harbour = new Harbour();

  @AfterEach
  void close() {
    harbour.close();
  }

  /** An instance that grants each request to change and then sends back whatever it gets. */
  private static Origin echo() {
    return new Origin(
        connection -> {
          connection.readHead();
          connection.write(GRANT);
          connection.in.transferTo(connection.out);
        });
  }

  @Test
  void theInstancesOwnAnswerChangesTheProtocolAndBytesPassBothWays() throws IOException {
    try (Origin origin = echo();
        RawClient client = harbour.with(origin).client()) {
      RawClient.Answer answer = client.send(ASK).answer();
      assertThat(answer.status()).isEqualTo(101);
      assertThat(answer.header("Upgrade")).isEqualTo("websocket");
      assertThat(answer.header("Connection")).isEqualTo("Upgrade");
      assertThat(answer.header("Sec-WebSocket-Accept")).isEqualTo("xyz");
      assertThat(origin.heads.getFirst())
          .contains("Connection: Upgrade\r\nUpgrade: WebSocket\r\n")
          .contains("Sec-WebSocket-Key: abc\r\n")
          .contains("X-Forwarded-For: 127.0.0.1\r\n");
      byte[] sent = bytes(300_000, 7);
      Thread.ofVirtual().start(() -> write(client, sent));
      assertThat(client.in.readNBytes(sent.length)).isEqualTo(sent);
    }
  }

  @Test
  void bytesSentAheadOfTheAnswerBelongToTheNewProtocol() throws IOException {
    try (Origin origin = echo();
        RawClient client = harbour.with(origin).client()) {
      assertThat(client.send(ASK + "early").answer().status()).isEqualTo(101);
      assertThat(new String(client.in.readNBytes(5), StandardCharsets.US_ASCII)).isEqualTo("early");
    }
  }

  @Test
  void anAnswerOtherThan101IsAnAnswerLikeAnyOther() {
    try (Origin origin =
            Origin.answering("HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno");
        RawClient client = harbour.with(origin).client()) {
      assertThat(client.send(ASK).answer().body()).isEqualTo("no");
      assertThat(client.get("/app/again").status()).isEqualTo(401);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
        "Connection: Upgrade\r\nUpgrade: HTTP/2.0\r\n",
        "Connection: Upgrade\r\nUpgrade: TLS/1.2\r\n",
        "Connection: Upgrade\r\nUpgrade: websocket, h2c\r\n",
        "Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n",
        "Upgrade: websocket\r\n",
        "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 2\r\n"
      })
  void whatIsNoPlainWishForOneOtherProtocolGoesOnWithoutIt(String lines) {
    try (Origin origin = Origin.saying("plain");
        RawClient client = harbour.with(origin).client()) {
      String body = lines.contains("Content-Length") ? "ab" : "";
      String ask = "GET /app HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n" + body;
      assertThat(client.send(ask).answer().body()).isEqualTo("plain");
      assertThat(origin.heads.getFirst()).doesNotContainIgnoringCase("upgrade");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 101 Ok\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n",
        "HTTP/1.1 101 Ok\r\nUpgrade: websocket\r\n\r\n",
        "HTTP/1.1 101 Ok\r\nConnection: Upgrade\r\n\r\n",
        "HTTP/1.1 101 Ok\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 5\r\n\r\n"
      })
  void aChangeThatWasNotAskedForIsABadAnswer(String answer) {
    try (Origin origin = Origin.answering(answer);
        RawClient client = harbour.with(origin).client()) {
      RawClient.Answer got = client.send(ASK).answer();
      assertThat(got.status()).isEqualTo(502);
      assertThat(got.header("X-Roadstead-Reason")).isEqualTo("bad-response");
    }
  }

  @Test
  void theEndOfOneDirectionLeavesTheOtherOpen() throws IOException {
    AtomicReference<String> heard = new AtomicReference<>("");
    try (Origin origin =
            new Origin(
                connection -> {
                  connection.readHead();
                  connection.write(GRANT);
                  heard.set(new String(connection.in.readAllBytes(), StandardCharsets.US_ASCII));
                  connection.write("answer to the whole");
                });
        RawClient client = harbour.with(origin).client()) {
      client.send(ASK).answer();
      client.send("the whole");
      client.socket.shutdownOutput();
      assertThat(client.rest()).isEqualTo("answer to the whole");
      assertThat(heard.get()).isEqualTo("the whole");
      Harbour.await().until(() -> origin.ended.get() == 1);
    }
  }

  @Test
  void theInstancesEndLeavesTheClientsDirectionOpen() throws IOException {
    AtomicReference<String> heard = new AtomicReference<>("");
    try (Origin origin =
            new Origin(
                connection -> {
                  connection.readHead();
                  connection.write(GRANT + "bye");
                  connection.socket.shutdownOutput();
                  heard.set(new String(connection.in.readAllBytes(), StandardCharsets.US_ASCII));
                });
        RawClient client = harbour.with(origin).client()) {
      client.send(ASK).answer();
      assertThat(client.rest()).isEqualTo("bye");
      client.send("last words");
      client.socket.shutdownOutput();
      Harbour.await().until(() -> "last words".equals(heard.get()));
    }
  }

  @Test
  void aClientThatIsGoneFreesTheInstance() {
    try (Origin origin = echo()) {
      RawClient client = harbour.with(origin).client();
      client.send(ASK).answer();
      client.close();
      Harbour.await().until(() -> origin.ended.get() == 1);
    }
  }

  @Test
  void aReaderThatStopsStopsTheWriterAndNotTheMemory() throws Exception {
    CountDownLatch read = new CountDownLatch(1);
    byte[] sent = bytes(48_000_000, 3);
    ByteArrayOutputStream heard = new ByteArrayOutputStream();
    try (Origin origin =
            new Origin(
                connection -> {
                  connection.readHead();
                  connection.write(GRANT);
                  await(read);
                  connection.in.transferTo(heard);
                });
        RawClient client = harbour.with(origin).client()) {
      client.send(ASK).answer();
      Thread writer = Thread.ofVirtual().start(() -> write(client, sent));
      assertThat(writer.join(Duration.ofMillis(300))).as("written though nobody reads").isFalse();
      read.countDown();
      assertThat(writer.join(Duration.ofSeconds(10))).isTrue();
      client.socket.shutdownOutput();
      Harbour.await().until(() -> origin.ended.get() == 1);
      assertThat(heard.toByteArray()).isEqualTo(sent);
    }
  }

  @Test
  void itIsCountedWhenItBeginsAndHeldAgainstTheInstanceWhileItLasts() {
    try (Origin origin = echo()) {
      RawClient client = harbour.with(origin).client();
      client.send(ASK).answer();
      assertThat(harbour.figures().inflight()).isEqualTo(1);
      client.close();
      Harbour.await().until(() -> harbour.figures().inflight() == 0);
    }
  }

  @Test
  void nobodySayingAnythingEndsIt() throws IOException {
    try (Harbour short_ = new Harbour(Harbour.timeouts(Duration.ofMillis(300)));
        Origin origin = webSocketEcho();
        Harbour at = short_.with(origin);
        RawClient client = at.client()) {
      client.send(ASK).answer();
      assertThat(client.in.readNBytes(4)).containsExactly(0x88, 2, 3, 0xe9);
      assertThat(client.in.read()).isEqualTo(-1);
    }
  }

  @Test
  void aDrainEndsAWebSocketWithCloseToBothSides() throws IOException {
    AtomicReference<byte[]> closed = new AtomicReference<>();
    try (Origin origin = webSocketEcho(closed);
        RawClient client = harbour.with(origin).client()) {
      client.send(ASK).answer();
      client.out.write(frame("one"));
      assertThat(message(client.in)).isEqualTo("one");
      harbour.view.status("app", "app-" + origin.port(), Status.DRAINING);
      assertThat(client.in.readNBytes(4)).containsExactly(0x88, 2, 3, 0xe9);
      assertThat(client.in.read()).isEqualTo(-1);
      Harbour.await().until(() -> origin.ended.get() == 1);
      assertThat(Objects.requireNonNull(closed.get())).containsExactly(3, 0xe9);
    }
  }

  @Test
  void aDrainLosesNoMessageThatTheInstanceHasTaken() throws Exception {
    AtomicReference<byte[]> closed = new AtomicReference<>();
    try (Origin origin = webSocketEcho(closed);
        RawClient client = harbour.with(origin).client()) {
      client.send(ASK).answer();
      AtomicReference<Integer> sent = new AtomicReference<>(0);
      // What is under way is little enough to be answered within the 2 s that there are.
      Semaphore unanswered = new Semaphore(64);
      Thread writer =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      for (int i = 0; closed.get() == null; i++) {
                        unanswered.acquire();
                        client.out.write(frame("m" + i));
                        sent.set(i + 1);
                      }
                    } catch (IOException | InterruptedException e) {
                      // The end of the connection is what this waits for.
                    }
                  });
      int got = 0;
      assertThat(message(client.in)).isEqualTo("m" + got++);
      harbour.view.status("app", "app-" + origin.port(), Status.DRAINING);
      String next = message(client.in);
      while (next != null) {
        unanswered.release();
        assertThat(next).isEqualTo("m" + got++);
        next = message(client.in);
      }
      client.socket.close();
      unanswered.release(Integer.MAX_VALUE / 2);
      writer.join();
      assertThat(origin.taken.get()).as("of %d sent", sent.get()).isEqualTo(got);
    }
  }

  @Test
  void anInstanceThatDoesNotAnswerTheCloseIsCutOffAndTheClientToldAllTheSame() throws IOException {
    try (Origin origin =
            new Origin(
                connection -> {
                  connection.readHead();
                  connection.write(GRANT);
                  while (connection.in.read() >= 0) {}
                });
        RawClient client = harbour.with(origin).client()) {
      client.send(ASK).answer();
      harbour.view.status("app", "app-" + origin.port(), Status.DRAINING);
      assertThat(client.in.readNBytes(4)).containsExactly(0x88, 2, 3, 0xe9);
      assertThat(client.in.read()).isEqualTo(-1);
      Harbour.await().until(() -> origin.ended.get() == 1);
    }
  }

  @Test
  void aGatewayThatClosesEndsItInOrder() throws Exception {
    try (Origin origin = webSocketEcho();
        RawClient client = harbour.with(origin).client()) {
      client.send(ASK).answer();
      Thread closing = Thread.ofVirtual().start(harbour::close);
      assertThat(client.in.readNBytes(4)).containsExactly(0x88, 2, 3, 0xe9);
      closing.join();
    }
  }

  private static String lines(String... lines) {
    return String.join("\r\n", lines) + "\r\n\r\n";
  }

  private static Origin webSocketEcho() {
    return webSocketEcho(new AtomicReference<>());
  }

  /** An instance that speaks just enough of RFC 6455: messages come back, and so does a Close. */
  private static Origin webSocketEcho(AtomicReference<byte[]> closed) {
    AtomicReference<Origin> self = new AtomicReference<>();
    Origin origin =
        new Origin(
            connection -> {
              connection.readHead();
              connection.write(GRANT);
              while (true) {
                int first = connection.in.read();
                if (first < 0) {
                  return;
                }
                byte[] payload = payload(connection.in);
                connection.out.write(first);
                connection.out.write(payload.length);
                connection.out.write(payload);
                connection.out.flush();
                if (first == 0x88) {
                  closed.set(payload);
                  return;
                }
                Objects.requireNonNull(self.get()).taken.incrementAndGet();
              }
            });
    self.set(origin);
    return origin;
  }

  private static byte[] payload(InputStream in) throws IOException {
    int second = in.read();
    byte[] mask = (second & 0x80) != 0 ? in.readNBytes(4) : new byte[4];
    byte[] payload = in.readNBytes(second & 0x7f);
    for (int i = 0; i < payload.length; i++) {
      payload[i] ^= mask[i % 4];
    }
    return payload;
  }

  /** The next message; null at a Close. */
  private static @Nullable String message(InputStream in) throws IOException {
    int first = in.read();
    assertThat(first).as("the connection ended without a Close").isNotEqualTo(-1);
    byte[] payload = payload(in);
    return first == 0x88 ? null : new String(payload, StandardCharsets.US_ASCII);
  }

  private static byte[] frame(String text) {
    byte[] frame = new byte[6 + text.length()];
    frame[0] = (byte) 0x81;
    frame[1] = (byte) (0x80 | text.length());
    for (int i = 0; i < 4; i++) {
      frame[2 + i] = (byte) (17 * i + 1);
    }
    for (int i = 0; i < text.length(); i++) {
      frame[6 + i] = (byte) (text.charAt(i) ^ frame[2 + i % 4]);
    }
    return frame;
  }

  private static byte[] bytes(int count, long seed) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static void write(RawClient client, byte[] bytes) {
    try {
      client.out.write(bytes);
      client.out.flush();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
