package io.roadstead.gateway.http;

import org.jspecify.annotations.Nullable;

/** What an answer's headers mean together; as strict as for requests. */
final class ResponseRules {
  private ResponseRules() {}

  static @Nullable BadMessage check(Head head) {
    for (int i = 0; i < head.count; i++) {
      int start = head.valueStart(i);
      int length = head.valueLength(i);
      switch (head.field(i)) {
        case Field.CONTENT_TYPE ->
            head.eventStream =
                length >= 17
                    && Ascii.is(head.bytes, start, 17, "text/event-stream")
                    && (length == 17
                        || head.bytes[start + 17] == ';'
                        || head.bytes[start + 17] == ' ');
        case Field.DATE -> head.dated = true;
        case Field.LOAD -> head.load = head.load == Head.NO_LOAD ? i : Head.MANY_LOADS;
        case Field.KEEP_ALIVE -> head.keepAliveSeconds = timeout(head.bytes, start, length);
        default -> {
          BadMessage bad = SharedRules.header(head, i);
          if (bad != null) {
            return bad;
          }
        }
      }
    }
    return SharedRules.framing(head);
  }

  private static int timeout(byte[] b, int start, int length) {
    for (int i = start; i + 8 < start + length; i++) {
      if (Ascii.is(b, i, 8, "timeout=")) {
        int seconds = 0;
        for (int j = i + 8; j < start + length && Ascii.isDigit(b[j]) && seconds < 100_000; j++) {
          seconds = seconds * 10 + b[j] - '0';
        }
        return seconds;
      }
    }
    return -1;
  }
}
