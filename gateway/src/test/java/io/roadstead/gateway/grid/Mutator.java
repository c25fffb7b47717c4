package io.roadstead.gateway.grid;

import io.roadstead.gateway.http.HeadLimits;
import java.util.List;
import java.util.Random;

/**
 * Makes messages that are nearly right: it takes one of the grid's apart into lines, and changes
 * bytes, lines, fields and line ends, a few at a time.
 */
final class Mutator {
  private static final String ODD =
      "\0\1\t\n\013\f\r !\"#%&*+,-./0159:;=?@ACHZ[\\]^_`ahtz{|}~\177\200\240\377";
  private static final List<String> FIELDS =
      List.of(
          "Content-Length: 5",
          "Content-Length: 05",
          "Content-Length: +5",
          "Content-Length: 999999999999999999",
          "Content-Length: 1000000000000000000",
          "Transfer-Encoding: chunked",
          "Transfer-Encoding: Chunked \t",
          "Transfer-Encoding: gzip, chunked",
          "Transfer-Encoding:",
          "Host: other",
          "HOST: h",
          "Connection: close",
          "Connection: keep-alive, te, x-a",
          "Connection: ,, Upgrade\t,content-length",
          "Expect: 100-continue",
          "Expect: 100-Continue ",
          "Expect: tea",
          "Upgrade: websocket",
          "TE: trailers",
          "TE: deflate, trailers",
          "Trailer: X-A",
          "X-A: 1",
          "X-a:",
          "X_A: 1",
          "X-Forwarded-For: 1.2.3.4",
          "X-Forwarded-: 1",
          "Forwarded: for=a",
          "Proxy-Connection: close",
          "Proxy: a",
          "Proxyx: a",
          "Keep-Alive: timeout=5",
          "Date: today",
          "Content-Type: text/event-stream",
          " folded",
          "\tfolded");
  private static final List<String> TARGETS =
      List.of(
          "/",
          "*",
          "/a/../b",
          "http://h/",
          "HTTPS://H:443/x?y",
          "http://h",
          "http://[::1]:8/",
          "http:///",
          "http://u@h/",
          "ftp://h/",
          "h:80",
          "?q");
  private static final List<String> HOSTS =
      List.of(
          "h", "h:80", "h:", ":80", "[::1]", "[::1]:80", "[::1", "[]", "[x]", "a,b", "a%41", "");
  private static final List<String> ENDS = List.of("\n", "\r", "\r\r\n", "\n\r", "", "\r\n\r\n");

  private final Random random;
  private final List<String> seeds;
  private final HeadLimits limits;

  /**
   * @param limits the limits that are sought out
   */
  Mutator(Random random, List<String> seeds, HeadLimits limits) {
    this.random = random;
    this.seeds = seeds;
    this.limits = limits;
  }

  String next() {
    StringBuilder text = new StringBuilder(any(seeds));
    for (int i = random.nextInt(5); i > 0; i--) {
      change(text);
    }
    return text.toString();
  }

  private <T> T any(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  private char odd() {
    return random.nextInt(8) == 0
        ? (char) random.nextInt(256)
        : ODD.charAt(random.nextInt(ODD.length()));
  }

  private void change(StringBuilder text) {
    int at = text.isEmpty() ? 0 : random.nextInt(text.length());
    int line = text.lastIndexOf("\n", at) + 1;
    switch (random.nextInt(16)) {
      case 0 -> text.insert(at, odd());
      case 1 -> text.replace(at, Math.min(at + 1, text.length()), String.valueOf(odd()));
      case 2 -> text.delete(at, Math.min(at + 1 + random.nextInt(4), text.length()));
      case 3, 4, 5 -> text.insert(line, any(FIELDS) + "\r\n");
      case 6 -> text.delete(line, end(text, line));
      case 7 -> text.insert(line, text.substring(line, end(text, line)));
      case 8 -> {
        int end = text.indexOf("\r\n", line);
        if (end >= 0) {
          text.replace(end, end + 2, any(ENDS));
        }
      }
      case 9 -> {
        int from = text.indexOf(" ");
        int to = text.indexOf(" ", from + 1);
        if (to > 0) {
          text.replace(from + 1, to, any(TARGETS));
        }
      }
      case 10 -> {
        int from = text.indexOf("Host: ");
        int to = from < 0 ? -1 : text.indexOf("\r\n", from);
        if (to > 0) {
          text.replace(from + 6, to, any(HOSTS));
        }
      }
      case 11 -> {
        if (!text.isEmpty() && Character.isLetter(text.charAt(at))) {
          text.setCharAt(at, (char) (text.charAt(at) ^ 0x20));
        }
      }
      case 12 -> text.setLength(at);
      case 13 -> pad(text, text.indexOf("\r\n\r\n") + 2, 2, limits.headBytes(), "X:", "\r\n");
      case 14 -> pad(text, text.indexOf(" HTTP/"), 11, limits.requestLineBytes(), "/", "");
      default -> text.insert(line, any(seeds));
    }
  }

  /** Makes what ends {@code behind} after {@code at} as long as it may be, or a little off. */
  private void pad(StringBuilder text, int at, int behind, int limit, String before, String after) {
    int filling = limit + random.nextInt(5) - 2 - (at + behind + before.length() + after.length());
    if (at > 1 && filling >= 0) {
      text.insert(at, before + "a".repeat(filling) + after);
    }
  }

  private static int end(StringBuilder text, int line) {
    int end = text.indexOf("\n", line);
    return end < 0 ? text.length() : end + 1;
  }
}
