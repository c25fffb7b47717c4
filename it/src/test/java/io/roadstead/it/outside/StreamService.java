package io.roadstead.it.outside;

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
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A service of streams that knows nothing of ending in order: at SIGTERM it is gone. {@code /chat}
 * is a WebSocket that sends each frame back, and notes in a file how many once it was told to
 * close; {@code /events} an event stream that goes on after {@code Last-Event-ID}, each event
 * written in two halves.
 */
final class StreamService {
  static final long EVENT_EVERY_NANOS = 400_000_000;

  private static final long BETWEEN_HALVES_NANOS = 20_000_000;
  private static final String ACCEPT_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int FIN_AND_OPCODE = 0x8f;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;

  private final Path notes;

  private StreamService(Path notes) {
    this.notes = notes;
  }

  /**
   * @param arguments the folder for what connections have sent
   */
  public static void main(String[] arguments) throws IOException {
    StreamService service = new StreamService(Path.of(arguments[0]));
    int port = Integer.parseInt(System.getenv("PORT"));
    try (ServerSocket server = new ServerSocket(port, 256, InetAddress.getLoopbackAddress())) {
      while (true) {
        Socket connection = server.accept();
        connection.setTcpNoDelay(true);
        Thread.ofVirtual().start(() -> service.serve(connection));
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      DataInputStream in =
          new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
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
        String path = asked.substring(asked.indexOf(' ') + 1, asked.lastIndexOf(' '));
        if (path.equals("/chat")) {
          chat(headers, in, out);
          return;
        } else if (path.equals("/events")) {
          events(Long.parseLong(headers.getOrDefault("Last-Event-ID", "0")), out);
        } else {
          write(out, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }
      }
    } catch (IOException | NoSuchAlgorithmException e) {
      System.err.println(e);
    }
  }

  private static void events(long last, OutputStream out) throws IOException {
    write(
        out,
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (long id = last + 1; ; id++) {
      chunk(out, "id: " + id + "\ndata: it is");
      LockSupport.parkNanos(BETWEEN_HALVES_NANOS);
      chunk(out, " event " + id + "\n\n");
      LockSupport.parkNanos(EVENT_EVERY_NANOS - BETWEEN_HALVES_NANOS);
    }
  }

  private static void chunk(OutputStream out, String text) throws IOException {
    write(out, Integer.toHexString(text.length()) + "\r\n" + text + "\r\n");
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
      write(out, answer & FIN_AND_OPCODE, payload);
      if (opcode == CLOSE) {
        note(headers.getOrDefault("X-Connection", ""), echoed);
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
