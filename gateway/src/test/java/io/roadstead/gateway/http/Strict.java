package io.roadstead.gateway.http;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A second reader of HTTP/1.1, to judge the first one by: slow, made of whole strings and regular
 * expressions that follow the grammar of RFC 9110 and 9112 line by line, and nothing of the first
 * one in it. Where the RFCs leave a choice, it refuses.
 */
public final class Strict {
  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
  private static final Pattern REQUEST_LINE =
      Pattern.compile("(" + TOKEN + ") ([!-~&&[^#]]+) HTTP/1\\.([01])");
  private static final Pattern STATUS_LINE =
      Pattern.compile("HTTP/1\\.([01]) ([1-9][0-9][0-9])(?: ([\\t -~\\x80-\\xff]*))?");
  private static final Pattern FIELD =
      Pattern.compile("(" + TOKEN + "):[ \\t]*([\\t -~\\x80-\\xff]*)");
  private static final Pattern HOST =
      Pattern.compile("(?:\\[[0-9A-Fa-f:.]+]|[0-9A-Za-z._~!$&'()*+;=-]+)(?::[0-9]{0,5})?");
  private static final Pattern URL = Pattern.compile("(?i:https?)://([^/?]*)(.*)");
  private static final Pattern LENGTH = Pattern.compile("0|[1-9][0-9]{0,17}");
  private static final Pattern CHUNK =
      Pattern.compile("([0-9A-Fa-f]{1,15})(?:;" + TOKEN + "(?:=" + TOKEN + ")?)*");

  /** A gateway may add to a head that was as large as may be. */
  private static final HeadLimits ROOMY = new HeadLimits(16 * 1024, 64 * 1024, 200);

  private static final Set<String> NO_TRAILER =
      Set.of(
          "host",
          "content-length",
          "transfer-encoding",
          "connection",
          "expect",
          "content-type",
          "keep-alive",
          "te",
          "trailer",
          "forwarded",
          "date",
          "upgrade",
          "content-encoding",
          "content-range",
          "range",
          "authorization",
          "www-authenticate",
          "cookie",
          "set-cookie",
          "cache-control",
          "max-forwards",
          "age",
          "expires",
          "location",
          "retry-after",
          "vary",
          "if-match",
          "if-none-match",
          "if-modified-since",
          "if-unmodified-since",
          "if-range",
          "authentication-info");

  private Strict() {}

  /** A field line: its name as it came, its value without white space around. */
  public record Line(String name, String value) {}

  /**
   * A head that can be read in one way only.
   *
   * @param method of a request, or the status of an answer
   * @param path of a request, or the reason of an answer
   * @param length the declared length of the body, or -1
   * @param size the bytes that the head takes
   */
  public record Head(
      String method,
      String host,
      String path,
      boolean http10,
      List<Line> fields,
      Set<String> options,
      long length,
      boolean chunked,
      boolean expects,
      int size) {
    public boolean persistent() {
      return !options.contains("close") && (!http10 || options.contains("keep-alive"));
    }
  }

  /** What became of some bytes: a head, or none because they are incomplete, or bad. */
  public record Verdict(@Nullable Head head, String problem) {
    static final Verdict INCOMPLETE = new Verdict(null, "");

    public boolean incomplete() {
      return head == null && problem.isEmpty();
    }

    public boolean bad() {
      return head == null && !problem.isEmpty();
    }
  }

  private static final class Bad extends RuntimeException {
    private static final long serialVersionUID = 1;

    Bad(String why) {
      super(why, null, false, false);
    }
  }

  public static Verdict request(String bytes, HeadLimits limits) {
    return judge(bytes, limits, true, true);
  }

  public static Verdict answer(String bytes, HeadLimits limits) {
    return judge(bytes, limits, false, true);
  }

  /**
   * @param own whether to refuse too what is in order and only not done by this gateway
   */
  private static Verdict judge(String bytes, HeadLimits limits, boolean request, boolean own) {
    int lead = request && bytes.startsWith("\r\n") ? 2 : 0;
    int end = bytes.indexOf("\r\n\r\n", lead);
    if (end < 0) {
      return Verdict.INCOMPLETE;
    }
    try {
      need(end + 4 <= limits.headBytes(), "too large");
      List<String> lines = List.of(bytes.substring(lead, end).split("\r\n", -1));
      need(lines.size() <= limits.headers() + 1, "too many fields");
      List<Line> fields = lines.stream().skip(1).map(Strict::field).toList();
      Head head =
          request
              ? requestHead(lines.getFirst(), fields, end + 4, limits, own)
              : answerHead(lines.getFirst(), fields, end + 4);
      return new Verdict(head, "");
    } catch (Bad bad) {
      return new Verdict(null, String.valueOf(bad.getMessage()));
    }
  }

