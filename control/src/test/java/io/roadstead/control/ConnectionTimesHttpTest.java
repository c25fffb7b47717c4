package io.roadstead.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.control.http.ConnectionTimes;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Real sockets against short times; what is not to be ended outlives several of them. */
class ConnectionTimesHttpTest {
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String LIVE = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";

  private static MemoryPlatform with(Duration head, Duration body, Duration taking, Duration idle) {
    return MemoryPlatform.open(new ConnectionTimes(head, body, taking, idle));
  }

  @Test
  void aConnectionThatSaysNothingIsClosed() throws Exception {
    try (MemoryPlatform platform = with(SHORT, LONG, LONG, LONG);
        Peer peer = new Peer(platform)) {
      assertThat(peer.readToTheEnd()).isEmpty();
    }
  }

  @Test
  void aHeadThatTricklesIsRefusedWhenItsTimeIsOver() throws Exception {
    try (MemoryPlatform platform = with(SHORT, LONG, LONG, LONG);
        Peer peer = new Peer(platform)) {
      peer.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\n");
      String answer = peer.trickle("X-Slow: and slower\r\n");
      assertThat(answer).startsWith("HTTP/1.1 408 ").contains("head-too-slow", "300 ms");
    }
  }

  @Test
  void theTimeOfAHeadBeginsAnewWithTheNextRequest() throws Exception {
    try (MemoryPlatform platform = with(SHORT, LONG, LONG, LONG);
        Peer peer = new Peer(platform)) {
      peer.send(LIVE);
      assertThat(peer.answer()).startsWith("HTTP/1.1 200");
      assertThat(peer.silentFor(SHORT.multipliedBy(3))).isTrue();
      peer.send(LIVE);
      assertThat(peer.answer()).startsWith("HTTP/1.1 200");
      assertThat(peer.trickle("GET /health/live HTTP/1.1\r\nHost: localhost\r\n"))
          .startsWith("HTTP/1.1 408 ")
          .contains("head-too-slow");
    }
  }

  @Test
  void aConnectionWithoutARequestUnderWayIsClosedAfterTheIdleTime() throws Exception {
    try (MemoryPlatform platform = with(LONG, LONG, LONG, SHORT);
        Peer peer = new Peer(platform)) {
      peer.send(LIVE);
      assertThat(peer.answer()).startsWith("HTTP/1.1 200");
      assertThat(peer.readToTheEnd()).isEmpty();
    }
  }

  @Test
  void aBodyThatStopsIsRefused() throws Exception {
    try (MemoryPlatform platform = with(LONG, SHORT, LONG, LONG);
        Peer peer = new Peer(platform)) {
      peer.send(put("/api/v1/registry/orders/a", "application/json", 100) + "{\"host\"");
      assertThat(peer.readToTheEnd())
          .startsWith("HTTP/1.1 408 ")
          .contains("body-too-slow", "300 ms");
      assertThat(platform.registry.snapshot().services()).isEmpty();
    }
  }

  @Test
  void anUploadThatStopsIsRefused() throws Exception {
    try (MemoryPlatform platform = with(LONG, SHORT, LONG, LONG);
        Peer peer = new Peer(platform)) {
      String path = "/api/v1/artifacts/" + "0".repeat(64);
      peer.send(put(path, "application/octet-stream", 1_000_000) + "some bytes");
      assertThat(peer.readToTheEnd()).startsWith("HTTP/1.1 408 ").contains("body-too-slow");
      assertThat(platform.artifacts).isEmpty();
    }
  }

  @Test
  void aBodyThatGoesOnIsTaken() throws Exception {
    try (MemoryPlatform platform = with(LONG, SHORT, LONG, LONG);
        Peer peer = new Peer(platform)) {
      String body = "{\"host\":\"127.0.0.1\",\"port\":20001}";
      peer.send(put("/api/v1/registry/orders/a", "application/json", body.length()));
      for (int i = 0; i < body.length(); i++) {
        assertThat(peer.silentFor(SHORT.dividedBy(10))).isTrue();
        peer.send(body.substring(i, i + 1));
      }
      assertThat(peer.answer()).startsWith("HTTP/1.1 201");
    }
  }

  @Test
  void whatWaitsForThePlatformLivesOn() throws Exception {
    try (MemoryPlatform platform = with(SHORT, SHORT, SHORT, SHORT);
        Peer events = new Peer(platform);
        Peer poll = new Peer(platform)) {
      platform.register("orders", "a", 20_001);
      events.send(
          LIVE.replace("/health/live", "/api/v1/events?since=999999")
              .replace("\r\n\r\n", "\r\nAccept: text/event-stream\r\n\r\n"));
      assertThat(events.answer()).startsWith("HTTP/1.1 200");
      String version = platform.getJson("/api/v1/registry").path("version").asString("");
      poll.send(
          "GET /api/v1/registry?wait=20s&since="
              + version
              + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(poll.silentFor(SHORT.multipliedBy(4))).as(poll::answered).isTrue();
      platform.register("orders", "b", 20_002);
      assertThat(poll.answer()).startsWith("HTTP/1.1 200");
      assertThat(events.open()).isTrue();
    }
  }

  @Test
  void anAnswerThatNobodyTakesEnds() throws Exception {
    try (MemoryPlatform platform = with(LONG, LONG, SHORT, LONG);
        Peer peer = new Peer(platform)) {
      for (int i = 0; i < 2_000; i++) {
        platform.register("orders", "an-instance-with-a-name-of-some-length-" + i, 20_001);
      }
      // More than the buffers of both systems hold, in one go and never read.
      String whole = "GET /api/v1/registry HTTP/1.1\r\nHost: localhost\r\n\r\n";
      peer.send(whole.repeat(60));
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(peer.closedAgainstWriting(whole.repeat(60))).isTrue());
    }
  }

