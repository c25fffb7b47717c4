package io.roadstead.gateway;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A client that sends and receives exactly the bytes that a test says. */
final class RawClient implements AutoCloseable {
  final Socket socket;
  final InputStream in;
  final OutputStream out;

  RawClient(InetSocketAddress address) {
    try {
      socket = new Socket(address.getAddress(), address.getPort());
      socket.setSoTimeout(10_000);
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream());
      out = socket.getOutputStream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  record Answer(int status, String head, String body) {
    String header(String name) {
      for (String line : head.lines().toList()) {
        if (line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":")) {
          return line.substring(name.length() + 1).trim();
        }
      }
      return "";
    }
  }

  RawClient send(String text) {
    try {
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Answer get(String path) {
    return send("GET " + path + " HTTP/1.1\r\nHost: test\r\n\r\n").answer();
  }

  Answer answer() {
    try {
      String head = readHead(in);
      if (head == null) {
        throw new AssertionError("the connection ended instead of an answer");
      }
      int status = Integer.parseInt(head.substring(9, 12));
      String body = status == 204 || status == 304 || status < 200 ? "" : readBody(head, in);
      return new Answer(status, head, body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An answer to HEAD. */
  Answer answerWithoutBody() {
    try {
      String head = readHead(in);
      if (head == null) {
        throw new AssertionError("the connection ended instead of an answer");
      }
      return new Answer(Integer.parseInt(head.substring(9, 12)), head, "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Everything up to the end of the connection. */
  String rest() {
    try {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "reset";
    }
  }

  /** A head with its empty line; null where the connection ended before it began. */
  static @Nullable String readHead(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    int b;
    while ((b = in.read()) >= 0) {
      head.append((char) b);
      if (b == '\n' && head.length() >= 4 && head.indexOf("\r\n\r\n", head.length() - 4) >= 0) {
        return head.toString();
      }
    }
    if (!head.isEmpty()) {
      throw new IOException("the connection ended inside a head: " + head);
    }
    return null;
  }

  /** The decoded body that a head announces; nothing where it announces none. */
  static String readBody(String head, InputStream in) throws IOException {
    String lower = head.toLowerCase(Locale.ROOT);
    int length = lower.indexOf("\r\ncontent-length:");
    if (length >= 0) {
      int start = length + 17;
      int size = Integer.parseInt(head.substring(start, head.indexOf('\r', start)).trim());
      byte[] body = in.readNBytes(size);
      if (body.length < size) {
        throw new IOException("only " + body.length + " of " + size + " bytes of a body came");
      }
      return new String(body, StandardCharsets.ISO_8859_1);
    }
    if (lower.contains("\r\ntransfer-encoding: chunked")) {
      StringBuilder body = new StringBuilder();
      while (true) {
        int size = Integer.parseInt(readLine(in), 16);
        body.append(new String(in.readNBytes(size), StandardCharsets.ISO_8859_1));
        String end = readLine(in);
        while (size == 0 && !end.isEmpty()) {
          end = readLine(in);
        }
        if (!end.isEmpty()) {
          throw new IOException("a chunk ends in '" + end + "'");
        }
        if (size == 0) {
          return body.toString();
        }
      }
    }
    return lower.startsWith("http/") && !lower.contains("\r\nconnection: keep-alive")
        ? new String(in.readAllBytes(), StandardCharsets.ISO_8859_1)
        : "";
  }

  private static String readLine(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    int b;
    while ((b = in.read()) >= 0 && b != '\n') {
      line.append((char) b);
    }
    if (b < 0) {
      throw new IOException("the connection ended inside a chunked body");
    }
    return line.substring(0, line.length() - 1);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
