package io.roadstead.gateway.forward;

import io.netty.buffer.ByteBuf;
import io.roadstead.gateway.http.Ascii;
import io.roadstead.gateway.http.Field;
import io.roadstead.gateway.http.Head;
import java.util.SplittableRandom;

/**
 * Puts requests into traces (W3C Trace Context): the trace that one names goes on under a new
 * parent id, its sampled flag as it came; one that names none, or not well, begins a trace. What it
 * sends of {@code tracestate} goes along only with a trace that goes on. Confined to a loop.
 */
public final class TraceContext {
  /** How many bytes it writes. */
  public static final int ADDED = 70;

  private static final int LENGTH = 55;
  private static final int FLAGS = 53;
  private static final byte[] NAME = Ascii.bytes("traceparent: 00-");
  private static final byte[] HEX = Ascii.bytes("0123456789abcdef");
  private static final byte[] LINE = Ascii.bytes("\r\n");

  private final boolean on;
  private final double sampled;
  private final SplittableRandom random;

  public TraceContext(Forwarding forwarding, SplittableRandom random) {
    this.on = forwarding.traces();
    this.sampled = forwarding.sampled();
    this.random = random;
  }

  public boolean on() {
    return on;
  }

  /** The header that names the request's trace, well; -1 where there is none, or more than one. */
  public int parent(Head head) {
    int found = -1;
    for (int i = 0; i < head.headers(); i++) {
      if (head.field(i) == Field.TRACEPARENT) {
        if (found >= 0) {
          return -1;
        }
        found = i;
      }
    }
    return found >= 0 && valid(head, found) ? found : -1;
  }

  /**
   * Writes the traceparent.
   *
   * @param parent what {@link #parent} said
   * @return where in {@code out} the 32 digits of the trace's id are
   */
  public int write(Head head, int parent, ByteBuf out) {
    out.writeBytes(NAME);
    int at = out.writerIndex();
    if (parent >= 0) {
      int from = head.valueStart(parent);
      head.copy(from + 3, from + 36, out);
      id(out);
      out.writeByte('-');
      // Flags that nobody knows yet are not passed on.
      int flags = Character.digit(head.bytes()[from + FLAGS + 1], 16) & 3;
      out.writeByte('0');
      out.writeByte(HEX[flags]);
    } else {
      id(out);
      id(out);
      out.writeByte('-');
      id(out);
      out.writeByte('-');
      out.writeByte('0');
      out.writeByte(sampled > 0 && random.nextDouble() < sampled ? '1' : '0');
    }
    out.writeBytes(LINE);
    return at;
  }

  private void id(ByteBuf out) {
    long bits = random.nextLong();
    if (bits == 0) {
      bits = 1;
    }
    for (int shift = 60; shift >= 0; shift -= 4) {
      out.writeByte(HEX[(int) (bits >>> shift) & 15]);
    }
  }

  private static boolean valid(Head head, int header) {
    byte[] b = head.bytes();
    int at = head.valueStart(header);
    int length = head.valueLength(header);
    if (length < LENGTH
        || b[at + 2] != '-'
        || b[at + 35] != '-'
        || b[at + 52] != '-'
        || !hex(b, at, at + 2)
        || (b[at] == 'f' && b[at + 1] == 'f')) {
      return false;
    }
    boolean first = b[at] == '0' && b[at + 1] == '0';
    if (length > LENGTH && (first || b[at + LENGTH] != '-')) {
      return false;
    }
    return hex(b, at + 3, at + 35)
        && hex(b, at + 36, at + 52)
        && hex(b, at + FLAGS, at + LENGTH)
        && some(b, at + 3, at + 35)
        && some(b, at + 36, at + 52);
  }

  private static boolean hex(byte[] b, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!(b[i] >= '0' && b[i] <= '9') && !(b[i] >= 'a' && b[i] <= 'f')) {
        return false;
      }
    }
    return true;
  }

  /** Whether it is not all zeros, which stands for nothing. */
  private static boolean some(byte[] b, int from, int to) {
    for (int i = from; i < to; i++) {
      if (b[i] != '0') {
        return true;
      }
    }
    return false;
  }
}
