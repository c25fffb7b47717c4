package io.roadstead.gateway.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/**
 * A line behind the last chunk, while it is read. Some receivers merge trailers into the headers,
 * where they were never looked at; so what frames, routes, authenticates or modifies a message, and
 * what the gateway itself writes, is refused there: RFC 9110 section 6.5.1.
 */
final class Trailer {
  private static final int LINE = 128;
  private static final String[] FORBIDDEN = {
    "authorization",
    "www-authenticate",
    "authentication-info",
    "cookie",
    "set-cookie",
    "content-encoding",
    "content-range",
    "range",
    "if-match",
    "if-none-match",
    "if-modified-since",
    "if-unmodified-since",
    "if-range",
    "cache-control",
    "max-forwards",
    "age",
    "expires",
    "location",
    "retry-after",
    "vary",
  };

  private byte[] line = {};
  private int length;
  private boolean dropped;

  void begin() {
    length = 0;
    dropped = false;
  }

  int length() {
    return length;
  }

  void add(byte b) {
    if (length == line.length) {
      line = Arrays.copyOf(line, Math.max(LINE, 2 * length));
    }
    line[length++] = b;
  }

  /** Whether what is there of the line, its name, may be a trailer's. */
  boolean mayBe() {
    int field = Field.of(line, 0, length);
    dropped = field == Field.UNDERSCORE;
    boolean known = field != Field.OTHER && field != Field.TRACEPARENT && field != Field.TRACESTATE;
    if (known && !dropped) {
      return false;
    }
    for (String name : FORBIDDEN) {
      if (Ascii.is(line, 0, length, name)) {
        return false;
      }
    }
    return true;
  }

  /** Hands the whole line on. */
  void forward(BodyReader.Sink sink) {
    if (!dropped) {
      add((byte) '\r');
      add((byte) '\n');
      ByteBuf copy = Unpooled.copiedBuffer(line, 0, length);
      sink.range(copy, 0, length);
      copy.release();
    }
  }
}
