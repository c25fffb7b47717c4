package io.roadstead.gateway.http;

import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads heads of requests and answers, strictly, in one pass, into a {@link Head}.
 *
 * <p>The bytes are copied once into the head's array, which is cheaper than it sounds: heads are a
 * few hundred bytes, and from then on every look is a plain array access, and every forwarded range
 * one copy into the outgoing buffer. A head that is not whole yet is parsed anew when more of it
 * has arrived; callers ask again only when a line has ended or a limit is passed, so that a head
 * that trickles in costs no more than its lines.
 *
 * <p>Nothing is repaired. Where RFC 9112 lets a recipient be lenient (a bare line feed, a folded
 * line, a space before the colon), another recipient of the same bytes may decide otherwise, and
 * that disagreement is what request smuggling is made of.
 *
 * <p>One per event loop; not thread-safe.
 */
public final class HeadParser {
  public static final int COMPLETE = 0;
  public static final int INCOMPLETE = 1;
  public static final int BAD = 2;

  private static final int FIRST_LOOK = 2048;
  private static final int MAX_METHOD = 32;

  private final HeadLimits limits;
  private final Head head;
  private @Nullable BadMessage problem;

  public HeadParser(HeadLimits limits) {
    this.limits = limits;
    this.head = new Head(limits);
  }

  public Head head() {
    return head;
  }

  /** Why the last message was refused. */
  public BadMessage problem() {
    return Objects.requireNonNull(problem, "no message was refused");
  }

  /** Reads a request head at the reader index, which only a whole head moves. */
  public int request(ByteBuf in) {
    return parse(in, true);
  }

  /** Reads the head of an answer at the reader index, which only a whole head moves. */
  public int response(ByteBuf in) {
    return parse(in, false);
  }

  private int parse(ByteBuf in, boolean request) {
    int available = Math.min(in.readableBytes(), head.bytes.length);
    int length = Math.min(available, FIRST_LOOK);
    in.getBytes(in.readerIndex(), head.bytes, 0, length);
    int result = lines(length, request);
    if (result == INCOMPLETE && available > length) {
      in.getBytes(in.readerIndex() + length, head.bytes, length, available - length);
      length = available;
      result = lines(length, request);
    }
    if (result == INCOMPLETE && length > limits.headBytes()) {
      return tooLarge(in.readableBytes());
    }
    if (result == COMPLETE) {
      BadMessage broken = request ? RequestRules.check(head) : ResponseRules.check(head);
      if (broken != null) {
        problem = broken;
        return BAD;
      }
      in.skipBytes(head.headEnd);
    }
    return result;
  }

  private int tooLarge(int received) {
    problem =
        new BadMessage(
            431,
            "head-too-large",
            "the head is longer than "
                + limits.headBytes()
                + " bytes ("
                + received
                + " received so far, and it has not ended): send fewer or shorter headers");
    return BAD;
  }

  private int lines(int end, boolean request) {
    head.clear();
    int first = request ? requestLine(end) : statusLine(end);
    if (first < 0) {
      return first == NEED_MORE ? INCOMPLETE : BAD;
    }
    return headers(first, end);
  }

  // The first lines return where the next line starts, or one of these.
  private static final int NEED_MORE = -1;
  private static final int REFUSED = -2;

  private int requestLine(int end) {
    byte[] b = head.bytes;
    int p = 0;
    // RFC 9112 section 2.2: one empty line before the request line is ignored.
    if (end >= 2 && b[0] == '\r' && b[1] == '\n') {
      p = 2;
    }
    int start = p;
    int cap = start + limits.requestLineBytes();
    head.methodStart = p;
    while (p < end && Ascii.isToken(b[p]) && p - start <= MAX_METHOD) {
      p++;
    }
    if (p - start > MAX_METHOD) {
      return refuse(501, "not-implemented", "the method is longer than " + MAX_METHOD + " bytes");
    }
    if (p == end) {
      return NEED_MORE;
    }
    if (p == start || b[p] != ' ') {
      return p == start && b[p] == '\r' && end == start + 1
          ? NEED_MORE
          : bad("byte " + Ascii.show(b[p]) + " at " + (p - start) + " where a method should be");
    }
    head.methodEnd = p++;
    head.targetStart = p;
    while (p < end && Ascii.isTarget(b[p])) {
      p++;
    }
    if (p >= cap) {
      return lineTooLong(p - start);
    }
    if (p == end) {
      return NEED_MORE;
    }
    if (p == head.targetStart || b[p] != ' ') {
      return bad(
          b[p] == '#'
              ? "a fragment in the request target"
              : "byte " + Ascii.show(b[p]) + " in the request target; encode it as %XX");
    }
    head.targetEnd = p++;
    if (p + 10 > cap) {
      return lineTooLong(p + 10 - start);
    }
    return version(p, end, start);
  }

