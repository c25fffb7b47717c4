package io.roadstead.control.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * Refuses two kinds of heads that the decoder takes. Headers that go on in a next line (RFC 9112,
 * 5.2: a server that is no mail relay answers them with 400): the decoder would join such lines,
 * and a proxy before this server may have read them in another way. And more than {@value
 * #MAX_HEADERS} headers: the decoder bounds their bytes alone, and of headers of six bytes each it
 * makes more than a megabyte in memory out of 32 KiB. Confined to the connection's event loop.
 *
 * <p>What the decoder makes of bytes is known only afterwards, and a line that begins with a space
 * is no harm in a body. So bytes go on in pieces that end where a head may end, at an empty line,
 * or where a body of known length ends; then the decoder is asked, through {@link Patience}, what
 * comes next. A usual request is one piece, and goes on as it came.
 *
 * <p>Trailers behind a body in chunks are headers, too, and their lines look like a body's. But of
 * a body the decoder passes on what it gets, and keeps trailers until their end: so it gets such a
 * body in pieces, and what it keeps of them is bounded by {@value #MAX_TRAILER_BYTES} bytes.
 */
final class HeadLines extends ChannelInboundHandlerAdapter {
  static final int MAX_HEADERS = 100;

  /** Of trailers, and the size that is before a chunk. */
  static final int MAX_TRAILER_BYTES = 4096;

  private static final int NOT_FOUND = -1;
  private static final int FOLDED = -2;
  private static final int TOO_MANY = -3;

  private final Patience patience;
  private Ending ending = Ending.OTHER;
  private long bodyLeft;
  private int lines;
  private int kept;
  private boolean refused;

  /** What the bytes so far end with. */
  private enum Ending {
    OTHER,
    LINE,
    LINE_AND_RETURN
  }

  HeadLines(Patience patience) {
    this.patience = patience;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf bytes)) {
      context.fireChannelRead(message);
      return;
    }
    boolean passed = false;
    try {
      while (!refused && bytes.isReadable()) {
        boolean chunked = bodyLeft == 0 && patience.body();
        int length = piece(bytes, chunked);
        if (length < 0) {
          refused = true;
          if (length == FOLDED) {
            patience.refuse(folded());
          } else {
            patience.refuseWhatStillComes(tooMany());
          }
        } else if (length == bytes.readableBytes()) {
          passed = true;
          context.fireChannelRead(bytes);
          decoded(chunked, length);
        } else {
          context.fireChannelRead(bytes.readRetainedSlice(length));
          decoded(chunked, length);
        }
        if (passed) {
          return;
        }
      }
    } finally {
      if (!passed) {
        ReferenceCountUtil.release(bytes);
      }
    }
  }

  private static Refusal folded() {
    return Refusal.invalid(
        "header-folded",
        "a header goes on in the next line; send each in one line (RFC 9112, 5.2)");
  }

  private static Refusal tooMany() {
    return new Refusal(
        431, "too-many-headers", "the head has more than the " + MAX_HEADERS + " that are taken");
  }

  /** How many of the bytes the decoder may have before it is asked what comes next. */
  private int piece(ByteBuf bytes, boolean chunked) {
    if (bodyLeft > 0) {
      int length = (int) Math.min(bodyLeft, bytes.readableBytes());
      bodyLeft -= length;
      ending = Ending.OTHER;
      return length;
    }
    int most = chunked ? Math.min(bytes.readableBytes(), MAX_TRAILER_BYTES) : bytes.readableBytes();
    int end = emptyLine(bytes, most, !patience.body());
    return end == NOT_FOUND ? most : end;
  }

  private void decoded(boolean chunked, int length) {
    boolean passedOn = patience.takePassedOn();
    if (patience.invalid()) {
      refused = true; // and is answered by InvalidRequests
    } else if (chunked) {
      kept = passedOn ? 0 : kept + length;
      if (kept > MAX_TRAILER_BYTES) {
        refused = true;
        patience.refuseWhatStillComes(
            new Refusal(
                431,
                "trailers-too-large",
                "the trailers have more than the " + MAX_TRAILER_BYTES + " bytes that are taken"));
      }
    }
    if (bodyLeft == 0 && patience.body()) {
      bodyLeft = patience.takeBodyLength();
    }
  }

  /** How many bytes there are up to the end of the first empty line. */
  private int emptyLine(ByteBuf bytes, int most, boolean head) {
    int from = bytes.readerIndex();
    int to = from + most;
    int at = from;
    while (at < to) {
      if (ending == Ending.OTHER) {
        int line = bytes.indexOf(at, to, (byte) '\n');
        if (line < 0) {
          return NOT_FOUND;
        }
        ending = Ending.LINE;
        at = line + 1;
        // The first is the request line.
        if (head && ++lines > MAX_HEADERS + 1) {
          return TOO_MANY;
        }
        continue;
      }
      byte next = bytes.getByte(at++);
      if (next == '\n') {
        ending = Ending.OTHER;
        lines = 0;
        return at - from;
      }
      if (head && ending == Ending.LINE && (next == ' ' || next == '\t')) {
        return FOLDED;
      }
      ending = next == '\r' && ending == Ending.LINE ? Ending.LINE_AND_RETURN : Ending.OTHER;
    }
    return NOT_FOUND;
  }
}
