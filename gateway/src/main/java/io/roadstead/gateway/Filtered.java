package io.roadstead.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.roadstead.gateway.filter.Verdict;
import io.roadstead.gateway.http.Head;
import io.roadstead.gateway.http.HeadParser;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What comes back from filters, as bytes. */
final class Filtered {
  private Filtered() {}

  static ByteBuf buffer(byte[] head) {
    return Unpooled.wrappedBuffer(head);
  }

  /** The head that was parsed; null where it is none that anybody may be sent. */
  static @Nullable Head read(HeadParser parser, int result) {
    return result == HeadParser.BAD || result == HeadParser.INCOMPLETE ? null : parser.head();
  }

  /** A filter's own answer. */
  static ByteBuf answer(
      ByteBufAllocator allocator,
      Verdict.Answer answer,
      boolean bodiless,
      boolean close,
      byte[] date) {
    byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder("HTTP/1.1 ").append(answer.status()).append(" \r\n");
    answer
        .fields()
        .forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    if (answer.status() != 204 && answer.status() != 304) {
      head.append("Content-Length: ").append(body.length).append("\r\n");
    }
    if (close) {
      head.append("Connection: close\r\n");
    }
    ByteBuf out = allocator.directBuffer(head.length() + body.length + HeadWriter.ADDED);
    out.writeCharSequence(head, StandardCharsets.ISO_8859_1);
    if (answer.fields().keySet().stream().noneMatch("date"::equalsIgnoreCase)) {
      HeadWriter.date(date, out);
    }
    HeadWriter.end(out);
    if (!bodiless) {
      out.writeBytes(body);
    }
    return out;
  }
}
