package io.roadstead.gateway.forward;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.NetUtil;
import io.roadstead.gateway.http.Ascii;
import io.roadstead.gateway.http.Field;
import io.roadstead.gateway.http.Head;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes who sent a request: {@code X-Forwarded-*} and {@code Forwarded} (RFC 7239). What the
 * sender says of it is dropped and written afresh, or, where it is a trusted proxy, kept with the
 * proxy appended. A proxy that speaks {@code X-Forwarded-*} alone gets no {@code Forwarded} beside
 * it, which would begin with the proxy and so contradict it; what one says in {@code Forwarded}
 * alone is said in both ways. One for each connection; immutable.
 */
public final class Sender {
  /** How many bytes it writes at most, beside what came and the host, which it writes twice. */
  public static final int ADDED = 320;

  private static final byte[] FOR = Ascii.bytes("X-Forwarded-For: ");
  private static final byte[] PROTO = Ascii.bytes("X-Forwarded-Proto: ");
  private static final byte[] HTTP = Ascii.bytes("http\r\n");
  private static final byte[] HOST = Ascii.bytes("X-Forwarded-Host: ");
  private static final byte[] PREFIX = Ascii.bytes("X-Forwarded-Prefix: ");
  private static final byte[] FORWARDED = Ascii.bytes("Forwarded: ");
  private static final byte[] NEXT = Ascii.bytes(", ");
  private static final byte[] LINE = Ascii.bytes("\r\n");
  private static final byte[] BY_HOST = Ascii.bytes(";host=\"");
  private static final byte[] QUOTE_END = Ascii.bytes("\"\r\n");

  private final boolean trusted;
  private final byte[] node;
  private final byte[] fresh;
  private final byte[] element;

  private Sender(boolean trusted, String node, String quoted) {
    this.trusted = trusted;
    this.node = Ascii.bytes(node);
    this.fresh = Ascii.bytes("X-Forwarded-For: " + node + "\r\nX-Forwarded-Proto: http\r\n");
    this.element = Ascii.bytes("for=" + quoted + ";proto=http");
  }

  /**
   * @param address where the connection comes from; null where that is not known
   */
  public static Sender of(@Nullable InetAddress address, Forwarding forwarding) {
    if (address == null) {
      return new Sender(false, "unknown", "unknown");
    }
    String text = NetUtil.toAddressString(address);
    return new Sender(
        forwarding.trusts(address),
        text,
        address instanceof Inet6Address ? "\"[" + text + "]\"" : text);
  }

  /** Where the connection comes from, as text. */
  public byte[] address() {
    return node;
  }

  /**
   * Writes the lines.
   *
   * @param prefix the line on the prefix that the gateway takes off, or nothing
   */
  public void write(Head head, byte[] prefix, ByteBuf out) {
    if (trusted) {
      append(head, prefix, out);
      return;
    }
    out.writeBytes(fresh);
    if (head.hasHost()) {
      out.writeBytes(HOST);
      head.copy(head.hostStart(), head.hostEnd(), out);
      out.writeBytes(LINE);
    }
    out.writeBytes(FORWARDED);
    element(head, out);
    out.writeBytes(prefix);
  }

  private void element(Head head, ByteBuf out) {
    out.writeBytes(element);
    if (head.hasHost()) {
      out.writeBytes(BY_HOST);
      head.copy(head.hostStart(), head.hostEnd(), out);
      out.writeBytes(QUOTE_END);
    } else {
      out.writeBytes(LINE);
    }
  }

  private void append(Head head, byte[] prefix, ByteBuf out) {
    boolean says = has(head, "forwarded");
    boolean saysOld = saysOld(head);
    if (says && !saysOld) {
      translate(head, out);
    } else {
      appendOld(head, out);
    }
    if (says || !saysOld) {
      out.writeBytes(FORWARDED);
      if (values(head, "forwarded", out)) {
        out.writeBytes(NEXT);
      }
      element(head, out);
    }
    prefix(head, prefix, out);
    for (int i = 0; i < head.headers(); i++) {
      if (head.field(i) == Field.FORWARDED && !known(head, i)) {
        head.copy(head.nameStart(i), head.lineEnd(i), out);
      }
    }
  }

