package io.roadstead.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Two connections after the instance has changed the protocol (RFC 9110 section 7.8): the bytes of
 * each go to the other as they come, and so does the end of one direction. The gateway knows
 * nothing of what passes, but for a WebSocket it follows the frames, so that it can end one in
 * order.
 *
 * <p>An end in order, when the instance drains or the gateway leaves: the instance is told first,
 * with a Close frame in the client's place (1001, going away: RFC 6455 section 7.4.1), at a moment
 * when nothing is under way, or after a second at the next end of a message. What it had still to
 * say before its own Close passes; the client gets that Close as 1001. So whatever an instance has
 * taken it can answer, and what comes from the client after the end no instance has seen: the
 * client may say it again elsewhere. Whoever has not gone along after two seconds is told and cut
 * off. Of another protocol the gateway knows only how to end both directions.
 *
 * <p>Confined to the loop of its connections.
 */
final class Tunnel {
  private static final long QUIET_NANOS = 100_000_000L;
  private static final long MESSAGE_NANOS = 1_000_000_000L;
  private static final int GOING_AWAY = 1001;
  private static final int CLOSE = 0x88;
  private static final int MASKED = 0x80;

  private enum Ending {
    /** Nobody wants it to end. */
    NO,
    /** It is to end, at the next good moment. */
    SOON,
    /** The instance has been told; its own Close is waited for, the client is heard no more. */
    TOLD,
    OVER
  }

  private final Worker worker;
  private final Exchange exchange;
  private final ClientConnection client;
  private final UpstreamConnection instance;
  private final boolean webSocket;
  private final WebSocketFrames fromClient = new WebSocketFrames();
  private final WebSocketFrames fromInstance = new WebSocketFrames();
  private Ending ending = Ending.NO;
  private boolean clientEnded;
  private boolean instanceEnded;

  /** Whether a Close frame has passed, either way. */
  private boolean closing;

  private boolean broken;
  private long passedNanos;
  private long endingSince;

  Tunnel(
      Worker worker,
      Exchange exchange,
      ClientConnection client,
      UpstreamConnection instance,
      boolean webSocket) {
    this.worker = worker;
    this.exchange = exchange;
    this.client = client;
    this.instance = instance;
    this.webSocket = webSocket;
    this.passedNanos = worker.now();
  }

  /** Whether one direction is over, so that the other should not last much longer. */
  boolean halfClosed() {
    return clientEnded || instanceEnded;
  }

  /** Whether the instance ended a WebSocket that nobody had closed: its client sees a failure. */
  boolean broken() {
    return broken;
  }

  /** Bytes of the client, which are taken over. */
  void fromClient(ByteBuf in) {
    passed();
    if (ending == Ending.TOLD || ending == Ending.OVER) {
      in.release();
      return;
    }
    if (!webSocket) {
      instance.write(in);
      return;
    }
    fromClient.follow(in, in.readerIndex(), in.writerIndex());
    closing |= fromClient.close() >= 0;
    boolean late = ending == Ending.SOON && passedNanos - endingSince > MESSAGE_NANOS;
    int end = fromClient.boundary();
    if (late && end >= 0) {
      instance.write(in.readRetainedSlice(end - in.readerIndex()));
      in.release();
      tell();
    } else {
      instance.write(in);
    }
  }

  /** Bytes of the instance, which are taken over. */
  void fromInstance(ByteBuf in) {
    passed();
    if (ending == Ending.OVER) {
      in.release();
      return;
    }
    if (webSocket) {
      fromInstance.follow(in, in.readerIndex(), in.writerIndex());
      int close = fromInstance.close();
      closing |= close >= 0;
      if (ending == Ending.TOLD && close >= 0) {
        client.write(in.readRetainedSlice(close - in.readerIndex()));
        in.release();
        client.write(close(client.allocator(), 0));
        over();
        return;
      }
    }
    client.write(in);
  }

  private void passed() {
    passedNanos = worker.now();
    exchange.progressed();
  }

  /** The client says no more. */
  void clientEnded() {
    clientEnded = true;
    if (instanceEnded) {
      over();
    } else if (ending != Ending.TOLD) {
      instance.endOutput();
    }
  }

  /** The instance says no more. */
  void instanceEnded() {
    instanceEnded = true;
    broken = webSocket && !closing && !clientEnded && ending == Ending.NO;
    if (ending == Ending.TOLD) {
      cut();
    } else if (clientEnded) {
      over();
    } else {
      client.endOutput();
    }
  }

  /** Ends it in order, at the next good moment. */
  void endSoon() {
    if (ending != Ending.NO) {
      return;
    }
    ending = Ending.SOON;
    endingSince = worker.now();
    if (webSocket) {
      sweep(endingSince);
    } else {
      instance.endOutput();
      client.endOutput();
    }
  }

  /** Looks whether it is time to go on with ending. */
  void sweep(long nowNanos) {
    if (ending == Ending.NO || ending == Ending.OVER) {
      return;
    }
    if (nowNanos - endingSince > Worker.STREAM_END_NANOS) {
      cut();
    } else if (webSocket && ending == Ending.SOON) {
      boolean quiet = nowNanos - passedNanos >= QUIET_NANOS && fromInstance.betweenFrames();
      boolean late = nowNanos - endingSince > MESSAGE_NANOS;
      if (fromClient.betweenMessages() && (quiet || late)) {
        tell();
      }
    }
  }

  private void tell() {
    ending = Ending.TOLD;
    instance.write(close(client.allocator(), MASKED));
  }

  private void cut() {
    if (webSocket) {
      if (ending == Ending.SOON && fromClient.betweenFrames()) {
        tell();
      }
      if (fromInstance.betweenFrames()) {
        client.write(close(client.allocator(), 0));
      }
    }
    over();
  }

  private void over() {
    ending = Ending.OVER;
    exchange.tunnelOver(broken);
  }

  private ByteBuf close(ByteBufAllocator allocator, int masked) {
    ByteBuf out = allocator.directBuffer(8);
    out.writeByte(CLOSE);
    out.writeByte(2 | masked);
    int mask = 0;
    if (masked != 0) {
      mask = worker.mask();
      out.writeInt(mask);
    }
    out.writeShort(GOING_AWAY ^ (mask >>> 16));
    return out;
  }
}
