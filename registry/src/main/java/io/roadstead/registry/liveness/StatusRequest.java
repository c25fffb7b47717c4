package io.roadstead.registry.liveness;

import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * One GET over a connection that is open, of whose answer only the status counts. A client of a few
 * lines on purpose: it is asked every few milliseconds while a JVM starts beside it, and reads no
 * more than {@value #MAX_ANSWER_BYTES} bytes of what anybody may answer.
 */
public final class StatusRequest {
  static final int MAX_ANSWER_BYTES = 16 << 10;
  private static final int MAX_STATUS_LINE = 256;
  private static final int DRAIN_MILLIS = 50;

  private final Ticker ticker;
  private final String userAgent;

  /** A client that says who it is. */
  public StatusRequest(Ticker ticker, String userAgent) {
    this.ticker = ticker;
    this.userAgent = userAgent;
  }

  /**
   * Asks, and reads a short answer out, so that closing does not reset the server's connection.
   *
   * @param host as in a Host header, without the port
   * @param deadline as the ticker has it
   * @return 100 to 999, or 0 where the answer is not HTTP (RFC 9112 section 4)
   * @throws SocketTimeoutException where there is no status by the deadline
   */
  public int ask(Socket socket, String host, int port, String path, long deadline)
      throws IOException {
    socket.setTcpNoDelay(true);
    String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    String request =
        "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUser-Agent: %s\r\nAccept: */*\r\nConnection: close\r\n\r\n"
            .formatted(path, name, port, userAgent);
    socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
    InputStream in = socket.getInputStream();
    byte[] buffer = new byte[1024];
    int read = 0;
    while (read < MAX_STATUS_LINE && !line(buffer, read)) {
      socket.setSoTimeout(left(deadline));
      int more = in.read(buffer, read, MAX_STATUS_LINE - read);
      if (more < 0) {
        break;
      }
      read += more;
    }
    int status = status(new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
    if (status != 0) {
      drain(socket, in, buffer);
    }
    return status;
  }

  private static boolean line(byte[] buffer, int length) {
    for (int i = 0; i < length; i++) {
      if (buffer[i] == '\n') {
        return true;
      }
    }
    return false;
  }

  private static int status(String line) {
    if (line.length() < 12 || !line.startsWith("HTTP/1.") || line.charAt(8) != ' ') {
      return 0;
    }
    try {
      int status = Integer.parseInt(line, 9, 12, 10);
      return status >= 100 ? status : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private void drain(Socket socket, InputStream in, byte[] buffer) {
    long deadline = ticker.nanos() + TimeUnit.MILLISECONDS.toNanos(DRAIN_MILLIS);
    try {
      for (int total = 0, read = 0; read >= 0 && total < MAX_ANSWER_BYTES; total += read) {
        socket.setSoTimeout(left(deadline));
        read = in.read(buffer);
      }
    } catch (IOException e) {
      // The status is known already.
    }
  }

  /** The milliseconds until a deadline. */
  int left(long deadline) throws SocketTimeoutException {
    long millis = TimeUnit.NANOSECONDS.toMillis(deadline - ticker.nanos());
    if (millis <= 0) {
      throw new SocketTimeoutException();
    }
    return (int) Math.min(millis, Integer.MAX_VALUE);
  }
}
