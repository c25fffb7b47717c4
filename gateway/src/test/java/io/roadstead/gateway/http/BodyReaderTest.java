package io.roadstead.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BodyReaderTest {
  private final BodyReader body = new BodyReader();
  private final StringBuilder out = new StringBuilder();

  private int read(String text) {
    ByteBuf in = Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
    int result = BodyReader.MORE;
    while (in.isReadable() && result == BodyReader.MORE) {
      result =
          body.read(
              in,
              (b, at, length) -> out.append(b.toString(at, length, StandardCharsets.ISO_8859_1)));
    }
    return result;
  }

  private static String wire(String text) {
    return text.replace("~", "\r\n").replace("^", "\n").replace("\\0", "\0");
  }

  /** ~ is CR LF, ^ is LF. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "5~hello~0~~           | 5~hello~0~~   | 9112 7.1: as it came",
        "5;a=b~hello~0;x~~     | 5~hello~0~~   | 9112 7.1.1: extensions are left out",
        "5~hello~0~X: y~Z: w~~ | 5~hello~0~X: y~Z: w~~ | 9110 6.5: trailers go along",
        "0~X_Y: z~W: v~~       | 0~W: v~~      | a trailer with an underscore is left out",
        "a~0123456789~0~~      | a~0123456789~0~~ | 9112 7.1: hexadecimal",
        "A~0123456789~000~~    | A~0123456789~000~~ | 9112 7.1: any case, zeros",
      })
  void chunksAreForwardedCanonically(String given, String expected, String rule) {
    body.chunked(true);
    assertThat(read(wire(given))).as(rule).isEqualTo(BodyReader.DONE);
    assertThat(out.toString()).as(rule).isEqualTo(wire(expected));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x~hello~0~~               | 9112 7.1: a size that is no number",
        "0x5~hello~0~~             | 9112 7.1: a prefix",
        "-5~hello~0~~              | 9112 7.1: a sign",
        "'5 ~hello~0~~'            | 9112 7.1: a space after the size",
        "' 5~hello~0~~'            | 9112 7.1: a space before the size",
        "~hello~0~~                | 9112 7.1: no size",
        "ffffffffffffffff~a        | 9112 7.1: more digits than fit",
        "5^hello~0~~               | 9112 7.1: LF after the size",
        "5~hello^0~~               | 9112 7.1: LF after the data",
        "5~helloworld~0~~          | 9112 7.1: more data than the size says",
        "6~hello~0~~               | 9112 7.1: less data than the size says",
        "5;a^b~hello~0~~           | 9112 7.1.1: LF in an extension",
        "5;a=\"b\"~hello~0~~       | 9112 7.1.1: quotes in an extension",
        "5;a\\0~hello~0~~          | 9112 7.1.1: NUL in an extension",
        "0~Content-Length: 5~~     | 9110 6.5.1: framing in a trailer",
        "0~Transfer-Encoding: x~~  | 9110 6.5.1: framing in a trailer",
        "0~Authorization: x~~      | 9110 6.5.1: authentication in a trailer",
        "0~X-Forwarded-For: x~~    | 9110 6.5.1: what the gateway writes itself, in a trailer",
        "5;~hello~0~~              | 9112 7.1.1: an extension without a name",
        "5;a=~hello~0~~            | 9112 7.1.1: an extension without its value",
        "5;a[~hello~0~~            | 9112 7.1.1: an extension that is no token",
        "0~Host: x~~               | 9110 6.5.1: routing in a trailer",
        "0~X : y~~                 | 9112 5.1: space before a trailer's colon",
        "0~ X: y~~                 | 9112 5.2: a folded trailer",
        "0~X: y^~                  | 9112 2.2: LF ends a trailer",
        "0~: y~~                   | 9110 5.1: a trailer without a name",
      })
  void ambiguousChunksAreRefused(String given, String rule) {
    body.chunked(true);
    assertThat(read(wire(given))).as(rule).isEqualTo(BodyReader.BAD);
    assertThat(body.problem().detail()).isNotEmpty();
  }

  @Test
  void everySplitOfAChunkedBodyReadsTheSame() {
    String given = wire("5;x=1~hello~0a~0123456789~0;z~T: u~V: w~~");
    for (boolean framing : new boolean[] {true, false}) {
      for (int i = 0; i <= given.length(); i++) {
        for (int j = i; j <= given.length(); j++) {
          out.setLength(0);
          body.chunked(framing);
          read(given.substring(0, i));
          read(given.substring(i, j));
          read(given.substring(j));
          assertThat(out.toString())
              .as("split at %d and %d", i, j)
              .isEqualTo(framing ? wire("5~hello~0a~0123456789~0~T: u~V: w~~") : "hello0123456789");
          assertThat(body.done()).isTrue();
        }
      }
    }
  }

  @Test
  void whatFollowsABodyIsLeftUnread() {
    body.length(5);
    ByteBuf in = Unpooled.copiedBuffer("helloGET /", StandardCharsets.ISO_8859_1);
    assertThat(body.read(in, (_, _, _) -> {})).isEqualTo(BodyReader.DONE);
    assertThat(in.toString(StandardCharsets.ISO_8859_1)).isEqualTo("GET /");
  }

  @Test
  void extensionsAndTrailersAreBounded() {
    body.chunked(true);
    assertThat(read("5;" + "a".repeat(2000))).isEqualTo(BodyReader.BAD);
    body.chunked(true);
    assertThat(read(wire("0~") + wire("X: y~").repeat(4000))).isEqualTo(BodyReader.BAD);
  }

  @Test
  void knowsWhereAnEventEnds() {
    body.chunked(true);
    assertThat(body.betweenEvents()).isTrue();
    read(wire("6~data: ~"));
    assertThat(body.betweenEvents()).isFalse();
    read(wire("3~x^^~"));
    assertThat(body.betweenEvents()).isTrue();
    read(wire("9~data: y^^"));
    assertThat(body.betweenEvents()).as("inside a chunk").isFalse();
    read(wire("~"));
    assertThat(body.betweenEvents()).isTrue();
  }

  @Test
  void noBytesAtAllCanBreakIt() {
    long seed = 41;
    Random random = new Random(seed);
    String alphabet = "0123456789abcdefXx;:= \r\n\r\n\0";
    for (int i = 0; i < 100_000; i++) {
      body.chunked(random.nextBoolean());
      StringBuilder text = new StringBuilder();
      for (int j = random.nextInt(30); j > 0; j--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      int result = read(text.toString());
      assertThat(result)
          .as("seed %d, round %d", seed, i)
          .isBetween(BodyReader.MORE, BodyReader.BAD);
      out.setLength(0);
    }
  }
}
