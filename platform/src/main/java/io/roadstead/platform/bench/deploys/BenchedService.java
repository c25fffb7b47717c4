package io.roadstead.platform.bench.deploys;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A service that knows nothing of ending in order: at SIGTERM it is gone, with all that it has.
 *
 * <ul>
 *   <li>{@code /hello} answers at once, {@code /slow} after five seconds.
 *   <li>{@code /echo} answers with the body that was sent.
 *   <li>{@code /chat} is a WebSocket that sends each frame back, and when it is told to close notes
 *       in a file how many those were.
 *   <li>{@code /events} is an event stream that goes on after {@code Last-Event-ID}, each event
 *       written in two halves.
 * </ul>
 *
 * <p>All else is answered with nothing. Without lambdas, virtual threads and texts put together by
 * the JVM, each of which would take a good part of its start.
 */
public final class BenchedService implements Runnable {
  /** How often there is an event. */
  public static final long EVENT_EVERY_NANOS = 400_000_000;

  private static final long BETWEEN_HALVES_NANOS = 20_000_000;
  private static final int SLOW_SECONDS = 5;
  private static final int BACKLOG = 256;
  private static final int MAX_BODY = 1 << 20;
  private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int FIN_AND_OPCODE = 0x8f;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  private final CountDownLatch never = new CountDownLatch(1);
  private final Socket socket;
  private final Path notes;

  private BenchedService(Socket socket, Path notes) {
    this.socket = socket;
    this.notes = notes;
  }

  /**
   * @param arguments the folder for what connections have sent; else in {@code NOTES}
   */
  public static void main(String[] arguments) throws IOException {
    Path notes = Path.of(arguments.length > 0 ? arguments[0] : System.getenv("NOTES"));
    int port = Integer.parseInt(System.getenv("PORT"));
    try (ServerSocket server = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress())) {
      while (true) {
        Socket connection = server.accept();
        connection.setTcpNoDelay(true);
        Thread thread = new Thread(new BenchedService(connection, notes), "connection");
        thread.setDaemon(true);
        thread.start();
      }
    }
  }

  @Override
  public void run() {
    try (socket) {
      serve();
    } catch (IOException | NoSuchAlgorithmException | InterruptedException e) {
      System.err.println(e);
    }
  }

  private void serve() throws IOException, NoSuchAlgorithmException, InterruptedException {
    DataInputStream in =
        new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 14));
    OutputStream out = socket.getOutputStream();
    while (true) {
      String asked = line(in);
      if (asked.isEmpty()) {
        return;
      }
      Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      for (String line = line(in); !line.isEmpty(); line = line(in)) {
        int colon = line.indexOf(':');
        headers.put(line.substring(0, colon), line.substring(colon + 1).trim());
      }
      byte[] body = body(headers, in);
      String path = asked.substring(asked.indexOf(' ') + 1, asked.lastIndexOf(' '));
      if (path.equals("/chat")) {
        chat(headers, in, out);
        return;
      } else if (path.equals("/events")) {
        events(Long.parseLong(headers.getOrDefault("Last-Event-ID", "0")), out);
      } else if (path.equals("/echo")) {
        answer(out, body);
      } else if (path.equals("/slow")) {
        boolean _ = never.await(SLOW_SECONDS, TimeUnit.SECONDS);
        answer(out, "slow".getBytes(StandardCharsets.US_ASCII));
      } else if (path.equals("/hello")) {
        answer(out, "hello".getBytes(StandardCharsets.US_ASCII));
      } else {
        answer(out, new byte[0]);
      }
    }
  }

  private static byte[] body(Map<String, String> headers, DataInputStream in) throws IOException {
    int length = Integer.parseInt(headers.getOrDefault("Content-Length", "0"));
    if (length > MAX_BODY) {
      throw new IOException("a body of more than a mebibyte");
    }
    return in.readNBytes(length);
  }

  private static void answer(OutputStream out, byte[] body) throws IOException {
    byte[] head =
        "HTTP/1.1 200 OK\r\nContent-Length: "
            .concat(Integer.toString(body.length))
            .concat("\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] whole = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, whole, head.length, body.length);
    out.write(whole);
  }

  private static void events(long last, OutputStream out) throws IOException {
    write(
        out,
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (long id = last + 1; ; id++) {
      String number = Long.toString(id);
      chunk(out, "id: ".concat(number).concat("\ndata: it is"));
      LockSupport.parkNanos(BETWEEN_HALVES_NANOS);
      chunk(out, " event ".concat(number).concat("\n\n"));
      LockSupport.parkNanos(EVENT_EVERY_NANOS - BETWEEN_HALVES_NANOS);
    }
  }

  private static void chunk(OutputStream out, String text) throws IOException {
    write(out, Integer.toHexString(text.length()).concat("\r\n").concat(text).concat("\r\n"));
  }

  private void chat(Map<String, String> headers, DataInputStream in, OutputStream out)
      throws IOException, NoSuchAlgorithmException {
    String key = headers.get("Sec-WebSocket-Key") + ACCEPT_SUFFIX;
    byte[] hash =
        MessageDigest.getInstance("SHA-1").digest(key.getBytes(StandardCharsets.US_ASCII));
    write(
        out,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: "
            + Base64.getEncoder().encodeToString(hash)
            + "\r\n\r\n");
    int echoed = 0;
    while (true) {
      int first = in.read();
      if (first < 0) {
        return;
      }
      int length = in.readUnsignedByte() & 0x7f;
      if (length == 126) {
        length = in.readUnsignedShort();
      } else if (length == 127) {
        length = Math.toIntExact(in.readLong());
      }
      byte[] mask = in.readNBytes(4);
      byte[] payload = in.readNBytes(length);
      for (int i = 0; i < length; i++) {
        payload[i] ^= mask[i % 4];
      }
      int opcode = first & 0xf;
      int answer = opcode == PING ? first - PING + PONG : first;
      if (opcode == CLOSE) {
        note(headers.getOrDefault("X-Connection", ""), echoed);
      }
      write(out, answer & FIN_AND_OPCODE, payload);
      if (opcode == CLOSE) {
        return;
      }
      echoed++;
    }
  }

  private void note(String connection, int echoed) throws IOException {
    if (!connection.isEmpty()) {
      Files.writeString(notes.resolve(connection), Integer.toString(echoed));
    }
  }

  private static void write(OutputStream out, int first, byte[] payload) throws IOException {
    byte[] head;
    if (payload.length < 126) {
      head = new byte[] {(byte) first, (byte) payload.length};
    } else if (payload.length < 1 << 16) {
      head = new byte[] {(byte) first, 126, (byte) (payload.length >> 8), (byte) payload.length};
    } else {
      head =
          new byte[] {
            (byte) first,
            127,
            0,
            0,
            0,
            0,
            (byte) (payload.length >> 24),
            (byte) (payload.length >> 16),
            (byte) (payload.length >> 8),
            (byte) payload.length
          };
    }
    out.write(head);
    out.write(payload);
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static String line(DataInputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }
}
