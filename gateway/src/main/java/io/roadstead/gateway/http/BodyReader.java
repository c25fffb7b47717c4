package io.roadstead.gateway.http;

import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads one body and hands on the ranges of the incoming buffers that belong to it, without copying
 * them.
 *
 * <p>A chunked body is checked byte by byte where it is framing, and forwarded canonically by
 * leaving things out: chunk extensions are skipped, all else (sizes, line breaks, data) is passed
 * through as it came. So a strictly read chunked body needs no framing of its own on the way out.
 * Trailers are handed on line by line, each when it is whole and found to be {@linkplain Trailer
 * one that may be}; without the framing, they are checked and dropped.
 *
 * <p>One per message direction of a connection, used again; confined to its event loop.
 */
public final class BodyReader {
  /** Takes the ranges, in order. */
  public interface Sink {
    /** {@code in} stays the caller's: who keeps the range retains it. */
    void range(ByteBuf in, int index, int length);
  }

  public static final int MORE = 0;
  public static final int DONE = 1;
  public static final int BAD = 2;

  private static final int MAX_EXTENSION = 1024;
  private static final int MAX_TRAILERS = 8 * 1024;
  private static final int MAX_SIZE_DIGITS = 15;

  private enum State {
    NONE,
    LENGTH,
    UNTIL_CLOSE,
    SIZE_FIRST,
    SIZE,
    EXTENSION_NAME,
    EXTENSION_VALUE,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER_FIRST,
    TRAILER_NAME,
    TRAILER_VALUE,
    TRAILER_LF,
    LAST_LF
  }

  private State state = State.NONE;
  private boolean keepFraming;
  private long remaining;
  private int digits;
  private int skipped;
  private int tail;
  private int extensionPart;
  private final Trailer trailer = new Trailer();
  private @Nullable BadMessage problem;

  public void none() {
    state = State.NONE;
  }

  public void length(long bytes) {
    state = bytes == 0 ? State.NONE : State.LENGTH;
    remaining = bytes;
    tail = 0;
  }

  /**
   * @param keepFraming whether the ranges are to hold the chunks' framing, or the data only
   */
  public void chunked(boolean keepFraming) {
    state = State.SIZE_FIRST;
    this.keepFraming = keepFraming;
    skipped = 0;
    tail = 0;
  }

  public void untilClose() {
    state = State.UNTIL_CLOSE;
    tail = 0;
  }

  public boolean done() {
    return state == State.NONE;
  }

  public boolean endsWithConnection() {
    return state == State.UNTIL_CLOSE;
  }

  public BadMessage problem() {
    return Objects.requireNonNull(problem, "no body was refused");
  }

  /**
   * Whether a server-sent event has just ended and no chunk is open: the place where an event
   * stream can be ended in order.
   */
  public boolean betweenEvents() {
    boolean open = state != State.SIZE_FIRST && state != State.UNTIL_CLOSE;
    int last = tail & 0xffff;
    return !open && (tail == 0 || last == 0x0a0a || last == 0x0d0d || tail == 0x0d0a0d0a);
  }

  /** Reads what is there of the body; moves the reader index past it. */
  public int read(ByteBuf in, Sink sink) {
    return switch (state) {
      case NONE -> DONE;
      case LENGTH -> counted(in, sink);
      case UNTIL_CLOSE -> {
        data(in, in.readableBytes(), sink);
        yield MORE;
      }
      default -> chunks(in, sink);
    };
  }

  private int counted(ByteBuf in, Sink sink) {
    int take = (int) Math.min(in.readableBytes(), remaining);
    remaining -= take;
    data(in, take, sink);
    if (remaining > 0) {
      return MORE;
    }
    state = State.NONE;
    return DONE;
  }

  private void data(ByteBuf in, int length, Sink sink) {
    if (length > 0) {
      int at = in.readerIndex();
      in.skipBytes(length);
      remember(in, at, length);
      sink.range(in, at, length);
    }
  }

  private void remember(ByteBuf in, int at, int length) {
    for (int i = Math.max(at, at + length - 4); i < at + length; i++) {
      tail = (tail << 8) | (in.getByte(i) & 0xff);
    }
  }

  private int chunks(ByteBuf in, Sink sink) {
    int p = in.readerIndex();
    int end = in.writerIndex();
    // Where the range starts that is not handed on yet; -1 while bytes are left out.
    int from = keepFraming && !leftOut(state) ? p : -1;
    while (p < end) {
      if (state == State.DATA) {
        int take = (int) Math.min(end - p, remaining);
        remember(in, p, take);
        if (!keepFraming) {
          sink.range(in, p, take);
        }
        remaining -= take;
        p += take;
        if (remaining == 0) {
          state = State.DATA_CR;
        }
        continue;
      }
      byte b = in.getByte(p);
      State before = state;
      State next = step(b);
      if (next == null) {
        in.readerIndex(p);
        return BAD;
      }
      state = next;
      if (keepFraming) {
        from = cut(in, before, next, p, from, sink);
        if (before == State.TRAILER_LF) {
          trailer.forward(sink);
        }
      }
      p++;
      if (next == State.NONE) {
        break;
      }
    }
    in.readerIndex(p);
    if (from >= 0 && p > from) {
      sink.range(in, from, p - from);
    }
    return state == State.NONE ? DONE : MORE;
  }

