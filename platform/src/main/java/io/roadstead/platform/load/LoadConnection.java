package io.roadstead.platform.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.roadstead.registry.Ticker;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * One HTTP/1.1 connection of the load: sends a request, reads the answer, and neither retries nor
 * forgives. For one thread at a time.
 */
public final class LoadConnection implements AutoCloseable {
  private static final int MAX_LINE = 16 * 1024;
  private static final int MAX_BODY = 1024 * 1024;
  private static final String REASON = "x-roadstead-reason:";

  /**
   * An answer.
   *
   * @param reason the gateway's, where it has answered itself, or ""
   * @param reusable whether the connection can carry another request
   */
  public record Reply(int status, String reason, String body, boolean reusable) {}

  private final Ticker ticker;
  private final Socket socket;
  private final InputStream in;
  private long deadlineNanos;

  private LoadConnection(Ticker ticker, Socket socket) throws IOException {
    this.ticker = ticker;
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream(), 8 * 1024);
  }

  public static LoadConnection open(Ticker ticker, InetSocketAddress address, long deadlineNanos)
      throws IOException {
    Socket socket = new Socket();
    try {
      socket.setTcpNoDelay(true);
      socket.connect(address, millisUntil(ticker, deadlineNanos));
      return new LoadConnection(ticker, socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** What is said before the body. */
  private record Head(int status, boolean lasting, boolean chunked, int length, String reason) {}

  /** Sends a request and reads its whole answer, until the deadline at most. */
  public Reply exchange(byte[] request, long deadlineNanos) throws IOException {
    Head head = ask(request, deadlineNanos);
    byte[] body;
    boolean reusable = head.lasting();
    if (head.status() == 204) {
      body = new byte[0];
    } else if (head.chunked()) {
      body = chunks();
    } else if (head.length() >= 0) {
      body = bytes(head.length());
    } else {
      body = rest();
      reusable = false;
    }
    return new Reply(head.status(), head.reason(), new String(body, UTF_8), reusable);
  }

  /**
   * Sends a request whose answer comes in chunks, as an event stream does, and reads its head; what
   * follows is for {@link #chunk}.
   *
   * @throws IOException where it is another than 200, or has no chunks
   */
  public void begin(byte[] request, long deadlineNanos) throws IOException {
    Head head = ask(request, deadlineNanos);
    if (head.status() != 200 || !head.chunked()) {
      throw new IOException("status " + head.status() + " " + head.reason());
    }
  }

  /** The next chunk of an answer; empty where it was the last, and the answer has ended so. */
  public byte[] chunk(long deadlineNanos) throws IOException {
    this.deadlineNanos = deadlineNanos;
    return chunk();
  }

  private Head ask(byte[] request, long deadlineNanos) throws IOException {
    this.deadlineNanos = deadlineNanos;
    socket.getOutputStream().write(request);
    String status = line();
    while (status.startsWith("HTTP/1.1 1")) {
      while (!line().isEmpty()) {
        // An interim answer's headers say nothing that the load wants to know.
      }
      status = line();
    }
    String[] parts = status.split(" ", 3);
    if (parts.length < 2 || !parts[0].startsWith("HTTP/1.")) {
      throw new IOException("not an HTTP answer: " + status);
    }
    boolean lasting = parts[0].equals("HTTP/1.1");
    boolean chunked = false;
    int length = -1;
    String reason = "";
    for (String header = line(); !header.isEmpty(); header = line()) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(lower.substring(15).strip());
      } else if (lower.startsWith("transfer-encoding:")) {
        chunked = lower.endsWith("chunked");
      } else if (lower.startsWith(REASON)) {
        reason = lower.substring(REASON.length()).strip();
      } else if (lower.startsWith("connection:")) {
        lasting &= !lower.contains("close");
      }
    }
    return new Head(Integer.parseInt(parts[1]), lasting, chunked, length, reason);
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (byte[] chunk = chunk(); chunk.length > 0; chunk = chunk()) {
      body.writeBytes(chunk);
      if (body.size() > MAX_BODY) {
        throw new IOException("a body of more than " + MAX_BODY + " bytes");
      }
    }
    return body.toByteArray();
  }

  private byte[] chunk() throws IOException {
    String size = line();
    int semicolon = size.indexOf(';');
    int length = Integer.parseInt(semicolon < 0 ? size : size.substring(0, semicolon), 16);
    if (length == 0) {
      while (!line().isEmpty()) {
        // Trailers are of no interest.
      }
      return new byte[0];
    }
    byte[] chunk = bytes(length);
    if (!line().isEmpty()) {
      throw new IOException("a chunk does not end where it says");
    }
    return chunk;
  }

  private byte[] bytes(int length) throws IOException {
    if (length > MAX_BODY) {
      throw new IOException("a body of " + length + " bytes; at most " + MAX_BODY);
    }
    byte[] bytes = new byte[length];
    int read = 0;
    while (read < length) {
      limitRead();
      int n = in.read(bytes, read, length - read);
      if (n < 0) {
        throw new EOFException("the connection ended within the body");
      }
      read += n;
    }
    return bytes;
  }

  private byte[] rest() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    byte[] buffer = new byte[8 * 1024];
    while (body.size() <= MAX_BODY) {
      limitRead();
      int n = in.read(buffer);
      if (n < 0) {
        return body.toByteArray();
      }
      body.write(buffer, 0, n);
    }
    throw new IOException("a body of more than " + MAX_BODY + " bytes");
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder(64);
    while (line.length() < MAX_LINE) {
      if (in.available() == 0) {
        limitRead();
      }
      int c = in.read();
      if (c < 0) {
        throw new EOFException(
            line.isEmpty() ? "the connection ended without an answer" : "the answer broke off");
      }
      if (c == '\n') {
        int end = line.length();
        return end > 0 && line.charAt(end - 1) == '\r'
            ? line.substring(0, end - 1)
            : line.toString();
      }
      line.append((char) c);
    }
    throw new IOException("a header line of more than " + MAX_LINE + " bytes");
  }

  private void limitRead() throws IOException {
    socket.setSoTimeout(millisUntil(ticker, deadlineNanos));
  }

  private static int millisUntil(Ticker ticker, long deadlineNanos) throws IOException {
    long millis = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - ticker.nanos());
    if (millis <= 0) {
      throw new SocketTimeoutException("the time is over");
    }
    return (int) millis;
  }

  /** The bytes of a GET. */
  public static byte[] get(InetSocketAddress address, String path) {
    return request(address, "GET", path, "", "");
  }

  /**
   * The bytes of a request.
   *
   * @param headers more lines, each with its end, or ""
   * @param body sent with its length, or ""
   */
  public static byte[] request(
      InetSocketAddress address, String method, String path, String headers, String body) {
    String host = address.getHostString() + ":" + address.getPort();
    String length = body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n";
    return (method
            + " "
            + path
            + " HTTP/1.1\r\nHost: "
            + host
            + "\r\nUser-Agent: roadstead-load\r\n"
            + headers
            + length
            + "\r\n"
            + body)
        .getBytes(ISO_8859_1);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException _) {
      // It is thrown away either way.
    }
  }
}
