package io.roadstead.gateway.accesslog;

import io.roadstead.gateway.accesslog.AccessLogConfig.Format;
import io.roadstead.gateway.accesslog.AccessLogConfig.Query;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;

/**
 * Makes lines of records. Whatever a client chose is escaped, so that no line can hold another, nor
 * a terminal's commands: in text every byte that is not visible ASCII, the quote and the backslash
 * are written {@code \xHH}; in JSON the same ones as JSON has it. Confined to the writer's thread.
 */
final class LineFormat {
  private static final String[] NAMES = {
    "client",
    "method",
    "target",
    "host",
    "referer",
    "userAgent",
    "route",
    "service",
    "instance",
    "version",
    "reason",
    "trace"
  };
  private static final int METHOD = 1;
  private static final int TARGET = 2;
  private static final int HOST = 3;
  private static final int REFERER = 4;
  private static final int AGENT = 5;
  private static final int FIRST_NAME = 6;
  private static final byte[] CUT = "...".getBytes(StandardCharsets.ISO_8859_1);
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);
  private static final DateTimeFormatter COMMON =
      DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss +0000", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final Format format;
  private final Query query;
  private final int[] starts = new int[AccessEntry.COUNT];
  private final int[] ends = new int[AccessEntry.COUNT];
  private final boolean[] cut = new boolean[AccessEntry.COUNT];
  private byte[] out = new byte[4096];
  private int length;
  private byte[] record = {};
  private long second = Long.MIN_VALUE;
  private String secondText = "";

  LineFormat(Format format, Query query) {
    this.format = format;
    this.query = query;
  }

  byte[] bytes() {
    return out;
  }

  int length() {
    return length;
  }

  /** Makes the line of a record, its line break included. */
  void line(byte[] from) {
    record = from;
    length = 0;
    int at = AccessEntry.TEXTS;
    for (int i = 0; i < AccessEntry.COUNT; i++) {
      int size = (from[at] & 0xff) | (from[at + 1] & 0xff) << 8;
      cut[i] = (size & 0x8000) != 0;
      starts[i] = at + 2;
      ends[i] = at + 2 + (size & 0x7fff);
      at = ends[i];
    }
    if (format == Format.JSON) {
      json();
    } else {
      text();
    }
    ascii("\n");
  }

  private void text() {
    word(0);
    ascii(" - - [");
    ascii(commonTime(big(AccessEntry.AT)));
    ascii("] \"");
    if (small(AccessEntry.MINOR) < 0) {
      ascii("-");
    } else {
      value(METHOD);
      ascii(" ");
      value(TARGET);
      ascii(small(AccessEntry.MINOR) == 0 ? " HTTP/1.0" : " HTTP/1.1");
    }
    ascii("\" ");
    ascii(Integer.toString(small(AccessEntry.STATUS)));
    ascii(" ");
    ascii(Long.toString(big(AccessEntry.OUT_BYTES)));
    ascii(" \"");
    orDash(REFERER);
    ascii("\" \"");
    orDash(AGENT);
    ascii("\" host=\"");
    orDash(HOST);
    ascii("\"");
    for (int i = FIRST_NAME; i < AccessEntry.COUNT; i++) {
      ascii(" ");
      ascii(NAMES[i]);
      ascii("=\"");
      orDash(i);
      ascii("\"");
    }
    ascii(" tries=");
    ascii(Integer.toString(small(AccessEntry.TRIES)));
    ascii(" ms=");
    millis(big(AccessEntry.TOOK));
    ascii(" upstream_ms=");
    millis(big(AccessEntry.UPSTREAM));
  }

  private void json() {
    ascii("{\"at\":\"");
    ascii(Instant.ofEpochMilli(big(AccessEntry.AT)).toString());
    ascii("\"");
    for (int i = 0; i < AccessEntry.COUNT; i++) {
      if (ends[i] > starts[i]) {
        ascii(",\"");
        ascii(NAMES[i]);
        ascii("\":\"");
        value(i);
        ascii("\"");
      }
    }
    if (small(AccessEntry.MINOR) >= 0) {
      ascii(",\"protocol\":\"HTTP/1.");
      ascii(Integer.toString(small(AccessEntry.MINOR)));
      ascii("\"");
    }
    ascii(",\"status\":");
    ascii(Integer.toString(small(AccessEntry.STATUS)));
    ascii(",\"bodyBytes\":");
    ascii(Long.toString(big(AccessEntry.OUT_BYTES)));
    ascii(",\"tries\":");
    ascii(Integer.toString(small(AccessEntry.TRIES)));
    ascii(",\"durationMillis\":");
    millis(big(AccessEntry.TOOK));
    if (big(AccessEntry.UPSTREAM) >= 0) {
      ascii(",\"upstreamMillis\":");
      millis(big(AccessEntry.UPSTREAM));
    }
    ascii("}");
  }

  private String commonTime(long millis) {
    long now = Math.floorDiv(millis, 1000L);
    if (now != second) {
      second = now;
      secondText = COMMON.format(Instant.ofEpochSecond(now));
    }
    return secondText;
  }

  /** With three decimals, a dash where there is none. */
  private void millis(long nanos) {
    if (nanos < 0) {
      ascii("-");
      return;
    }
    long micros = nanos / 1000;
    ascii(Long.toString(micros / 1000));
    ascii(".");
    long rest = micros % 1000;
    ascii(rest < 10 ? "00" : rest < 100 ? "0" : "");
    ascii(Long.toString(rest));
  }

  private void orDash(int text) {
    if (ends[text] == starts[text]) {
      ascii("-");
    } else {
      value(text);
    }
  }

  private void word(int text) {
    orDash(text);
  }

  private void value(int text) {
    int start = starts[text];
    int end = ends[text];
    int question = text == TARGET || text == REFERER ? indexOf('?', start, end) : end;
    for (int i = start; i < question; i++) {
      escaped(record[i]);
    }
    if (question < end && query == Query.FULL) {
      for (int i = question; i < end; i++) {
        escaped(record[i]);
      }
    } else if (question < end && query == Query.NAMES) {
      names(question, end);
    }
    if (cut[text]) {
      write(CUT, CUT.length);
    }
  }

  /** The parameters' names; what has no name may be a secret as a whole. */
  private void names(int question, int end) {
    int at = question;
    while (at < end) {
      escaped(record[at]);
      int from = at + 1;
      int next = from;
      while (next < end && record[next] != '&' && record[next] != ';') {
        next++;
      }
      int equals = indexOf('=', from, next);
      if (equals < next) {
        for (int i = from; i <= equals; i++) {
          escaped(record[i]);
        }
      }
      if (next > from) {
        ascii("*");
      }
      at = next;
    }
  }

  private int indexOf(char wanted, int from, int to) {
    int at = from;
    while (at < to && record[at] != wanted) {
      at++;
    }
    return at;
  }

  private void escaped(byte b) {
    int c = b & 0xff;
    if (c >= ' ' && c < 0x7f && c != '"' && c != '\\') {
      room(1);
      out[length++] = b;
      return;
    }
    ascii(format == Format.JSON ? "\\u00" : "\\x");
    room(2);
    out[length++] = HEX[c >> 4];
    out[length++] = HEX[c & 15];
  }

  private void ascii(String text) {
    room(text.length());
    for (int i = 0; i < text.length(); i++) {
      out[length++] = (byte) text.charAt(i);
    }
  }

  private void write(byte[] from, int size) {
    room(size);
    System.arraycopy(from, 0, out, length, size);
    length += size;
  }

  private void room(int size) {
    if (out.length - length < size) {
      out = Arrays.copyOf(out, Math.max(length + size, out.length * 2));
    }
  }

  private int small(int at) {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      value |= (record[at + i] & 0xff) << (8 * i);
    }
    return value;
  }

  private long big(int at) {
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value |= (record[at + i] & 0xffL) << (8 * i);
    }
    return value;
  }
}
