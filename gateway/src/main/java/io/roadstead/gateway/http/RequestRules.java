package io.roadstead.gateway.http;

import org.jspecify.annotations.Nullable;

/**
 * What a request's headers mean together: where its body ends, whom it is for, and whether the
 * connection stays. Anything that two readers could understand in two ways is refused.
 */
final class RequestRules {
  private RequestRules() {}

  static @Nullable BadMessage check(Head head) {
    int hosts = 0;
    for (int i = 0; i < head.count; i++) {
      switch (head.field(i)) {
        case Field.HOST -> {
          hosts++;
          head.hostStart = head.valueStart(i);
          head.hostEnd = head.hostStart + head.valueLength(i);
        }
        case Field.EXPECT -> {
          if (!Ascii.is(head.bytes, head.valueStart(i), head.valueLength(i), "100-continue")) {
            return new BadMessage(
                417, "expectation-failed", "an expectation other than 100-continue");
          }
          head.expectContinue = !head.http10();
        }
        case Field.TE -> head.teTrailers |= trailers(head, i);
        default -> {
          BadMessage bad = SharedRules.header(head, i);
          if (bad != null) {
            return bad;
          }
        }
      }
    }
    BadMessage bad = SharedRules.framing(head);
    if (bad != null) {
      return bad;
    }
    // RFC 9112 section 3.2
    if (hosts > 1) {
      return BadMessage.malformed("more than one Host header");
    }
    if (hosts == 0 && !head.http10()) {
      return BadMessage.malformed("no Host header");
    }
    if (hosts == 1) {
      bad = host(head, head.hostStart, head.hostEnd);
      if (bad != null) {
        return bad;
      }
    }
    if (head.methodIs("CONNECT") || head.methodIs("TRACE")) {
      return new BadMessage(
          501,
          "not-implemented",
          head.text(head.methodStart, head.methodEnd) + " is not done by this gateway");
    }
    return target(head, hosts);
  }

  /** Whether one of the codings in a TE field is "trailers". */
  private static boolean trailers(Head head, int i) {
    int end = head.valueStart(i) + head.valueLength(i);
    int start = head.valueStart(i);
    for (int p = start; p <= end; p++) {
      if (p == end || head.bytes[p] == ',') {
        int last = p;
        while (start < last && (head.bytes[start] == ' ' || head.bytes[start] == '\t')) {
          start++;
        }
        while (last > start && (head.bytes[last - 1] == ' ' || head.bytes[last - 1] == '\t')) {
          last--;
        }
        if (Ascii.is(head.bytes, start, last - start, "trailers")) {
          return true;
        }
        start = p + 1;
      }
    }
    return false;
  }

  private static @Nullable BadMessage host(Head head, int from, int to) {
    if (from == to) {
      return BadMessage.malformed("an empty Host");
    }
    byte[] b = head.bytes;
    int colon = -1;
    boolean literal = b[from] == '[';
    int closed = -1;
    for (int i = from; i < to; i++) {
      if (!Ascii.isHost(b[i])) {
        return BadMessage.malformed("byte " + Ascii.show(b[i]) + " in the host");
      }
      if (b[i] == ',') {
        return BadMessage.malformed("a list where one host should be");
      }
      if (literal && closed < 0 && i > from && !isAddress(b[i])) {
        return BadMessage.malformed("brackets in the host that hold no address");
      }
      if (b[i] == ']') {
        if (!literal || closed >= 0) {
          return BadMessage.malformed("a stray bracket in the host");
        }
        if (i == from + 1) {
          return BadMessage.malformed("brackets in the host that hold no address");
        }
        closed = i;
      } else if (b[i] == '[' && i > from) {
        return BadMessage.malformed("a stray bracket in the host");
      } else if (b[i] == ':' && (!literal || closed >= 0)) {
        if (colon >= 0) {
          return BadMessage.malformed("more than one colon in the host");
        }
        colon = i;
      } else if (colon >= 0 && !Ascii.isDigit(b[i])) {
        return BadMessage.malformed("a port in the host that is not a number");
      }
    }
    if (literal && (closed < 0 || (closed + 1 < to && colon != closed + 1))) {
      return BadMessage.malformed("an address in the host that does not end in ']'");
    }
    return colon == from || (colon >= 0 && to - colon > 6)
        ? BadMessage.malformed("a host without a name, or with a port of more than 5 digits")
        : null;
  }

  private static boolean isAddress(byte b) {
    return Ascii.hex(b) >= 0 || b == ':' || b == '.' || b == ']';
  }

  private static @Nullable BadMessage target(Head head, int hosts) {
    byte[] b = head.bytes;
    int start = head.targetStart;
    int end = head.targetEnd;
    if (b[start] == '*' && end - start == 1 && head.methodIs("OPTIONS")) {
      head.pathStart = start;
      head.pathEnd = end;
      return null;
    }
    if (b[start] != '/') {
      int scheme = schemeLength(b, start, end);
      if (scheme < 0) {
        return BadMessage.malformed("a request target that is no path and no http URL");
      }
      int authority = start + scheme;
      int path = authority;
      while (path < end && b[path] != '/' && b[path] != '?') {
        path++;
      }
      BadMessage bad = host(head, authority, path);
      if (bad != null) {
        return bad;
      }
      if (hosts == 1
          && (path - authority != head.hostEnd - head.hostStart
              || !Ascii.same(b, authority, head.hostStart, path - authority))) {
        return BadMessage.malformed("the Host header and the target's authority differ");
      }
      head.hostStart = authority;
      head.hostEnd = path;
      start = path;
    }
    head.pathStart = start;
    int query = start;
    while (query < end && b[query] != '?') {
      query++;
    }
    head.pathEnd = query;
    return null;
  }

  private static int schemeLength(byte[] b, int start, int end) {
    if (end - start > 7 && Ascii.is(b, start, 7, "http://")) {
      return 7;
    }
    return end - start > 8 && Ascii.is(b, start, 8, "https://") ? 8 : -1;
  }
}
