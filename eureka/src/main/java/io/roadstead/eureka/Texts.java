package io.roadstead.eureka;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Text as it comes over the wire: percent-encoding, queries, surrogates. */
final class Texts {
  private static final int MAX_PAIRS = 128;

  private Texts() {}

  /**
   * For messages: never more than 80 characters of what somebody sent, and none that is no text.
   */
  static String abbreviate(String text) {
    String start = text.length() <= 80 ? text : text.substring(0, 80) + "…";
    for (int i = 0; i < start.length(); i++) {
      if (start.charAt(i) < ' ' || start.charAt(i) == 0x7F) {
        return start.replaceAll("[\\x00-\\x1F\\x7F]", "\uFFFD");
      }
    }
    return start;
  }

  /**
   * Where {@code text} has its first character that XML 1.0 (production 2) or UTF-8 cannot hold, or
   * -1: half of a surrogate pair, U+FFFE, U+FFFF, a control character but tab and the ends of
   * lines.
   */
  static int unreadable(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= ' ' && c < Character.MIN_SURROGATE) {
        continue;
      }
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (pair) {
        i++;
      } else if (Character.isSurrogate(c)
          || c >= 0xFFFE
          || (c < ' ' && c != '\t' && c != '\n' && c != '\r')) {
        return i;
      }
    }
    return -1;
  }

  /**
   * The refusal of a text that is {@linkplain #unreadable not readable}.
   *
   * @param what names the text in it
   */
  static BadRequest notReadable(String what, String text) {
    int at = unreadable(text);
    return new BadRequest(
        what
            + " has U+"
            + HexFormat.of().withUpperCase().toHexDigits(text.charAt(at))
            + " at "
            + at
            + ": clients that read XML could not read it back");
  }

  /** Decodes one path segment, once. A plus sign stands for itself. */
  static String decodeSegment(String raw) {
    int percent = raw.indexOf('%');
    if (percent < 0) {
      return raw;
    }
    byte[] bytes = new byte[raw.length() * 3];
    int length = 0;
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '%') {
        int high = i + 2 < raw.length() ? Character.digit(raw.charAt(i + 1), 16) : -1;
        int low = i + 2 < raw.length() ? Character.digit(raw.charAt(i + 2), 16) : -1;
        if (high < 0 || low < 0) {
          throw new BadRequest(
              "the path has a '%' without two hexadecimal digits in '" + abbreviate(raw) + "'");
        }
        bytes[length++] = (byte) (high << 4 | low);
        i += 2;
      } else if (c < 0x80) {
        bytes[length++] = (byte) c;
      } else {
        byte[] encoded = String.valueOf(c).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(encoded, 0, bytes, length, encoded.length);
        length += encoded.length;
      }
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, 0, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new BadRequest("the path segment '" + abbreviate(raw) + "' is not UTF-8");
    }
  }

  /** The pairs of a query, decoded; of a repeated key the first value counts. */
  static Map<String, String> query(String raw) {
    if (raw.isEmpty()) {
      return Map.of();
    }
    Map<String, String> pairs = new LinkedHashMap<>();
    int from = 0;
    while (from <= raw.length()) {
      int ampersand = raw.indexOf('&', from);
      int to = ampersand < 0 ? raw.length() : ampersand;
      if (to > from) {
        int equals = raw.indexOf('=', from);
        boolean bare = equals < 0 || equals > to;
        pairs.putIfAbsent(
            decodeForm(raw.substring(from, bare ? to : equals)),
            bare ? "" : decodeForm(raw.substring(equals + 1, to)));
        if (pairs.size() > MAX_PAIRS) {
          throw new BadRequest("the query has more than " + MAX_PAIRS + " keys");
        }
      }
      from = to + 1;
    }
    return pairs;
  }

  /**
   * The first value of one parameter as it stands, or null; for numbers, which need no decoding.
   */
  static @Nullable String parameter(String query, String name) {
    int from = 0;
    while (from < query.length()) {
      int ampersand = query.indexOf('&', from);
      int to = ampersand < 0 ? query.length() : ampersand;
      int value = from + name.length() + 1;
      if (value <= to && query.startsWith(name, from) && query.charAt(value - 1) == '=') {
        return query.substring(value, to);
      }
      from = to + 1;
    }
    return null;
  }

  private static String decodeForm(String raw) {
    String spaced = raw.replace('+', ' ');
    try {
      return decodeSegment(spaced);
    } catch (BadRequest e) {
      throw new BadRequest(
          String.valueOf(e.getMessage()).replaceFirst("^the path( segment)?", "the query"));
    }
  }

  /**
   * The text with every half of a surrogate pair that stands alone replaced: it has no form in
   * UTF-8, and one such character must not spoil a fetch for everybody.
   */
  static String wellFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        return replaceHalves(text);
      }
    }
    return text;
  }

  private static String replaceHalves(String text) {
    StringBuilder result = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c ->
                result.appendCodePoint(
                    c <= Character.MAX_VALUE && Character.isSurrogate((char) c) ? 0xFFFD : c));
    return result.toString();
  }
}