  private static void need(boolean holds, String otherwise) {
    if (!holds) {
      throw new Bad(otherwise);
    }
  }

  private static Line field(String line) {
    Matcher parts = FIELD.matcher(line);
    need(parts.matches(), "field line");
    return new Line(parts.group(1), strip(parts.group(2)));
  }

  private static String strip(String value) {
    return value.replaceFirst("[ \\t]+$", "");
  }

  private static List<String> values(List<Line> fields, String name) {
    return fields.stream()
        .filter(f -> f.name().toLowerCase(Locale.ROOT).equals(name))
        .map(Line::value)
        .toList();
  }

  private static Head requestHead(
      String line, List<Line> fields, int size, HeadLimits limits, boolean own) {
    need(line.length() + 2 <= limits.requestLineBytes(), "request line too long");
    Matcher parts = REQUEST_LINE.matcher(line);
    need(parts.matches(), "request line");
    String method = parts.group(1);
    String target = parts.group(2);
    boolean http10 = parts.group(3).equals("0");
    need(!own || method.length() <= 32, "method");
    need(!own || !(method.equals("CONNECT") || method.equals("TRACE")), "method");
    for (String expectation : values(fields, "expect")) {
      need(!own || expectation.equalsIgnoreCase("100-continue"), "expectation");
    }
    List<String> hosts = values(fields, "host");
    need(hosts.size() == 1 || (http10 && hosts.isEmpty()), "hosts");
    String host = hosts.isEmpty() ? "" : hosts.getFirst();
    need(hosts.isEmpty() || HOST.matcher(host).matches(), "host");
    String path = target;
    if (method.equals("CONNECT")) {
      need(HOST.matcher(target).matches(), "target");
    } else if (!target.startsWith("/") && !(target.equals("*") && method.equals("OPTIONS"))) {
      Matcher url = URL.matcher(target);
      need(url.matches(), "target");
      need(HOST.matcher(url.group(1)).matches(), "authority");
      need(hosts.isEmpty() || host.equalsIgnoreCase(url.group(1)), "authority against host");
      host = url.group(1);
      path = url.group(2);
    }
    return head(method, host, path.replaceFirst("\\?.*", ""), http10, fields, size);
  }

  private static Head answerHead(String line, List<Line> fields, int size) {
    Matcher parts = STATUS_LINE.matcher(line);
    need(parts.matches(), "status line");
    String reason = parts.group(3);
    return head(
        parts.group(2), "", reason == null ? "" : reason, parts.group(1).equals("0"), fields, size);
  }

  private static Head head(
      String method, String host, String path, boolean http10, List<Line> fields, int size) {
    List<String> lengths = values(fields, "content-length");
    List<String> codings = values(fields, "transfer-encoding");
    need(lengths.size() + codings.size() <= 1, "framings");
    for (String length : lengths) {
      need(LENGTH.matcher(length).matches(), "length");
    }
    for (String coding : codings) {
      need(coding.equalsIgnoreCase("chunked") && !http10, "coding");
    }
    Set<String> options = new HashSet<>();
    for (String value : values(fields, "connection")) {
      options.addAll(List.of(value.toLowerCase(Locale.ROOT).split("[ \\t,]+")));
    }
    return new Head(
        method,
        host,
        path,
        http10,
        fields,
        options,
        lengths.isEmpty() ? -1 : Long.parseLong(lengths.getFirst()),
        !codings.isEmpty(),
        !http10 && !values(fields, "expect").isEmpty(),
        size);
  }

  /**
   * A body as far as it was read.
   *
   * @param size the bytes that it takes, or -1 where it is not whole
   * @param canonical what is to be forwarded of it: no extensions, trailers only those that may be
   */
  public record Body(int size, String data, String canonical, String problem) {
    static Body incomplete(String data) {
      return new Body(-1, data, "", "");
    }

    static Body bad(String problem) {
      return new Body(-1, "", "", problem);
    }
  }

