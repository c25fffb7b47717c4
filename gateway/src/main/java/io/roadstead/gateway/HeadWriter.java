package io.roadstead.gateway;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.roadstead.gateway.forward.Sender;
import io.roadstead.gateway.forward.TraceContext;
import io.roadstead.gateway.http.Ascii;
import io.roadstead.gateway.http.Field;
import io.roadstead.gateway.http.Head;
import io.roadstead.gateway.route.HeaderChange;
import io.roadstead.gateway.route.RouteEntry;
import io.roadstead.gateway.route.RouteTable;
import io.roadstead.gateway.route.Template;
import org.jspecify.annotations.Nullable;

/**
 * Writes heads on: the lines that go through are copied as ranges of the bytes that came, as many
 * lines at once as stand together; what concerns one connection only is left out, and what the
 * gateway itself has to say is added.
 */
final class HeadWriter {
  /** More than a head can grow by on its way: the added lines, the host in them apart. */
  static final int ADDED = 256;

  private static final byte[] HTTP11 = Ascii.bytes(" HTTP/1.1\r\nHost: ");
  private static final byte[] NO_BODY = Ascii.bytes("\r\nContent-Length: 0\r\n");
  private static final byte[] LINE = Ascii.bytes("\r\n");
  private static final byte[] CHUNKED = Ascii.bytes("Transfer-Encoding: chunked\r\n");
  private static final byte[] STATUS_LINE = Ascii.bytes("HTTP/1.1 ");
  private static final byte[] CLOSE = Ascii.bytes("Connection: close\r\n");
  private static final byte[] KEEP_ALIVE = Ascii.bytes("Connection: keep-alive\r\n");
  private static final byte[] DATE = Ascii.bytes("Date: ");
  private static final byte[] TRAILERS = Ascii.bytes("TE: trailers\r\nConnection: TE\r\n");
  private static final byte[] UPGRADE = Ascii.bytes("Connection: Upgrade\r\nUpgrade: ");

  private HeadWriter() {}

  /** How many bytes {@link #request} may write. */
  static int requestSize(Head head, RouteEntry route) {
    return head.length()
        + 3 * (head.hostEnd() - head.hostStart())
        + route.forwardedPrefix().length
        + route.service().length()
        + added(route.requestChange())
        + (route.rewrite() == null ? 0 : route.rewrite().size(head))
        + Sender.ADDED
        + TraceContext.ADDED
        + ADDED;
  }

  /** How many bytes of lines a route adds. */
  static int added(@Nullable HeaderChange change) {
    return change == null ? 0 : change.lines().length;
  }

  /** The answer that sends the client elsewhere, as a route says; without a body. */
  static void redirect(Head head, RouteEntry route, boolean close, byte[] now, ByteBuf out) {
    out.writeBytes(STATUS_LINE);
    ByteBufUtil.writeAscii(
        out, route.redirectStatus() + " " + title(route.redirectStatus()) + "\r\nLocation: ");
    requireNonNull(route.redirect()).write(head, route, out);
    out.writeBytes(NO_BODY);
    add(route.responseChange(), out);
    if (close) {
      out.writeBytes(CLOSE);
    }
    date(now, out);
    end(out);
  }

  static int redirectSize(Head head, RouteEntry route) {
    return requireNonNull(route.redirect()).size(head) + added(route.responseChange()) + ADDED;
  }

  private static String title(int status) {
    return switch (status) {
      case 301 -> "Moved Permanently";
      case 302 -> "Found";
      case 307 -> "Temporary Redirect";
      default -> "Permanent Redirect";
    };
  }

  private static void add(@Nullable HeaderChange change, ByteBuf out) {
    if (change != null) {
      out.writeBytes(change.lines());
    }
  }

  /**
   * @param sender who has sent it
   * @param trace which puts it into a trace
   * @param upgrade whether the instance may hear that the client asks for another protocol
   * @return where in {@code out} the trace's id is; -1 where the gateway writes none
   */
  static int request(
      Head head,
      RouteEntry route,
      Sender sender,
      TraceContext trace,
      boolean upgrade,
      ByteBuf out) {
    head.copy(head.methodStart(), head.methodEnd(), out);
    out.writeByte(' ');
    target(head, route, out);
    out.writeBytes(HTTP11);
    if (head.hasHost()) {
      head.copy(head.hostStart(), head.hostEnd(), out);
    } else {
      out.writeBytes(Ascii.bytes(route.service()));
    }
    out.writeBytes(LINE);
    int parent = trace.on() ? trace.parent(head) : -1;
    requestLines(head, trace.on(), parent >= 0, route.requestChange(), out);
    add(route.requestChange(), out);
    sender.write(head, route.forwardedPrefix(), out);
    int traceAt = trace.on() ? trace.write(head, parent, out) : -1;
    if (head.chunked()) {
      out.writeBytes(CHUNKED);
    }
    if (upgrade) {
      upgrade(head, out);
    } else if (head.takesTrailers()) {
      out.writeBytes(TRAILERS);
    }
    out.writeBytes(LINE);
    return traceAt;
  }