  private static boolean leftOut(State state) {
    return switch (state) {
      case EXTENSION_NAME, EXTENSION_VALUE, TRAILER_NAME, TRAILER_VALUE, TRAILER_LF -> true;
      default -> false;
    };
  }

  /** Ends the running range where bytes are to be left out and starts it where they end. */
  private static int cut(ByteBuf in, State before, State next, int p, int from, Sink sink) {
    if (leftOut(next) || before == State.TRAILER_LF) {
      if (from >= 0 && p > from) {
        sink.range(in, from, p - from);
      }
      return -1;
    }
    return from >= 0 ? from : p;
  }

  /** The state after framing byte {@code b}, or null where it may not be there. */
  private @Nullable State step(byte b) {
    return switch (state) {
      case SIZE_FIRST -> {
        int digit = Ascii.hex(b);
        remaining = digit;
        digits = 1;
        yield digit < 0
            ? bad("byte " + Ascii.show(b) + " where a chunk size should be")
            : State.SIZE;
      }
      case SIZE -> size(b);
      case EXTENSION_NAME, EXTENSION_VALUE -> extension(b);
      case SIZE_LF -> {
        if (b != '\n') {
          yield bad("a chunk size line that does not end in CR LF");
        }
        skipped = 0;
        yield remaining == 0 ? State.TRAILER_FIRST : State.DATA;
      }
      case DATA_CR ->
          b == '\r' ? State.DATA_LF : bad("chunk data that does not end where its size says");
      case DATA_LF ->
          b == '\n' ? State.SIZE_FIRST : bad("chunk data that does not end where its size says");
      case TRAILER_FIRST -> {
        if (b == '\r') {
          yield State.LAST_LF;
        }
        trailer.begin();
        yield trailerName(b);
      }
      case TRAILER_NAME -> trailerName(b);
      case TRAILER_VALUE -> {
        if (b == '\r') {
          yield State.TRAILER_LF;
        }
        yield Ascii.isValue(b)
            ? trailer(b, State.TRAILER_VALUE)
            : bad("a control byte in a trailer");
      }
      case TRAILER_LF ->
          b == '\n' ? State.TRAILER_FIRST : bad("a bare carriage return in a trailer");
      case LAST_LF -> b == '\n' ? State.NONE : bad("a body that does not end in CR LF");
      case NONE, LENGTH, UNTIL_CLOSE, DATA -> throw new IllegalStateException(state.name());
    };
  }

  private @Nullable State size(byte b) {
    int digit = Ascii.hex(b);
    if (digit >= 0) {
      if (++digits > MAX_SIZE_DIGITS) {
        return bad("a chunk size of more than " + MAX_SIZE_DIGITS + " digits");
      }
      remaining = remaining << 4 | digit;
      return State.SIZE;
    }
    if (b == '\r') {
      return State.SIZE_LF;
    }
    if (b == ';') {
      skipped = 0;
      extensionPart = 0;
      return State.EXTENSION_NAME;
    }
    return bad("byte " + Ascii.show(b) + " in a chunk size");
  }

  /**
   * Extensions are left out. Each is a token, or two with {@code =} between them (RFC 9112 section
   * 7.1.1); quotes and white space are refused, for parsers disagree on what they hide.
   */
  private @Nullable State extension(byte b) {
    if (Ascii.isToken(b)) {
      extensionPart++;
      return ++skipped > MAX_EXTENSION
          ? bad("a chunk extension of more than " + MAX_EXTENSION + " bytes")
          : state;
    }
    boolean ends = b == '\r' || b == ';' || (b == '=' && state == State.EXTENSION_NAME);
    if (!ends || extensionPart == 0) {
      return bad("byte " + Ascii.show(b) + " in a chunk extension");
    }
    extensionPart = 0;
    skipped++;
    return switch (b) {
      case '\r' -> State.SIZE_LF;
      case '=' -> State.EXTENSION_VALUE;
      default -> State.EXTENSION_NAME;
    };
  }

  private @Nullable State trailerName(byte b) {
    if (b == ':') {
      if (trailer.length() == 0) {
        return bad("a trailer without a name");
      }
      return trailer.mayBe()
          ? trailer(b, State.TRAILER_VALUE)
          : bad("a trailer that may only be a header");
    }
    return Ascii.isToken(b)
        ? trailer(b, State.TRAILER_NAME)
        : bad("byte " + Ascii.show(b) + " in a trailer's name");
  }

  private @Nullable State trailer(byte b, State next) {
    trailer.add(b);
    return ++skipped > MAX_TRAILERS
        ? bad("more than " + MAX_TRAILERS + " bytes of trailers")
        : next;
  }

  private @Nullable State bad(String detail) {
    problem = BadMessage.malformed(detail);
    return null;
  }
}