  /** What a proxy says in {@code Forwarded} alone, in the words of {@code X-Forwarded-*} too. */
  private void translate(Head head, ByteBuf out) {
    ByteBuf said = Unpooled.buffer();
    values(head, "forwarded", said);
    ForwardedValue value = ForwardedValue.read(said.toString(StandardCharsets.ISO_8859_1));
    out.writeBytes(FOR);
    for (String hop : value.nodes()) {
      out.writeBytes(Ascii.bytes(hop));
      out.writeBytes(NEXT);
    }
    out.writeBytes(node);
    out.writeBytes(LINE);
    out.writeBytes(PROTO);
    if (value.proto().isEmpty()) {
      out.writeBytes(HTTP);
    } else {
      out.writeBytes(Ascii.bytes(value.proto()));
      out.writeBytes(LINE);
    }
    if (!value.host().isEmpty() || head.hasHost()) {
      out.writeBytes(HOST);
      if (value.host().isEmpty()) {
        head.copy(head.hostStart(), head.hostEnd(), out);
      } else {
        out.writeBytes(Ascii.bytes(value.host()));
      }
      out.writeBytes(LINE);
    }
  }

  private void appendOld(Head head, ByteBuf out) {
    out.writeBytes(FOR);
    if (values(head, "x-forwarded-for", out)) {
      out.writeBytes(NEXT);
    }
    out.writeBytes(node);
    out.writeBytes(LINE);
    out.writeBytes(PROTO);
    if (values(head, "x-forwarded-proto", out)) {
      out.writeBytes(LINE);
    } else {
      out.writeBytes(HTTP);
    }
    if (has(head, "x-forwarded-host") || head.hasHost()) {
      out.writeBytes(HOST);
      if (!values(head, "x-forwarded-host", out)) {
        head.copy(head.hostStart(), head.hostEnd(), out);
      }
      out.writeBytes(LINE);
    }
  }

  /** Whether it says anything in {@code X-Forwarded-*}. */
  private static boolean saysOld(Head head) {
    for (int i = 0; i < head.headers(); i++) {
      if (head.field(i) == Field.FORWARDED
          && head.valueLength(i) > 0
          && !is(head, i, "forwarded")) {
        return true;
      }
    }
    return false;
  }

  /** The prefixes that were taken off on the way stand one after the other. */
  private static void prefix(Head head, byte[] own, ByteBuf out) {
    if (!has(head, "x-forwarded-prefix")) {
      out.writeBytes(own);
      return;
    }
    out.writeBytes(PREFIX);
    values(head, "x-forwarded-prefix", out);
    if (own.length > 0) {
      out.writeBytes(own, PREFIX.length, own.length - PREFIX.length);
    } else {
      out.writeBytes(LINE);
    }
  }

  private static boolean known(Head head, int i) {
    return is(head, i, "x-forwarded-for")
        || is(head, i, "x-forwarded-proto")
        || is(head, i, "x-forwarded-host")
        || is(head, i, "x-forwarded-prefix")
        || is(head, i, "forwarded");
  }

  private static boolean is(Head head, int i, String name) {
    return Ascii.is(head.bytes(), head.nameStart(i), head.nameLength(i), name);
  }

  private static boolean has(Head head, String name) {
    for (int i = 0; i < head.headers(); i++) {
      if (head.field(i) == Field.FORWARDED && is(head, i, name)) {
        return true;
      }
    }
    return false;
  }

  /** Writes all values of a name as one list; says whether there was any. */
  private static boolean values(Head head, String name, ByteBuf out) {
    boolean any = false;
    for (int i = 0; i < head.headers(); i++) {
      if (head.field(i) == Field.FORWARDED && head.valueLength(i) > 0 && is(head, i, name)) {
        if (any) {
          out.writeBytes(NEXT);
        }
        any = true;
        head.copy(head.valueStart(i), head.valueStart(i) + head.valueLength(i), out);
      }
    }
    return any;
  }
}
