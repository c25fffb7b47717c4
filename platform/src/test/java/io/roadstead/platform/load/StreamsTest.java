package io.roadstead.platform.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.roadstead.registry.Ticker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The clients of streams take no end for a good one that is none, and miss nothing lost. */
class StreamsTest {
  private static final String HEAD =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
  private static final String UPGRADED =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
  private static final String LAST = "0\r\n\r\n";

  private final List<Long> events = new ArrayList<>();
  private final ServerSocket server;
  private volatile byte[] answer = new byte[0];

  StreamsTest() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  @BeforeEach
  void serve() {
    Thread.ofVirtual().start(this::accept);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  /** Each connection: reads the head, says the answer, and hangs up once the client has. */
  private void accept() {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        InputStream in = socket.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
          head.append((char) in.read());
        }
        socket.getOutputStream().write(answer);
        socket.shutdownOutput();
        var _ = in.readAllBytes();
      } catch (IOException _) {
        // The client has hung up, or the test is over.
      }
    }
  }

  private static String event(long id) {
    String text = "id: " + id + "\ndata: it is event " + id + "\n\n";
    return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
  }

  private long listen(String said) throws IOException {
    answer = said.getBytes(ISO_8859_1);
    return new EventStream(address(), "/events", Ticker.system(), () -> false, events::add)
        .listen(7);
  }

  private InetSocketAddress address() {
    return new InetSocketAddress(server.getInetAddress(), server.getLocalPort());
  }

  @Test
  void anEventStreamThatEndsAfterAWholeEventHasEndedWell() throws IOException {
    assertThat(listen(HEAD + event(8) + event(9) + LAST)).isEqualTo(9);
    assertThat(events).containsExactly(8L, 9L);
  }

  @Test
  void anEventStreamThatBreaksOffHasNot() {
    assertThatThrownBy(() -> listen(HEAD + event(8))).hasMessageContaining("ended");
  }

  @Test
  void anEventStreamThatEndsWithinAnEventHasNot() {
    assertThatThrownBy(() -> listen(HEAD + "4\r\nid: \r\n" + LAST))
        .hasMessageContaining("ended within an event");
  }

  @Test
  void aMissingEventIsNoticed() {
    assertThatThrownBy(() -> listen(HEAD + event(8) + event(10) + LAST))
        .hasMessageContaining("it is event 10");
  }

  @Test
  void anEventStreamThatCannotBeOpenedIsAnError() {
    assertThatThrownBy(() -> listen("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"))
        .hasMessageContaining("status 503");
  }

  private Talk.End talk(int closeCode) throws IOException, InterruptedException {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    said.writeBytes(UPGRADED.getBytes(ISO_8859_1));
    if (closeCode > 0) {
      said.write(0x88);
      said.write(2);
      said.write(closeCode >> 8);
      said.write(closeCode);
    }
    answer = said.toByteArray();
    try (WebSocketConnection connection =
        new WebSocketConnection(server.getLocalPort(), "/chat", "one")) {
      return new Talk(1_000_000_000, () -> false).with(connection, "one");
    }
  }

  @Test
  void aWebSocketThatIsClosedAsGoingAwayHasEndedWell() throws Exception {
    assertThat(talk(1001)).isEqualTo(new Talk.End(0, 0, false));
  }

  @Test
  void aWebSocketThatIsClosedOtherwiseHasNot() {
    assertThatThrownBy(() -> talk(1011)).hasMessageContaining("closed with 1011");
  }

  @Test
  void aWebSocketThatBreaksOffHasNot() {
    assertThatThrownBy(() -> talk(0)).isInstanceOf(IOException.class);
  }
}
