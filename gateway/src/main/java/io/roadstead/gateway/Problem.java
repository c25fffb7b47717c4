package io.roadstead.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;

/** The gateway's own error answers: RFC 9457 problem details, the reason in a header too. */
final class Problem {
  private Problem() {}

  static ByteBuf answer(
      ByteBufAllocator allocator,
      int status,
      String code,
      String detail,
      boolean bodiless,
      boolean close,
      byte[] date) {
    byte[] body =
        ("{\"type\":\"about:blank\",\"title\":"
                + quote(title(status))
                + ",\"status\":"
                + status
                + ",\"code\":"
                + quote(code)
                + ",\"detail\":"
                + quote(detail)
                + "}")
            .getBytes(StandardCharsets.UTF_8);
    String head =
        "HTTP/1.1 "
            + status
            + " "
            + title(status)
            + "\r\nContent-Type: application/problem+json\r\nX-Roadstead-Reason: "
            + code
            + (status == 503 ? "\r\nRetry-After: 1" : "")
            + "\r\nContent-Length: "
            + body.length
            + (close ? "\r\nConnection: close" : "")
            + "\r\n";
    ByteBuf out = allocator.directBuffer(head.length() + body.length + HeadWriter.ADDED);
    ByteBufUtil.writeAscii(out, head);
    HeadWriter.date(date, out);
    HeadWriter.end(out);
    if (!bodiless) {
      out.writeBytes(body);
    }
    return out;
  }

  private static String title(int status) {
    return switch (status) {
      case 400 -> "Bad Request";
      case 404 -> "Not Found";
      case 408 -> "Request Timeout";
      case 414 -> "URI Too Long";
      case 417 -> "Expectation Failed";
      case 431 -> "Request Header Fields Too Large";
      case 501 -> "Not Implemented";
      case 502 -> "Bad Gateway";
      case 503 -> "Service Unavailable";
      case 504 -> "Gateway Timeout";
      case 505 -> "HTTP Version Not Supported";
      default -> "Error";
    };
  }

  private static String quote(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }
}
