package io.roadstead.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An answer as it came over a socket; status 0 where none came. */
public record RawAnswer(int status, String head, String body) {
  private static final int TIMEOUT_MILLIS = 20_000;
  private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: (\\d+)\r\n");

  /** Sends {@code bytes} to {@code host} on a connection of its own. */
  public static RawAnswer to(String host, byte[] bytes) throws IOException {
    int colon = host.indexOf(':');
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(
              host.substring(0, colon), Integer.parseInt(host.substring(colon + 1))),
          TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      try {
        socket.getOutputStream().write(bytes);
      } catch (IOException _) {
        // Refused before all of it was taken: the answer may be there.
      }
      return read(socket.getInputStream());
    }
  }

  /** Reads one answer; only answers with a length or without a body. */
  public static RawAnswer read(InputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int length = -1;
    int body = -1;
    for (int b = in.read(); b >= 0; b = in.read()) {
      bytes.write(b);
      if (body < 0 && b == '\n') {
        String text = bytes.toString(StandardCharsets.UTF_8);
        if (text.endsWith("\r\n\r\n")) {
          body = bytes.size();
          Matcher found = LENGTH.matcher(text);
          length = found.find() ? Integer.parseInt(found.group(1)) : 0;
        }
      }
      if (body >= 0 && bytes.size() >= body + length) {
        break;
      }
    }
    String text = bytes.toString(StandardCharsets.UTF_8);
    int end = text.indexOf("\r\n\r\n");
    return end < 0
        ? new RawAnswer(0, text, "")
        : new RawAnswer(
            Integer.parseInt(text.substring(9, 12)),
            text.substring(0, end),
            text.substring(end + 4));
  }
}
