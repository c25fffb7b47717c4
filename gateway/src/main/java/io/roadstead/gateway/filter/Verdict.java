package io.roadstead.gateway.filter;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What a filter makes of a request. */
public sealed interface Verdict {
  /** It goes on. */
  static Verdict next() {
    return new Next();
  }

  /**
   * The client is answered this, and the request goes nowhere.
   *
   * @param fields of the answer's head, such as Content-Type
   */
  static Verdict answer(int status, Map<String, String> fields, String body) {
    return new Answer(status, fields, body);
  }

  /** It goes on. */
  record Next() implements Verdict {}

  /** An answer in the instance's place; its body is sent as UTF-8. */
  record Answer(int status, Map<String, String> fields, String body) implements Verdict {
    static final int MOST_BODY = 64 << 10;

    public Answer {
      fields = Map.copyOf(fields);
      if (status < 200 || status > 599) {
        throw new IllegalArgumentException(
            "status " + status + " of a filter's answer is not one of 200 to 599");
      }
      int bytes = body.getBytes(StandardCharsets.UTF_8).length;
      if (bytes > MOST_BODY || (bytes > 0 && (status == 204 || status == 304))) {
        throw new IllegalArgumentException(
            "a filter's answer of "
                + bytes
                + " bytes is too long: at most "
                + MOST_BODY
                + ", and none with 204 and 304");
      }
      fields.forEach(Fields::check);
    }
  }
}
