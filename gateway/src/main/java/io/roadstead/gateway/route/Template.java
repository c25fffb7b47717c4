package io.roadstead.gateway.route;

import io.netty.buffer.ByteBuf;
import io.roadstead.gateway.http.Ascii;
import io.roadstead.gateway.http.Head;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A path or an address with gaps that a request fills: {@code {path}}, its raw path; {@code
 * {rest}}, what follows the route's own part of that; {@code {host}}, its host without the port.
 * The query goes along. What is filled in are ranges of the bytes that came, unchanged. Immutable.
 */
public final class Template {
  private static final Pattern GAP = Pattern.compile("\\{(path|rest|host)\\}");

  /** Literal bytes, or one of the gaps. */
  private final byte[][] parts;

  private static final byte[] PATH = {};
  private static final byte[] REST = {};
  private static final byte[] HOST = {};

  private final int literals;
  private final boolean query;
  private final boolean startsWithPath;

  Template(String text) {
    List<byte[]> found = new ArrayList<>();
    Matcher gaps = GAP.matcher(text);
    int at = 0;
    int length = 0;
    for (MatchResult gap : gaps.results().toList()) {
      if (gap.start() > at) {
        found.add(Ascii.bytes(text.substring(at, gap.start())));
        length += gap.start() - at;
      }
      found.add(
          switch (gap.group(1)) {
            case "path" -> PATH;
            case "rest" -> REST;
            default -> HOST;
          });
      at = gap.end();
    }
    if (at < text.length()) {
      found.add(Ascii.bytes(text.substring(at)));
      length += text.length() - at;
    }
    this.parts = found.toArray(byte[][]::new);
    this.literals = length;
    this.query = text.indexOf('?') >= 0;
    this.startsWithPath = text.startsWith("{path}");
  }

  /** How many bytes {@link #write} writes at most. */
  public int size(Head request) {
    return literals + 1 + (parts.length + 1) * request.length();
  }

  @SuppressWarnings("ReferenceEquality") // A gap is the object that stands for it.
  public void write(Head request, RouteEntry route, ByteBuf out) {
    byte[] bytes = request.bytes();
    if (startsWithPath && request.pathStart() == request.pathEnd()) {
      out.writeByte('/');
    }
    for (byte[] part : parts) {
      if (part == PATH) {
        request.copy(request.pathStart(), request.pathEnd(), out);
      } else if (part == REST) {
        request.copy(
            RouteTable.skip(bytes, request.pathStart(), request.pathEnd(), route.prefixSegments()),
            request.pathEnd(),
            out);
      } else if (part == HOST) {
        request.copy(
            request.hostStart(),
            RouteTable.hostEnd(bytes, request.hostStart(), request.hostEnd()),
            out);
      } else {
        out.writeBytes(part);
      }
    }
    if (request.targetEnd() > request.pathEnd()) {
      out.writeByte(query ? '&' : '?');
      request.copy(request.pathEnd() + 1, request.targetEnd(), out);
    }
  }
}