  /** Reads a chunked body. */
  public static Body chunked(String bytes) {
    StringBuilder data = new StringBuilder();
    StringBuilder canonical = new StringBuilder();
    int at = 0;
    while (true) {
      int end = bytes.indexOf("\r\n", at);
      if (end < 0) {
        return Body.incomplete(data.toString());
      }
      Matcher line = CHUNK.matcher(bytes.substring(at, end));
      if (!line.matches()) {
        return Body.bad("chunk size line");
      }
      long size = Long.parseLong(line.group(1), 16);
      canonical.append(line.group(1)).append("\r\n");
      at = end + 2;
      if (size == 0) {
        return trailers(bytes, at, data.toString(), canonical);
      }
      if (bytes.length() - at < size + 2) {
        boolean off = bytes.length() - at == size + 1 && bytes.charAt(at + (int) size) != '\r';
        return off
            ? Body.bad("chunk end")
            : Body.incomplete(
                data + bytes.substring(at, (int) Math.min(at + size, bytes.length())));
      }
      String piece = bytes.substring(at, at + (int) size);
      at += (int) size;
      if (!bytes.startsWith("\r\n", at)) {
        return Body.bad("chunk end");
      }
      data.append(piece);
      canonical.append(piece).append("\r\n");
      at += 2;
    }
  }

  private static Body trailers(String bytes, int from, String data, StringBuilder canonical) {
    int at = from;
    while (true) {
      int end = bytes.indexOf("\r\n", at);
      if (end < 0) {
        return Body.incomplete(data);
      }
      String line = bytes.substring(at, end);
      at = end + 2;
      if (line.isEmpty()) {
        return new Body(at, data, canonical.append("\r\n").toString(), "");
      }
      Matcher parts = FIELD.matcher(line);
      if (!parts.matches() || forbidden(parts.group(1).toLowerCase(Locale.ROOT))) {
        return Body.bad("trailer");
      }
      if (!parts.group(1).contains("_")) {
        canonical.append(line).append("\r\n");
      }
    }
  }

  private static boolean forbidden(String name) {
    return NO_TRAILER.contains(name)
        || name.equals("proxy")
        || name.startsWith("proxy-")
        || (name.startsWith("x-forwarded-") && name.length() > 12);
  }

  /**
   * The messages of one connection.
   *
   * @param whole those that are whole, each with its body
   * @param problem why what follows is none; empty where it is only not whole
   * @param rest what is left
   */
  public record Messages(List<String> whole, List<Head> heads, String problem, String rest) {
    public List<Integer> statuses() {
      return heads.stream().map(head -> Integer.parseInt(head.method())).toList();
    }
  }

  public static Messages requests(String bytes) {
    return messages(bytes, true, false, false);
  }

  /**
   * @param bodiless whether the answers are to HEAD
   * @param ended whether the connection has ended
   */
  public static Messages answers(String bytes, boolean bodiless, boolean ended) {
    return messages(bytes, false, bodiless, ended);
  }

  private static Messages messages(String bytes, boolean request, boolean bodiless, boolean ended) {
    List<String> whole = new ArrayList<>();
    List<Head> heads = new ArrayList<>();
    String rest = bytes;
    while (!rest.isEmpty()) {
      Verdict verdict = judge(rest, ROOMY, request, false);
      Head head = verdict.head();
      if (head == null) {
        return new Messages(whole, heads, verdict.problem(), rest);
      }
      int size = bodySize(rest.substring(head.size()), head, request, bodiless, ended);
      if (size < 0) {
        return new Messages(whole, heads, size == -1 ? "" : "body", rest);
      }
      whole.add(rest.substring(0, head.size() + size));
      heads.add(head);
      rest = rest.substring(head.size() + size);
    }
    return new Messages(whole, heads, "", "");
  }

  /** The bytes that a body takes; -1 where it is not whole, -2 where it is bad. */
  private static int bodySize(
      String after, Head head, boolean request, boolean bodiless, boolean ended) {
    if (!request && (bodiless || head.method().matches("1..|204|304"))) {
      return 0;
    }
    if (head.chunked()) {
      Body body = chunked(after);
      return body.problem().isEmpty() ? body.size() : -2;
    }
    if (head.length() >= 0) {
      return after.length() >= head.length() ? (int) head.length() : -1;
    }
    return request ? 0 : ended ? after.length() : -1;
  }
}
