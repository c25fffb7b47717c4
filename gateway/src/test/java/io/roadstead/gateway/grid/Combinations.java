package io.roadstead.gateway.grid;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Messages with two things that are each read in different ways by some: both framings in every
 * spelling and order, and every flaw of a line in every field that frames or routes. A request
 * stands behind each, which is what somebody would smuggle.
 */
public final class Combinations {
  private static final String GROUP = "combinations";
  private static final String BEHIND = "GET /behind HTTP/1.1\r\nHost: h\r\n\r\n";

  private static final List<String> CODINGS =
      List.of(
          "Transfer-Encoding: chunked",
          "transfer-encoding:CHUNKED",
          "Transfer-Encoding: \tchunked \t",
          "Transfer-Encoding : chunked",
          " Transfer-Encoding: chunked",
          "Transfer-Encoding: chunked,",
          "Transfer-Encoding: x\r\nTransfer-Encoding: chunked",
          "Transfer-Encoding:\r\n chunked");

  private static final List<String> LENGTHS =
      List.of(
          "Content-Length: 5",
          "content-length:5",
          "Content-Length: +5",
          "Content-Length: 5, 5",
          "Content-Length : 5");

  private static final List<String> FIELDS =
      List.of(
          "Host: h",
          "Content-Length: 5",
          "Transfer-Encoding: chunked",
          "Connection: close",
          "X-Any: a");

  /** What is wrong with a line, and which section says so. */
  private record Flaw(String name, String rule, String before, String after, String end) {
    String line(String field) {
      return field.replaceFirst(": (.)", before + "$1" + after) + end;
    }
  }

  private static final List<Flaw> FLAWS =
      List.of(
          new Flaw("a bare line feed behind", "RFC 9112 2.2", ": ", "", "\n"),
          new Flaw("a bare carriage return in", "RFC 9112 2.2", ": ", "\r", "\r\n"),
          new Flaw("a bare carriage return behind", "RFC 9112 2.2", ": ", "", "\r"),
          new Flaw("a NUL in", "RFC 9110 5.5", ": ", "\0", "\r\n"),
          new Flaw("a tab before the colon of", "RFC 9112 5.1", "\t: ", "", "\r\n"),
          new Flaw("a folded value of", "RFC 9112 5.2", ":\r\n ", "", "\r\n"));

  private Combinations() {}

  public static List<GridCase> all() {
    List<GridCase> cases = new ArrayList<>();
    for (String coding : CODINGS) {
      for (String length : LENGTHS) {
        cases.add(
            refused(
                shown(length) + ", then " + shown(coding),
                "RFC 9112 6.1",
                "Host: h\r\n" + length + "\r\n" + coding + "\r\n"));
        cases.add(
            refused(
                shown(coding) + ", then " + shown(length),
                "RFC 9112 6.1",
                "Host: h\r\n" + coding + "\r\n" + length + "\r\n"));
      }
    }
    for (Flaw flaw : FLAWS) {
      for (String field : FIELDS) {
        String line = flaw.line(field);
        boolean host = field.startsWith("Host");
        cases.add(
            refused(
                flaw.name() + " " + field,
                flaw.rule(),
                (host ? "" : "Host: h\r\n") + line + "X-Last: z\r\n"));
      }
    }
    return cases;
  }

  private static GridCase refused(String name, String rule, String fields) {
    return new GridCase(
        GROUP,
        name,
        rule,
        List.of(),
        GridCase.Want.REFUSED,
        List.of(400),
        List.of("POST / HTTP/1.1\r\n" + fields + "\r\n0\r\n\r\n" + BEHIND),
        null,
        List.of(),
        null);
  }

  private static String shown(String lines) {
    String text = lines;
    for (Map.Entry<String, String> each : Map.of("\r\n", "⏎", "\t", "⇥").entrySet()) {
      text = text.replace(each.getKey(), each.getValue());
    }
    return "`" + text + "`";
  }

  /** With the cases of the files, all there are. */
  public static Stream<GridCase> withFiles() {
    return Stream.concat(
        Stream.of("heads.txt", "framing.txt", "bodies.txt", "answers.txt")
            .flatMap(file -> GridCase.load(file).stream()),
        all().stream());
  }
}
