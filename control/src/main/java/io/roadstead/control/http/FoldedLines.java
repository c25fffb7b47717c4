package io.roadstead.control.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * Refuses headers that go on in a next line (RFC 9112, 5.2: a server that is no mail relay answers
 * them with 400). The decoder would join such lines, and a proxy before this server may have read
 * them in another way. Confined to the connection's event loop.
 *
 * <p>What the decoder makes of bytes is known only afterwards, and a line that begins with a space
 * is no harm in a body. So bytes go on in pieces that end where a head may end, at an empty line,
 * or where a body of known length ends; then the decoder is asked, through {@link Patience}, what
 * comes next. A usual request is one piece, and goes on as it came.
 */
final class FoldedLines extends ChannelInboundHandlerAdapter {
  private static final int NOT_FOUND = -1;
  private static final int FOLDED = -2;

  private final Patience patience;
  private Ending ending = Ending.OTHER;
  private long bodyLeft;
  private boolean refused;

  /** What the bytes so far end with. */
  private enum Ending {
    OTHER,
    LINE,
    LINE_AND_RETURN
  }

  FoldedLines(Patience patience) {
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
        int length = piece(bytes);
        if (length == FOLDED) {
          refused = true;
          patience.refuse(
              Refusal.invalid(
                  "header-folded",
                  "a header goes on in the next line; send each in one line (RFC 9112, 5.2)"));
        } else if (length == bytes.readableBytes()) {
          passed = true;
          context.fireChannelRead(bytes);
          decoded();
          return;
        } else {
          context.fireChannelRead(bytes.readRetainedSlice(length));
          decoded();
        }
      }
    } finally {
      if (!passed) {
        ReferenceCountUtil.release(bytes);
      }
    }
  }

  /** How many of the bytes the decoder may have before it is asked what comes next. */
  private int piece(ByteBuf bytes) {
    if (bodyLeft > 0) {
      int length = (int) Math.min(bodyLeft, bytes.readableBytes());
      bodyLeft -= length;
      ending = Ending.OTHER;
      return length;
    }
    int end = emptyLine(bytes, !patience.body());
    return end == NOT_FOUND ? bytes.readableBytes() : end;
  }

  private void decoded() {
    if (bodyLeft == 0 && patience.body()) {
      bodyLeft = patience.takeBodyLength();
    }
  }

  /** How many bytes there are up to the end of the first empty line. */
  private int emptyLine(ByteBuf bytes, boolean head) {
    int from = bytes.readerIndex();
    int to = bytes.writerIndex();
    int at = from;
    while (at < to) {
      if (ending == Ending.OTHER) {
        int line = bytes.indexOf(at, to, (byte) '\n');
        if (line < 0) {
          return NOT_FOUND;
        }
        ending = Ending.LINE;
        at = line + 1;
        continue;
      }
      byte next = bytes.getByte(at++);
      if (next == '\n') {
        ending = Ending.OTHER;
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