  private int version(int p, int end, int start) {
    byte[] b = head.bytes;
    for (int i = 0; i < 8; i++) {
      if (p + i == end) {
        return NEED_MORE;
      }
      boolean fits =
          (i == 5 || i == 7) ? Ascii.isDigit(b[p + i]) : b[p + i] == "HTTP/1.1".charAt(i);
      if (!fits) {
        return bad("no HTTP version at " + (p + i - start) + " of the request line");
      }
    }
    int lineFeed = lineEnd(p + 8, end);
    if (lineFeed < 0) {
      return lineFeed;
    }
    if (b[p + 5] != '1' || b[p + 7] > '1') {
      return refuse(
          505,
          "version-not-supported",
          "HTTP/" + (char) b[p + 5] + "." + (char) b[p + 7] + " is not spoken here, HTTP/1.1 is");
    }
    head.minorVersion = b[p + 7] - '0';
    return lineFeed;
  }

  private int statusLine(int end) {
    byte[] b = head.bytes;
    int p = 0;
    for (; p < 8; p++) {
      if (p == end) {
        return NEED_MORE;
      }
      if (p == 7 ? b[p] != '0' && b[p] != '1' : b[p] != "HTTP/1.".charAt(p)) {
        return bad("the answer does not start with HTTP/1.1 or HTTP/1.0");
      }
    }
    head.minorVersion = b[7] - '0';
    if (end < 13) {
      return NEED_MORE;
    }
    if (b[8] != ' ' || b[9] < '1' || b[9] > '9' || !Ascii.isDigit(b[10]) || !Ascii.isDigit(b[11])) {
      return bad("the answer's status is not a number of three digits");
    }
    head.status = (b[9] - '0') * 100 + (b[10] - '0') * 10 + b[11] - '0';
    p = 12;
    // RFC 9112 section 4: the space is due even without a reason; many servers leave it out.
    if (b[p] == ' ') {
      p++;
    } else if (b[p] != '\r') {
      return bad("the answer's status is not a number of three digits");
    }
    head.reasonStart = p;
    while (p < end && Ascii.isValue(b[p])) {
      p++;
    }
    head.reasonEnd = p;
    return p == end ? NEED_MORE : lineEnd(p, end);
  }

  private int headers(int start, int end) {
    byte[] b = head.bytes;
    int p = start;
    while (true) {
      if (p == end) {
        return INCOMPLETE;
      }
      if (b[p] == '\r' || b[p] == '\n') {
        int next = lineEnd(p, end);
        if (next < 0) {
          return next == NEED_MORE ? INCOMPLETE : BAD;
        }
        head.headEnd = next;
        return next > limits.headBytes() ? tooLarge(next) : COMPLETE;
      }
      int name = p;
      while (p < end && Ascii.isToken(b[p])) {
        p++;
      }
      if (p == end) {
        return INCOMPLETE;
      }
      if (b[p] != ':' || p == name) {
        return badName(name, p);
      }
      int nameLength = p++ - name;
      while (p < end && (b[p] == ' ' || b[p] == '\t')) {
        p++;
      }
      int value = p;
      while (p < end && Ascii.isValue(b[p])) {
        p++;
      }
      if (p == end) {
        return INCOMPLETE;
      }
      int next = lineEnd(p, end);
      if (next < 0) {
        return next == NEED_MORE ? INCOMPLETE : BAD;
      }
      while (p > value && (b[p - 1] == ' ' || b[p - 1] == '\t')) {
        p--;
      }
      if (head.count == limits.headers()) {
        problem =
            new BadMessage(
                431, "head-too-large", "more than " + limits.headers() + " headers: send fewer");
        return BAD;
      }
      head.add(name, nameLength, value, p - value);
      p = next;
    }
  }

  private int badName(int name, int p) {
    byte[] b = head.bytes;
    if (p == name && (b[p] == ' ' || b[p] == '\t')) {
      bad("a folded header line (it starts with white space)");
    } else if (p == name && b[p] == ':') {
      bad("a header without a name");
    } else if (b[p] == ' ' || b[p] == '\t') {
      bad("white space between a header's name and its colon");
    } else {
      bad("byte " + Ascii.show(b[p]) + " in a header's name");
    }
    return BAD;
  }

  /** The index after the line break at {@code p}, NEED_MORE, or REFUSED. */
  private int lineEnd(int p, int end) {
    byte[] b = head.bytes;
    if (p == end) {
      return NEED_MORE;
    }
    if (b[p] != '\r') {
      return bad(
          b[p] == '\n'
              ? "a line that ends in a bare line feed"
              : "byte " + Ascii.show(b[p]) + " in a line of the head");
    }
    if (p + 1 == end) {
      return NEED_MORE;
    }
    return b[p + 1] == '\n' ? p + 2 : bad("a bare carriage return in the head");
  }

  private int lineTooLong(int received) {
    return refuse(
        414,
        "target-too-long",
        "the request line is longer than "
            + limits.requestLineBytes()
            + " bytes ("
            + received
            + " so far): send a shorter target");
  }

  private int bad(String detail) {
    return refuse(400, "bad-request", detail);
  }

  private int refuse(int status, String code, String detail) {
    problem = new BadMessage(status, code, detail);
    return REFUSED;
  }
}
