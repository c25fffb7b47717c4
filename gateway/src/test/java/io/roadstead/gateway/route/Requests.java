package io.roadstead.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.roadstead.gateway.http.Head;
import io.roadstead.gateway.http.HeadLimits;
import io.roadstead.gateway.http.HeadParser;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Asks a table as the request path does: with a parsed head and a checked path. */
final class Requests {
  private final HeadParser parser = new HeadParser(HeadLimits.DEFAULT);
  private final PathCheck check = new PathCheck(HeadLimits.DEFAULT.headBytes());

  /**
   * @param lines further lines of the head, each with its line break
   */
  Head head(String method, String host, String target, String lines) {
    ByteBuf bytes =
        Unpooled.copiedBuffer(
            method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + lines + "\r\n",
            StandardCharsets.ISO_8859_1);
    assertThat(parser.request(bytes)).as(target).isEqualTo(HeadParser.COMPLETE);
    return parser.head();
  }

  @Nullable RouteEntry match(RouteTable table, Head head) {
    assertThat(check.accepts(head.bytes(), head.pathStart(), head.pathEnd())).isTrue();
    return table.match(head, check.bytes(), check.from(), check.to());
  }

  String label(RouteTable table, String method, String host, String target, String lines) {
    RouteEntry entry = match(table, head(method, host, target, lines));
    return entry == null ? "none" : entry.label();
  }

  String label(RouteTable table, String host, String target) {
    return label(table, "GET", host, target, "");
  }
}
