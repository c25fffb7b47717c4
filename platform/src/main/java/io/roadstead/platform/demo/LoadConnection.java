package io.roadstead.platform.demo;

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
 * One HTTP/1.1 connection of the load: sends a GET, reads the answer, and neither retries nor
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

  /** Sends a request and reads its whole answer, until the deadline at most. */
  public Reply exchange(byte[] request, long deadlineNanos) throws IOException {
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
    boolean reusable = parts[0].equals("HTTP/1.1");
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
        reusable &= !lower.contains("close");
      }
    }
    byte[] body;
    if (parts[1].equals("204")) {
      body = new byte[0];
    } else if (chunked) {
      body = chunks();
    } else if (length >= 0) {
      body = bytes(length);
    } else {
      body = rest();
      reusable = false;
    }
    return new Reply(Integer.parseInt(parts[1]), reason, new String(body, UTF_8), reusable);
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      String size = line();
      int semicolon = size.indexOf(';');
      int length = Integer.parseInt(semicolon < 0 ? size : size.substring(0, semicolon), 16);
      if (length == 0) {
        while (!line().isEmpty()) {
          // Trailers are of no interest.
        }
        return body.toByteArray();
      }
      body.writeBytes(bytes(length));
      if (!line().isEmpty()) {
        throw new IOException("a chunk does not end where it says");
      }
      if (body.size() > MAX_BODY) {
        throw new IOException("a body of more than " + MAX_BODY + " bytes");
      }
    }
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

  static byte[] get(InetSocketAddress address, String path) {
    String host = address.getHostString() + ":" + address.getPort();
    return ("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: roadstead-demo\r\n\r\n")
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