  private static void target(Head head, RouteEntry route, ByteBuf out) {
    Template rewrite = route.rewrite();
    if (rewrite != null) {
      rewrite.write(head, route, out);
      return;
    }
    int path =
        RouteTable.skip(head.bytes(), head.pathStart(), head.pathEnd(), route.stripSegments());
    if (path == head.pathEnd()) {
      out.writeByte('/');
    }
    head.copy(path, head.targetEnd(), out);
  }

  /** An interim answer: it has no body, so nothing that frames one either. */
  static void interim(Head head, ByteBuf out) {
    statusLine(head, out);
    lines(head, false, false, null, out);
    out.writeBytes(LINE);
  }

  /** The instance changes to the protocol that was asked for. */
  static void switching(Head head, byte @Nullable [] cookie, ByteBuf out) {
    statusLine(head, out);
    lines(head, false, false, null, out);
    if (cookie != null) {
      out.writeBytes(cookie);
    }
    upgrade(head, out);
    out.writeBytes(LINE);
  }

  private static void upgrade(Head head, ByteBuf out) {
    out.writeBytes(UPGRADE);
    head.copyUpgrade(out);
    out.writeBytes(LINE);
  }

  private static void statusLine(Head head, ByteBuf out) {
    out.writeBytes(STATUS_LINE);
    head.copy(9, 12, out);
    out.writeByte(' ');
    head.copy(head.reasonStart(), head.reasonEnd(), out);
    out.writeBytes(LINE);
  }

  /**
   * @param length whether a Content-Length of the instance goes through
   * @param chunked whether the body will be sent in chunks
   * @param keepAlive whether to say that the connection stays, as HTTP/1.0 clients want to hear
   * @param change what the route changes
   */
  static void response(
      Head head,
      boolean length,
      boolean chunked,
      boolean close,
      boolean keepAlive,
      @Nullable HeaderChange change,
      ByteBuf out) {
    statusLine(head, out);
    lines(head, length, chunked && head.chunked(), change, out);
    add(change, out);
    if (chunked) {
      out.writeBytes(CHUNKED);
    }
    if (close) {
      out.writeBytes(CLOSE);
    } else if (keepAlive) {
      out.writeBytes(KEEP_ALIVE);
    }
  }

  static void end(ByteBuf out) {
    out.writeBytes(LINE);
  }

  static void date(byte[] now, ByteBuf out) {
    out.writeBytes(DATE);
    out.writeBytes(now);
    out.writeBytes(LINE);
  }

  /**
   * @param trace whether the gateway says itself which trace it is in
   * @param goesOn whether that is the one that the client has named
   */
  private static void requestLines(
      Head head, boolean trace, boolean goesOn, @Nullable HeaderChange change, ByteBuf out) {
    int from = -1;
    int headers = head.headers();
    for (int i = 0; i < headers; i++) {
      int field = head.field(i);
      boolean goes =
          switch (field) {
            case Field.TRACEPARENT -> !trace;
            case Field.TRACESTATE -> !trace || goesOn;
            default -> passes(field, head.expectContinue(), head.chunked());
          };
      goes = goes && !dropped(head, i, change);
      from = goes ? (from < 0 ? head.nameStart(i) : from) : copied(head, from, i, out);
    }
    if (from >= 0) {
      head.copy(from, head.length() - 2, out);
    }
  }

  private static void lines(
      Head head, boolean length, boolean trailers, @Nullable HeaderChange change, ByteBuf out) {
    int from = -1;
    int headers = head.headers();
    for (int i = 0; i < headers; i++) {
      boolean goes = answers(head.field(i), length, trailers) && !dropped(head, i, change);
      from = goes ? (from < 0 ? head.nameStart(i) : from) : copied(head, from, i, out);
    }
    if (from >= 0) {
      head.copy(from, head.length() - 2, out);
    }
  }

  private static boolean dropped(Head head, int header, @Nullable HeaderChange change) {
    return change != null
        && change.drops(head.bytes(), head.nameStart(header), head.nameLength(header));
  }

  private static int copied(Head head, int from, int until, ByteBuf out) {
    if (from >= 0) {
      head.copy(from, head.nameStart(until), out);
    }
    return -1;
  }

  private static boolean passes(int field, boolean expect, boolean trailers) {
    return switch (field) {
      case Field.OTHER, Field.CONTENT_LENGTH, Field.CONTENT_TYPE, Field.DATE -> true;
      case Field.EXPECT -> expect;
      case Field.TRAILER -> trailers;
      default -> false;
    };
  }

  private static boolean answers(int field, boolean length, boolean trailers) {
    return switch (field) {
      case Field.CONNECTION,
          Field.KEEP_ALIVE,
          Field.HOP,
          Field.TE,
          Field.TRANSFER_ENCODING,
          Field.UPGRADE,
          Field.LOAD ->
          false;
      case Field.TRAILER -> trailers;
      case Field.CONTENT_LENGTH -> length;
      default -> true;
    };
  }
}
