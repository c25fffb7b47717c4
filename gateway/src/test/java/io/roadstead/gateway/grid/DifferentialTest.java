package io.roadstead.gateway.grid;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.roadstead.gateway.http.BodyReader;
import io.roadstead.gateway.http.Field;
import io.roadstead.gateway.http.Head;
import io.roadstead.gateway.http.HeadLimits;
import io.roadstead.gateway.http.HeadParser;
import io.roadstead.gateway.http.Strict;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The gateway's parser against {@link Strict}, on messages that are nearly right: they accept and
 * refuse the same, and mean the same by what they accept, however the bytes are split into reads.
 *
 * <p>{@code -Dfuzz.inputs} says how many, {@code -Dfuzz.seed} which. What is found is told with the
 * seed and the bytes.
 */
class DifferentialTest {
  private static final long INPUTS = Long.getLong("fuzz.inputs", 400_000);
  private static final long SEED = Long.getLong("fuzz.seed", 20261123);
  private static final int LONGEST = 3_000;
  private static final HeadLimits SMALL = new HeadLimits(64, 300, 6);

  private final HeadParser wide = new HeadParser(HeadLimits.DEFAULT);
  private final HeadParser narrow = new HeadParser(SMALL);
  private final BodyReader body = new BodyReader();
  private final Random random = new Random(SEED);

  private static List<String> seeds(boolean requests) {
    return Stream.of("heads.txt", "framing.txt", "bodies.txt", "answers.txt")
        .flatMap(file -> GridCase.load(file).stream())
        .flatMap(
            given ->
                requests
                    ? given.sent().stream()
                    : given.replies().stream().map(GridCase.Reply::bytes))
        .filter(text -> text.length() < LONGEST)
        .toList();
  }

  @Test
  void requestsMeanTheSameToBothReaders() {
    compare(new Mutator(random, seeds(true), SMALL), true, INPUTS * 5 / 10);
  }

  @Test
  void answersMeanTheSameToBothReaders() {
    compare(new Mutator(random, seeds(false), SMALL), false, INPUTS * 2 / 10);
  }

  @Test
  void chunkedBodiesMeanTheSameToBothReaders() {
    List<String> seeds =
        seeds(true).stream()
            .filter(text -> text.contains("chunked\r\n") && text.contains("\r\n\r\n"))
            .map(text -> text.substring(text.indexOf("\r\n\r\n") + 4))
            .toList();
    Mutator mutator = new Mutator(random, seeds, SMALL);
    for (long i = 0; i < INPUTS * 3 / 10; i++) {
      String text = mutator.next();
      String difference = bodies(text);
      if (!difference.isEmpty()) {
        fail(i, difference, text);
      }
    }
  }

  private void compare(Mutator mutator, boolean request, long inputs) {
    int accepted = 0;
    for (long i = 0; i < inputs; i++) {
      String text = mutator.next();
      boolean small = random.nextInt(4) == 0;
      HeadParser parser = small ? narrow : wide;
      HeadLimits limits = small ? SMALL : HeadLimits.DEFAULT;
      Strict.Verdict verdict = request ? Strict.request(text, limits) : Strict.answer(text, limits);
      String difference = heads(parser, text, request, verdict);
      if (!difference.isEmpty()) {
        fail(i, difference + " [" + verdict.problem() + "]", text);
      }
      accepted += verdict.head() == null ? 0 : 1;
    }
    assertThat(accepted)
        .as("seed %d: enough of both kinds", SEED)
        .isBetween((int) Math.min(Integer.MAX_VALUE, inputs / 20), (int) (inputs * 9 / 10));
  }

  private static void fail(long round, String difference, String text) {
    throw new AssertionError(
        "seed " + SEED + ", round " + round + ": " + difference + " in " + printable(text));
  }

  private static String printable(String text) {
    StringBuilder out = new StringBuilder();
    text.chars()
        .forEach(
            c -> {
              if (c >= ' ' && c < 0x7f) {
                out.append((char) c);
              } else {
                out.append(
                    switch (c) {
                      case '\r' -> "\\r";
                      case '\n' -> "\\n\n";
                      default -> String.format("\\x%02x", c);
                    });
              }
            });
    return out.toString();
  }

