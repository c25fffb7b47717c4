package io.roadstead.gateway.accesslog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.roadstead.gateway.accesslog.AccessLogConfig.Format;
import io.roadstead.gateway.accesslog.AccessLogConfig.Query;
import io.roadstead.gateway.http.HeadLimits;
import io.roadstead.gateway.http.HeadParser;
import org.junit.jupiter.api.Test;

class LineFormatTest {
  private static final long AT = 1_795_410_645_123L;

  private static AccessEntry entry(String request) {
    HeadParser parser = new HeadParser(HeadLimits.DEFAULT);
    assertThat(parser.request(Unpooled.copiedBuffer(request, ISO_8859_1)))
        .isNotIn(HeadParser.INCOMPLETE, HeadParser.BAD);
    AccessEntry entry = new AccessEntry();
    entry.begin(AT, "127.0.0.1".getBytes(ISO_8859_1), parser.head());
    entry.sent(128);
    entry.answering(1_234_000);
    entry.end(200, 2_005_000, 1, "/orders/**", "orders", "orders-1", "1.4", "");
    return entry;
  }

  private static String line(AccessEntry entry, Format format, Query query) {
    LineFormat lines = new LineFormat(format, query);
    lines.line(entry.bytes);
    return new String(lines.bytes(), 0, lines.length(), ISO_8859_1);
  }

  @Test
  void textIsTheCombinedFormatAndWhatTheGatewayKnows() {
    assertThat(
            line(
                entry(
                    "GET /orders/1?page=2 HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: curl/8"
                        + "\r\nReferer: http://a/b\r\n\r\n"),
                Format.TEXT,
                Query.FULL))
        .isEqualTo(
            "127.0.0.1 - - [23/Nov/2026:05:10:45 +0000] \"GET /orders/1?page=2 HTTP/1.1\" 200 128"
                + " \"http://a/b\" \"curl/8\" host=\"shop.example\" route=\"/orders/**\""
                + " service=\"orders\" instance=\"orders-1\" version=\"1.4\" reason=\"-\""
                + " trace=\"-\" tries=1 ms=2.005 upstream_ms=1.234\n");
  }

  @Test
  void jsonIsOneObjectALineWithoutWhatIsNotThere() {
    assertThat(line(entry("POST /orders HTTP/1.0\r\nHost: a\r\n\r\n"), Format.JSON, Query.NAMES))
        .isEqualTo(
            "{\"at\":\"2026-11-23T05:10:45.123Z\",\"client\":\"127.0.0.1\",\"method\":\"POST\","
                + "\"target\":\"/orders\",\"host\":\"a\",\"route\":\"/orders/**\","
                + "\"service\":\"orders\",\"instance\":\"orders-1\",\"version\":\"1.4\","
                + "\"protocol\":\"HTTP/1.0\",\"status\":200,\"bodyBytes\":128,\"tries\":1,"
                + "\"durationMillis\":2.005,\"upstreamMillis\":1.234}\n");
  }

  @Test
  void noClientCanWriteALineOfItsOwnOrATerminalsCommand() {
    String head =
        "GET /a\"b\\c HTTP/1.1\r\nHost: a\r\nUser-Agent: x\" 200 \u001b[2J\t\u00e9\\\r\n\r\n"
            .replace("\u001b", ""); // The parser refuses it; the tab and the rest it lets through.
    assertThat(line(entry(head), Format.TEXT, Query.FULL))
        .contains("\"GET /a\\x22b\\x5cc HTTP/1.1\"")
        .contains("\"x\\x22 200 [2J\\x09\\xe9\\x5c\"")
        .hasLineCount(1);
    assertThat(line(entry(head), Format.JSON, Query.FULL))
        .contains("\"target\":\"/a\\u0022b\\u005cc\"")
        .contains("\"userAgent\":\"x\\u0022 200 [2J\\u0009\\u00e9\\u005c\"");
    AccessEntry entry = new AccessEntry();
    entry.beginUnread(AT, "::1".getBytes(ISO_8859_1));
    entry.end(400, 0, 0, "a\nb\u001b", "", "", "", "bad-request");
    assertThat(line(entry, Format.TEXT, Query.FULL))
        .startsWith("::1 - - [23/Nov/2026:05:10:45 +0000] \"-\" 400 0 \"-\" \"-\"")
        .contains("route=\"a\\x0ab\\x1b\"")
        .contains("reason=\"bad-request\"")
        .endsWith(" ms=0.000 upstream_ms=-\n")
        .hasLineCount(1);
  }

  @Test
  void secretsAreNotWritten() {
    AccessEntry entry =
        entry(
            "GET /a?token=s3cret&flag&x=1;y=s3cret HTTP/1.1\r\nHost: a\r\nAuthorization: Basic"
                + " s3cret\r\nCookie: id=s3cret\r\nReferer: http://b/?key=s3cret\r\n\r\n");
    assertThat(line(entry, Format.TEXT, Query.NAMES))
        .doesNotContain("s3cret")
        .contains("/a?token=*&*&x=*;y=* ")
        .contains("\"http://b/?key=*\"");
    assertThat(line(entry, Format.JSON, Query.NONE))
        .doesNotContain("s3cret")
        .contains("\"target\":\"/a\"");
  }

  @Test
  void whatIsTooLongIsCutAndSaysSo() {
    String line =
        line(
            entry(
                "GET /"
                    + "a".repeat(5000)
                    + " HTTP/1.1\r\nHost: a\r\nUser-Agent: "
                    + "b".repeat(5000)
                    + "\r\n\r\n"),
            Format.TEXT,
            Query.FULL);
    assertThat(line)
        .contains("a".repeat(AccessEntry.MAX_TARGET - 1) + "... HTTP/1.1")
        .contains("\"" + "b".repeat(AccessEntry.MAX_FIELD) + "...\"")
        .hasSizeLessThan(AccessEntry.SIZE);
  }
}