  @Test
  void whatComesWhileItStopsIsToldSo() throws Exception {
    MemoryPlatform platform = with(LONG, LONG, LONG, LONG);
    try (Peer events = new Peer(platform);
        Peer late = new Peer(platform)) {
      events.send(
          LIVE.replace("/health/live", "/api/v1/events")
              .replace("\r\n\r\n", "\r\nAccept: text/event-stream\r\n\r\n"));
      assertThat(events.answer()).startsWith("HTTP/1.1 200");
      String body = "{\"replicas\":2}";
      late.send(
          put("/api/v1/services/orders", "application/json", body.length()) + body.substring(0, 5));
      assertThat(platform.get("/health/live").statusCode()).isEqualTo(200);
      Thread closing = Thread.ofVirtual().start(platform::close);
      events.readToTheEnd(); // the streams end as it begins to stop
      late.send(body.substring(5));
      assertThat(late.readToTheEnd())
          .startsWith("HTTP/1.1 503 ")
          .containsIgnoringCase("connection: close")
          .contains("\"stopping\"");
      closing.join();
    }
  }

  @Test
  void slowPeersDoNotKeepOthersOut() throws Exception {
    List<Peer> peers = new ArrayList<>();
    try (MemoryPlatform platform = with(SHORT, LONG, LONG, LONG)) {
      for (int i = 0; i < 200; i++) {
        Peer peer = new Peer(platform);
        peers.add(peer);
        peer.send("GET / HTTP/1.1\r\n");
      }
      assertThat(platform.get("/health/live").statusCode()).isEqualTo(200);
      for (Peer peer : peers) {
        assertThat(peer.readToTheEnd()).startsWith("HTTP/1.1 408 ");
      }
    } finally {
      for (Peer peer : peers) {
        peer.close();
      }
    }
  }

  private static String put(String path, String type, int length) {
    return "PUT "
        + path
        + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
        + MemoryPlatform.TOKEN
        + "\r\nContent-Type: "
        + type
        + "\r\nContent-Length: "
        + length
        + "\r\n\r\n";
  }

  private static final class Peer implements AutoCloseable {
    private final Socket socket;
    private final PushbackInputStream in;
    private final OutputStream out;

    Peer(MemoryPlatform platform) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), platform.port());
      in = new PushbackInputStream(socket.getInputStream());
      out = socket.getOutputStream();
    }

    void send(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }

    /** Sends a line again and again, each well within the time, until it is answered. */
    String trickle(String line) throws IOException {
      long end = System.nanoTime() + LONG.toNanos();
      try {
        while (System.nanoTime() < end) {
          for (int i = 0; i < line.length(); i++) {
            if (!silentFor(SHORT.dividedBy(20))) {
              return readToTheEnd();
            }
            send(line.substring(i, i + 1));
          }
        }
      } catch (SocketException e) {
        return readToTheEnd();
      }
      return "nothing within " + LONG;
    }

    /** One answer with a Content-Length, or the head of a chunked one. */
    String answer() throws IOException {
      socket.setSoTimeout((int) LONG.toMillis());
      StringBuilder answer = new StringBuilder();
      while (answer.indexOf("\r\n\r\n") < 0) {
        int next = in.read();
        if (next < 0) {
          throw new IOException("the end after: " + answer);
        }
        answer.append((char) next);
      }
      int at = answer.indexOf("content-length: ");
      if (at >= 0) {
        String length = answer.substring(at + 16, answer.indexOf("\r\n", at));
        answer.append(new String(in.readNBytes(Integer.parseInt(length)), StandardCharsets.UTF_8));
      }
      return answer.toString();
    }

    String readToTheEnd() throws IOException {
      socket.setSoTimeout((int) LONG.toMillis());
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Whether nothing comes, not even an end, for this long. */
    boolean silentFor(Duration time) throws IOException {
      socket.setSoTimeout((int) Math.max(1, time.toMillis()));
      try {
        int one = in.read();
        if (one >= 0) {
          in.unread(one);
        }
        return false;
      } catch (SocketTimeoutException e) {
        return true;
      }
    }

    String answered() {
      try {
        return answer();
      } catch (IOException e) {
        return e.toString();
      }
    }

    /** Whether it has not been ended, whatever has come. */
    boolean open() throws IOException {
      while (!silentFor(Duration.ofMillis(50))) {
        if (in.read() < 0) {
          return false;
        }
      }
      return true;
    }

    boolean closedAgainstWriting(String text) {
      try {
        send(text);
        return false;
      } catch (IOException e) {
        return true;
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