  private String heads(HeadParser parser, String text, boolean request, Strict.Verdict verdict) {
    ByteBuf in = Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.ISO_8859_1));
    int result = request ? parser.request(in) : parser.response(in);
    Strict.Head expected = verdict.head();
    boolean agree =
        expected != null
            ? result == HeadParser.COMPLETE
            : result == HeadParser.BAD || (verdict.incomplete() && result == HeadParser.INCOMPLETE);
    if (!agree) {
      return "one accepts what the other does not";
    }
    if (expected != null) {
      String difference = meaning(parser.head(), expected, request);
      if (!difference.isEmpty() || in.readerIndex() != expected.size()) {
        return "they differ on " + (difference.isEmpty() ? "where the head ends" : difference);
      }
    }
    int status = result == HeadParser.BAD ? parser.problem().status() : 0;
    return splits(parser, text, request, result, status, in.readerIndex());
  }

  /** Any split of the input into reads gives the same result. */
  private String splits(
      HeadParser parser, String text, boolean request, int whole, int status, int end) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    for (int i = 0; i < 3 && bytes.length > 0; i++) {
      int length = random.nextInt(bytes.length + 1);
      ByteBuf in = Unpooled.wrappedBuffer(bytes, 0, length);
      int early = request ? parser.request(in) : parser.response(in);
      boolean same =
          switch (early) {
            case HeadParser.COMPLETE -> whole == HeadParser.COMPLETE && in.readerIndex() == end;
            case HeadParser.BAD -> whole == HeadParser.BAD && parser.problem().status() == status;
            default -> whole != HeadParser.COMPLETE || length < end;
          };
      if (!same) {
        return "another verdict after " + length + " bytes";
      }
    }
    return "";
  }

  private static String meaning(Head head, Strict.Head expected, boolean request) {
    List<String> differences = new ArrayList<>();
    check(differences, "version", head.http10(), expected.http10());
    check(differences, "length", head.contentLength(), expected.length());
    check(differences, "coding", head.chunked(), expected.chunked());
    check(differences, "persistence", head.persistent(), expected.persistent());
    if (request) {
      check(
          differences,
          "method",
          head.text(head.methodStart(), head.methodEnd()),
          expected.method());
      check(differences, "host", head.text(head.hostStart(), head.hostEnd()), expected.host());
      check(differences, "path", head.text(head.pathStart(), head.pathEnd()), expected.path());
      check(differences, "expectation", head.expectContinue(), expected.expects());
    } else {
      check(differences, "status", String.valueOf(head.status()), expected.method());
      check(
          differences, "reason", head.text(head.reasonStart(), head.reasonEnd()), expected.path());
    }
    check(
        differences,
        "fields",
        IntStream.range(0, head.headers())
            .mapToObj(
                i ->
                    new Strict.Line(
                        head.text(head.nameStart(i), head.nameStart(i) + head.nameLength(i)),
                        head.text(head.valueStart(i), head.valueStart(i) + head.valueLength(i))))
            .toList(),
        expected.fields());
    check(
        differences,
        "kinds",
        IntStream.range(0, head.headers()).mapToObj(head::field).toList(),
        expected.fields().stream().map(line -> kind(line.name(), expected.options())).toList());
    return String.join(", ", differences);
  }

  private static void check(List<String> differences, String what, Object ours, Object theirs) {
    if (!ours.equals(theirs)) {
      differences.add(what + " (" + ours + " against " + theirs + ")");
    }
  }

  private static int kind(String name, Set<String> options) {
    String lower = name.toLowerCase(Locale.ROOT);
    int kind =
        switch (lower) {
          case "host" -> Field.HOST;
          case "content-length" -> Field.CONTENT_LENGTH;
          case "content-type" -> Field.CONTENT_TYPE;
          case "transfer-encoding" -> Field.TRANSFER_ENCODING;
          case "connection" -> Field.CONNECTION;
          case "expect" -> Field.EXPECT;
          case "keep-alive" -> Field.KEEP_ALIVE;
          case "forwarded" -> Field.FORWARDED;
          case "date" -> Field.DATE;
          case "upgrade" -> Field.UPGRADE;
          case "te" -> Field.TE;
          case "trailer" -> Field.TRAILER;
          case "proxy" -> Field.HOP;
          default ->
              lower.startsWith("proxy-")
                  ? Field.HOP
                  : lower.matches("x-forwarded-.+")
                      ? Field.FORWARDED
                      : lower.contains("_") ? Field.UNDERSCORE : Field.OTHER;
        };
    boolean mayBeNamed = kind == Field.OTHER || kind == Field.CONTENT_TYPE || kind == Field.TRAILER;
    return mayBeNamed && options.contains(lower) ? Field.HOP : kind;
  }

  private String bodies(String text) {
    Strict.Body expected = Strict.chunked(text);
    boolean framing = random.nextBoolean();
    StringBuilder out = new StringBuilder();
    BodyReader.Sink sink =
        (in, at, length) -> out.append(in.toString(at, length, StandardCharsets.ISO_8859_1));
    body.chunked(framing);
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    int at = 0;
    int result = BodyReader.MORE;
    while (at < bytes.length && result == BodyReader.MORE) {
      int length = 1 + random.nextInt(bytes.length - at);
      ByteBuf in = Unpooled.wrappedBuffer(bytes, at, length);
      result = body.read(in, sink);
      at += in.readerIndex();
    }
    if (expected.size() >= 0) {
      return result == BodyReader.DONE
              && at == expected.size()
              && out.toString().equals(framing ? expected.canonical() : expected.data())
          ? ""
          : "a body read otherwise: " + out;
    }
    boolean agree =
        result == BodyReader.BAD
            || (expected.problem().isEmpty()
                && result == BodyReader.MORE
                && (framing || out.toString().equals(expected.data())));
    return agree ? "" : "one takes a body that the other does not: " + out;
  }
}
