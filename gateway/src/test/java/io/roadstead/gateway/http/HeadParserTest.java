package io.roadstead.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class HeadParserTest {
  private static final int OK = 200;

  private final HeadParser parser = new HeadParser(HeadLimits.DEFAULT);

  /**
   * @param rule the section of the RFC that decides
   * @param status what a client is answered, or 200 where the head is good
   */
  record Case(String rule, String head, int status) {
    @Override
    public String toString() {
      return rule + " → " + status;
    }
  }

  private static Case request(String rule, String lines, int status) {
    return new Case(rule, lines.replace("\n", "\r\n") + "\r\n\r\n", status);
  }

  static Stream<Case> requests() {
    return Stream.of(
        request("9112 3: a plain GET", "GET / HTTP/1.1\nHost: a", OK),
        request("9112 3: any token is a method", "M-SEARCH!# / HTTP/1.1\nHost: a", OK),
        request("9112 3: no method", " / HTTP/1.1\nHost: a", 400),
        request("9112 3: a method that is no token", "G(T / HTTP/1.1\nHost: a", 400),
        request("9112 3: two spaces", "GET  / HTTP/1.1\nHost: a", 400),
        request("9112 3: a tab for a space", "GET\t/ HTTP/1.1\nHost: a", 400),
        request("9112 3: a space after the version", "GET / HTTP/1.1 \nHost: a", 400),
        request("9112 3: no version", "GET /\nHost: a", 400),
        request("9112 3: a space inside the target", "GET /a b HTTP/1.1\nHost: a", 400),
        request("9112 3.2: a fragment", "GET /a#b HTTP/1.1\nHost: a", 400),
        request("9112 3.2: a raw byte above ASCII", "GET /\u00e4 HTTP/1.1\nHost: a", 400),
        request("9112 3.2: a target without a slash", "GET a HTTP/1.1\nHost: a", 400),
        request("9112 3.2.2: absolute form", "GET http://a/b HTTP/1.1\nHost: a", OK),
        request("9112 3.2.2: authority against Host", "GET http://b/ HTTP/1.1\nHost: a", 400),
        request("9112 3.2.2: an unknown scheme", "GET ftp://a/ HTTP/1.1\nHost: a", 400),
        request("9112 3.2.2: userinfo", "GET http://u@a/ HTTP/1.1\nHost: a", 400),
        request("9112 3.2.3: CONNECT", "CONNECT a:443 HTTP/1.1\nHost: a:443", 501),
        request("9110 9.3.8: TRACE", "TRACE / HTTP/1.1\nHost: a", 501),
        request("9112 3.2.4: asterisk", "OPTIONS * HTTP/1.1\nHost: a", OK),
        request("9112 3.2.4: asterisk without OPTIONS", "GET * HTTP/1.1\nHost: a", 400),
        request("9112 2.3: HTTP/1.0 needs no Host", "GET / HTTP/1.0", OK),
        request("9110 2.5: HTTP/2.0 by text", "GET / HTTP/2.0\nHost: a", 505),
        request("9110 2.5: HTTP/1.2", "GET / HTTP/1.2\nHost: a", 505),
        request("9112 2.3: a lower-case version", "GET / http/1.1\nHost: a", 400),
        request("9112 2.3: a long version", "GET / HTTP/1.10\nHost: a", 400),
        request("9112 2.3: a version with a sign", "GET / HTTP/+1.1\nHost: a", 400),
        request("9112 3.2: no Host", "GET / HTTP/1.1", 400),
        request("9112 3.2: two Hosts", "GET / HTTP/1.1\nHost: a\nHost: a", 400),
        request("9112 3.2: an empty Host", "GET / HTTP/1.1\nHost:", 400),
        request("9112 3.2: a Host with a path", "GET / HTTP/1.1\nHost: a/b", 400),
        request("9112 3.2: a Host with userinfo", "GET / HTTP/1.1\nHost: u@a", 400),
        request("9112 3.2: a list for a Host", "GET / HTTP/1.1\nHost: a,b", 400),
        request("9110 7.2: a port", "GET / HTTP/1.1\nHost: a:8080", OK),
        request("9110 7.2: a port that is no number", "GET / HTTP/1.1\nHost: a:b", 400),
        request("9110 7.2: an IPv6 address", "GET / HTTP/1.1\nHost: [::1]:80", OK),
        request("9110 7.2: an open bracket", "GET / HTTP/1.1\nHost: [::1", 400),
        request("9112 5.1: space before the colon", "GET / HTTP/1.1\nHost: a\nX : b", 400),
        request("9112 5.1: no colon", "GET / HTTP/1.1\nHost: a\nX", 400),
        request("9110 5.1: an empty name", "GET / HTTP/1.1\nHost: a\n: b", 400),
        request("9110 5.1: a name that is no token", "GET / HTTP/1.1\nHost: a\nX(: b", 400),
        request("9112 5.2: a folded line", "GET / HTTP/1.1\nHost: a\nX: b\n c", 400),
        request("9112 2.2: space before the first header", "GET / HTTP/1.1\n Host: a", 400),
        request("9110 5.5: NUL in a value", "GET / HTTP/1.1\nHost: a\nX: b\0c", 400),
        request("9110 5.5: a control byte in a value", "GET / HTTP/1.1\nHost: a\nX: b\u0001", 400),
        request("9110 5.5: DEL in a value", "GET / HTTP/1.1\nHost: a\nX: b\u007f", 400),
        request("9110 5.5: obs-text in a value", "GET / HTTP/1.1\nHost: a\nX: \u00e4", OK),
        request("9110 5.5: a tab inside a value", "GET / HTTP/1.1\nHost: a\nX: b\tc", OK),
        new Case("9112 2.2: bare LF ends a line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400),
        new Case("9112 2.2: bare LF ends a header", "GET / HTTP/1.1\r\nHost: a\n\r\n", 400),
        new Case("9112 2.2: bare LF ends the head", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400),
        new Case("9112 2.2: bare CR in a value", "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", 400),
        new Case("9112 2.2: CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", 400),
        new Case("9112 2.2: one empty line first", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", OK),
        new Case("9112 2.2: garbage first", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        request("9110 8.6: a length", "POST / HTTP/1.1\nHost: a\nContent-Length: 3", OK),
        request("9110 8.6: a sign", "POST / HTTP/1.1\nHost: a\nContent-Length: +3", 400),
        request("9110 8.6: minus", "POST / HTTP/1.1\nHost: a\nContent-Length: -3", 400),
        request("9110 8.6: empty", "POST / HTTP/1.1\nHost: a\nContent-Length:", 400),
        request("9110 8.6: hexadecimal", "POST / HTTP/1.1\nHost: a\nContent-Length: 0x3", 400),
        request("9110 8.6: a space", "POST / HTTP/1.1\nHost: a\nContent-Length: 1 3", 400),
        request("9110 8.6: a list", "POST / HTTP/1.1\nHost: a\nContent-Length: 3, 3", 400),
        request(
            "9110 8.6: too large",
            "POST / HTTP/1.1\nHost: a\nContent-Length: 99999999999999999999",
            400),
        request(
            "9112 6.3: two lengths",
            "POST / HTTP/1.1\nHost: a\nContent-Length: 3\nContent-Length: 4",
            400),
        request("9112 6.1: chunked", "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: Chunked", OK),
        request(
            "9112 6.1: both",
            "POST / HTTP/1.1\nHost: a\nContent-Length: 3\nTransfer-Encoding: chunked",
            400),
        request(
            "9112 6.1: twice",
            "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\nTransfer-Encoding: chunked",
            400),
        request(
            "9112 6.1: chunked not last",
            "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked, identity",
            400),
        request(
            "9112 6.1: another coding",
            "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: gzip, chunked",
            400),
        request(
            "9112 6.1: a disguise",
            "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: \u000bchunked",
            400),
        request(
            "9112 6.1: quoted", "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: \"chunked\"", 400),
        request(
            "9112 6.1: in HTTP/1.0", "POST / HTTP/1.0\nHost: a\nTransfer-Encoding: chunked", 400),
        request("9110 10.1.1: an expectation", "PUT / HTTP/1.1\nHost: a\nExpect: 100-Continue", OK),
        request("9110 10.1.1: an unknown one", "PUT / HTTP/1.1\nHost: a\nExpect: cake", 417));
  }

  @ParameterizedTest
  @MethodSource("requests")
  void requestHeadsAreJudgedByTheRfc(Case given) {
    assertThat(status(given.head())).as(given.head()).isEqualTo(given.status());
  }

  @ParameterizedTest
  @MethodSource("requests")
  void aHeadThatTricklesInIsJudgedTheSame(Case given) {
    int verdict = 0;
    for (int i = 1; i <= given.head().length() && verdict == 0; i++) {
      verdict = status(given.head().substring(0, i));
    }
    assertThat(verdict).as(given.head()).isEqualTo(given.status());
  }

  /** 200, the status that it is refused with, or 0 where it is not whole. */
  private int status(String head) {
    ByteBuf in = bytes(head);
    int result = parser.request(in);
    return switch (result) {
      case HeadParser.COMPLETE -> OK;
      case HeadParser.BAD -> parser.problem().status();
      default -> 0;
    };
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
  }

  static Stream<Case> answers() {
    return Stream.of(
        request("9112 4: an answer", "HTTP/1.1 200 OK", OK),
        request("9112 4: no reason", "HTTP/1.1 200 ", OK),
        request("9112 4: not even a space", "HTTP/1.1 200", OK),
        request("9112 4: HTTP/1.0", "HTTP/1.0 200 OK", OK),
        request("9112 4: two digits", "HTTP/1.1 20 OK", 502),
        request("9112 4: four digits", "HTTP/1.1 2000 OK", 502),
        request("9112 4: no digits", "HTTP/1.1 abc OK", 502),
        request("9112 4: another protocol", "ICY 200 OK yes yes", 502),
        request("9112 4: HTTP/2.0", "HTTP/2.0 200 OK", 502),
        request("9112 4: a control byte", "HTTP/1.1 200 O\0K", 502),
        request(
            "9112 6.1: both",
            "HTTP/1.1 200 OK\nContent-Length: 1\nTransfer-Encoding: chunked",
            502),
        request(
            "9112 6.3: two lengths", "HTTP/1.1 200 OK\nContent-Length: 1\nContent-Length: 2", 502),
        request("9112 6.1: another coding", "HTTP/1.1 200 OK\nTransfer-Encoding: gzip", 502),
        request("9112 5.2: a folded line", "HTTP/1.1 200 OK\nX: a\n b", 502),
        request("9112 5.1: space before the colon", "HTTP/1.1 200 OK\nX : a", 502),
        new Case("9112 2.2: bare LF", "HTTP/1.1 200 OK\nX: a\n\n", 502));
  }

  @ParameterizedTest
  @MethodSource("answers")
  void answerHeadsAreJudgedByTheRfc(Case given) {
    int result = parser.response(bytes(given.head()));
    assertThat(result)
        .as(given.head())
        .isEqualTo(given.status() == OK ? HeadParser.COMPLETE : HeadParser.BAD);
  }

  @Test
  void theIndexHoldsNamesAndValuesWithoutWhiteSpaceAround() {
    ByteBuf in = bytes("GET /a?b HTTP/1.1\r\nHost: h\r\nX-A:  one two \t\r\nEmpty:\r\n\r\nbody");
    assertThat(parser.request(in)).isEqualTo(HeadParser.COMPLETE);
    Head head = parser.head();
    assertThat(names(head)).containsExactly("Host", "X-A", "Empty");
    assertThat(values(head)).containsExactly("h", "one two", "");
    assertThat(head.text(head.pathStart(), head.pathEnd())).isEqualTo("/a");
    assertThat(in.toString(StandardCharsets.ISO_8859_1)).isEqualTo("body");
  }

  private static List<String> names(Head head) {
    return Stream.iterate(0, i -> i + 1)
        .limit(head.headers())
        .map(i -> head.text(head.nameStart(i), head.nameStart(i) + head.nameLength(i)))
        .toList();
  }

  private static List<String> values(Head head) {
    return Stream.iterate(0, i -> i + 1)
        .limit(head.headers())
        .map(i -> head.text(head.valueStart(i), head.valueStart(i) + head.valueLength(i)))
        .toList();
  }

  @Test
  void headersThatConnectionNamesConcernThisConnectionOnly() {
    ByteBuf in =
        bytes(
            "GET / HTTP/1.1\r\nHost: h\r\nX-Hop: 1\r\nConnection: close, x-hop ,Host,"
                + " Content-Length\r\nContent-Length: 2\r\nX-Stay: 1\r\n\r\n");
    assertThat(parser.request(in)).isEqualTo(HeadParser.COMPLETE);
    Head head = parser.head();
    assertThat(head.persistent()).isFalse();
    assertThat(Stream.iterate(0, i -> i + 1).limit(5).map(head::field))
        .containsExactly(
            Field.HOST, Field.HOP, Field.CONNECTION, Field.CONTENT_LENGTH, Field.OTHER);
  }

  @Test
  void limitsAreNamedWithWhatCame() {
    assertThat(status("GET /" + "a".repeat(9000))).isEqualTo(414);
    assertThat(parser.problem().detail()).contains("8192").contains("9005");
    assertThat(status("GET / HTTP/1.1\r\nX: " + "a".repeat(40_000))).isEqualTo(431);
    assertThat(parser.problem().detail()).contains("32768").contains("40019");
    assertThat(status("GET / HTTP/1.1\r\nHost: a\r\n" + "X: a\r\n".repeat(100) + "\r\n"))
        .isEqualTo(431);
    assertThat(parser.problem().detail()).contains("100");
    assertThat(status("GET / HTTP/1.1\r\nHost: a\r\n" + "X: a\r\n".repeat(99) + "\r\n"))
        .isEqualTo(OK);
    assertThat(status("G".repeat(40) + " / HTTP/1.1\r\nHost: a\r\n\r\n")).isEqualTo(501);
  }

  @Test
  void noBytesAtAllCanBreakIt() {
    long seed = 20260711;
    Random random = new Random(seed);
    String alphabet = "GET /HTP1.0:\r\n \tCcontent-lgh5x%\"#\0\u00ff,;";
    for (int i = 0; i < 200_000; i++) {
      StringBuilder text =
          new StringBuilder(random.nextBoolean() ? "GET / HTTP/1.1\r\nHost: a\r\n" : "");
      int length = random.nextInt(60);
      for (int j = 0; j < length; j++) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      ByteBuf in = bytes(text + "\r\n\r\n");
      int before = in.readableBytes();
      int result = parser.request(in);
      boolean consumed = in.readableBytes() < before;
      assertThat(consumed)
          .as("seed %d, round %d: %s", seed, i, text)
          .isEqualTo(result == HeadParser.COMPLETE);
    }
  }
}
