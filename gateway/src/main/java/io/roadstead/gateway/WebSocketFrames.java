package io.roadstead.gateway;

import io.netty.buffer.ByteBuf;

/**
 * Follows the frames that pass in one direction of a WebSocket (RFC 6455 section 5.2): looks at
 * their heads only, changes nothing, and knows where one could say something of one's own.
 */
final class WebSocketFrames {
  private static final int CLOSE = 0x8;
  private static final int CONTROL = 0x8;

  /** Bytes of the present frame's head that have passed, and how many it has; 0 between frames. */
  private int headSeen;

  private int headLength;
  private int lengthBytes;
  private long length;
  private long payloadLeft;

  /** Inside a message of several frames. */
  private boolean fragmented;

  private int boundary;
  private int close;

  /** Takes note of a range that passes. */
  void follow(ByteBuf in, int from, int to) {
    boundary = betweenMessages() ? from : -1;
    close = -1;
    int at = from;
    while (at < to) {
      if (payloadLeft > 0) {
        int passed = (int) Math.min(payloadLeft, to - at);
        payloadLeft -= passed;
        at += passed;
      } else {
        int start = at;
        int next = in.getByte(at++) & 0xff;
        if (headSeen == 0) {
          begin(next, start);
        } else {
          length(next);
        }
        headSeen++;
        if (headSeen > 1 && headSeen == headLength) {
          headSeen = 0;
          payloadLeft = length;
        }
      }
      if (betweenMessages()) {
        boundary = at;
      }
    }
  }

  private void begin(int first, int at) {
    int opcode = first & 0x0f;
    if (opcode == CLOSE && close < 0) {
      close = at;
    }
    if ((opcode & CONTROL) == 0) {
      fragmented = (first & 0x80) == 0;
    }
    headLength = 2;
    length = 0;
  }

  private void length(int next) {
    if (headSeen == 1) {
      int field = next & 0x7f;
      int more = field == 126 ? 2 : field == 127 ? 8 : 0;
      headLength = 2 + more + ((next & 0x80) != 0 ? 4 : 0);
      length = more == 0 ? field : 0;
      lengthBytes = more;
    } else if (headSeen < 2 + lengthBytes) {
      // A length beyond a long is nobody's; its top bit must be 0.
      length = ((length << 8) | next) & Long.MAX_VALUE;
    }
  }

  /** Whether a whole frame has passed, and nothing of the next. */
  boolean betweenFrames() {
    return headSeen == 0 && payloadLeft == 0;
  }

  /** Whether that frame was also the last of its message. */
  boolean betweenMessages() {
    return betweenFrames() && !fragmented;
  }

  /** Up to where whole messages went in the last range; below 0 where none ended in it. */
  int boundary() {
    return boundary;
  }

  /** Where in the last range a Close frame began; below 0 where none did. */
  int close() {
    return close;
  }
}
