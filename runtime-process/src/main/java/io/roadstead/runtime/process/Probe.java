package io.roadstead.runtime.process;

import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * Asks one instance once: a connection and, where a path is given, one GET over it. A client of a
 * few lines on purpose: probes run every few milliseconds while a JVM starts beside them.
 */
final class Probe {
  private static final int MAX_ANSWER_BYTES = 64 << 10;
  private static final int MAX_STATUS_LINE = 256;

  private final Ticker ticker;

  Probe(Ticker ticker) {
    this.ticker = ticker;
  }

  /**
   * What was seen.
   *
   * @param status of the HTTP answer; 0 where there was none
   * @param problem for a sentence, "" where it is healthy
   */
  record Seen(int status, String problem) {
    /** It is there: it accepted the connection, or what it answered does not matter. */
    static final Seen THERE = new Seen(0, "");

    boolean healthy() {
      return problem.isEmpty();
    }
  }

  /** Connects, and no more. */
  Seen connect(String host, int port, Duration timeout) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), millis(timeout));
      return Seen.THERE;
    } catch (ConnectException _) {
      return refused(port);
    } catch (SocketTimeoutException _) {
      return new Seen(0, "no connection to port " + port + " within " + millis(timeout) + " ms");
    } catch (IOException e) {
      return new Seen(0, "connecting to port " + port + " failed: " + e.getMessage());
    }
  }

  /** Sends a GET and reads the status of the answer. */
  Seen get(String host, int port, String path, Duration timeout) {
    long deadline = ticker.nanos() + timeout.toNanos();
    String request = "GET " + path;
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), millis(timeout));
      socket.setTcpNoDelay(true);
      String head =
          " HTTP/1.1\r\nHost: %s:%d\r\nUser-Agent: roadstead-probe\r\nAccept: */*\r\nConnection: close\r\n\r\n"
              .formatted(host, port);
      socket.getOutputStream().write((request + head).getBytes(StandardCharsets.ISO_8859_1));
      OptionalInt status = status(socket, deadline);
      if (status.isEmpty()) {
        return new Seen(0, request + " on port " + port + " was not answered in HTTP");
      }
      int code = status.getAsInt();
      boolean good = code >= 200 && code < 400;
      return new Seen(code, good ? "" : request + " answered " + code);
    } catch (ConnectException _) {
      return refused(port);
    } catch (SocketTimeoutException _) {
      return new Seen(0, "no answer to " + request + " within " + timeout.toMillis() + " ms");
    } catch (IOException e) {
      return new Seen(0, request + " on port " + port + " failed: " + e.getMessage());
    }
  }

  private OptionalInt status(Socket socket, long deadline) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] buffer = new byte[2048];
    var line = new StringBuilder();
    while (line.length() < MAX_STATUS_LINE && line.indexOf("\n") < 0) {
      socket.setSoTimeout(remaining(deadline));
      int read = in.read(buffer, 0, Math.min(buffer.length, MAX_STATUS_LINE - line.length()));
      if (read < 0) {
        break;
      }
      line.append(new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
    }
    OptionalInt status = parse(line);
    if (status.isPresent()) {
      drain(socket, in, buffer, deadline);
    }
    return status;
  }

  /** Reads the answer out, so that closing does not reset the server's connection. */
  private void drain(Socket socket, InputStream in, byte[] buffer, long deadline) {
    try {
      for (int total = 0, read = 0; read >= 0 && total < MAX_ANSWER_BYTES; total += read) {
        socket.setSoTimeout(Math.min(100, remaining(deadline)));
        read = in.read(buffer);
      }
    } catch (IOException _) {
      // the status is known already
    }
  }

  private int remaining(long deadline) throws SocketTimeoutException {
    long millis = TimeUnit.NANOSECONDS.toMillis(deadline - ticker.nanos());
    if (millis <= 0) {
      throw new SocketTimeoutException();
    }
    return (int) Math.min(millis, Integer.MAX_VALUE);
  }

  /** {@code HTTP/1.1 200 …}, RFC 9112 section 4. */
  private static OptionalInt parse(CharSequence line) {
    if (line.length() < 12 || !line.subSequence(0, 5).toString().equals("HTTP/")) {
      return OptionalInt.empty();
    }
    try {
      int status = Integer.parseInt(line, 9, 12, 10);
      return status >= 100 && status <= 999 ? OptionalInt.of(status) : OptionalInt.empty();
    } catch (NumberFormatException _) {
      return OptionalInt.empty();
    }
  }

  private static Seen refused(int port) {
    return new Seen(0, "connection refused on port " + port);
  }

  private static int millis(Duration timeout) {
    return Math.clamp(timeout.toMillis(), 1, Integer.MAX_VALUE);
  }
}
