package io.roadstead.gateway;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.roadstead.gateway.http.BodyReader;
import io.roadstead.gateway.http.Head;
import io.roadstead.gateway.http.HeadParser;
import org.jspecify.annotations.Nullable;

/**
 * A connection to an instance. It reads answers and hands them to the exchange that has it; without
 * one it is idle in its pool, still registered for reading: a close by the other side evicts it,
 * and so does any byte, for nobody asked for one. Confined to its loop.
 */
final class UpstreamConnection extends ChannelInboundHandlerAdapter implements BodyReader.Sink {
  private final Worker worker;
  private final UpstreamPool pool;
  private final BodyReader body = new BodyReader();
  private @Nullable ChannelHandlerContext ctx;
  private @Nullable Exchange exchange;
  private final Outlet outlet;
  private @Nullable ByteBuf pending;
  private boolean inBody;
  private boolean connected;
  private boolean used;
  private boolean persistent;
  private boolean closed;
  private boolean reset;

  /** Filters look at the head of the answer; what comes meanwhile waits in {@link #pending}. */
  private boolean suspended;

  private boolean endedSuspended;
  private @Nullable Tunnel tunnel;
  private boolean streaming;
  private boolean ending;
  private boolean reading = true;
  private long endingSince;
  private long idleSince;
  private long idleNanos;

  /** The next of the pool's event streams. */
  @Nullable UpstreamConnection nextStream;

  UpstreamConnection(Worker worker, UpstreamPool pool, Exchange exchange) {
    this.worker = worker;
    this.pool = pool;
    this.exchange = exchange;
    this.outlet = new Outlet(worker);
    this.idleNanos = worker.upstreamIdleNanos();
    pool.connecting++;
  }

  UpstreamPool pool() {
    return pool;
  }

  /** Whether it has carried a request before the present one. */
  boolean used() {
    return used;
  }

  boolean usable() {
    ChannelHandlerContext c = ctx;
    return !closed && c != null && c.channel().isActive();
  }

  /** Whether the instance has ended it already, and this loop has not come to read that. */
  boolean endedUnread() {
    ChannelHandlerContext c = ctx;
    return c == null || Buffers.ended(c);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
    outlet.open(context);
  }

  /** The connecting is over, for better or worse. */
  void connectDone(@Nullable Throwable failure) {
    pool.connecting--;
    Exchange waiting = exchange;
    if (failure == null && !closed) {
      connected = true;
      pool.open++;
      if (waiting == null) {
        close();
        return;
      }
      waiting.connected(this);
    } else {
      closed = true;
      exchange = null;
      if (waiting != null) {
        waiting.connectFailed(failure);
      }
    }
  }

  /** Starts to carry the exchange's request. */
  void begin(Exchange newExchange) {
    exchange = newExchange;
    inBody = false;
    persistent = false;
  }

  void write(ByteBuf bytes) {
    if (closed) {
      bytes.release();
    } else {
      outlet.write(bytes);
    }
  }

  boolean writable() {
    return outlet.writable();
  }

  long backlogBytes() {
    outlet.tell();
    return outlet.backlogBytes();
  }

  void reading(boolean wanted) {
    ChannelHandlerContext c = ctx;
    boolean now = wanted && !suspended;
    if (c != null && reading != now) {
      reading = now;
      c.channel().config().setAutoRead(now);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    worker.arrived();
    ByteBuf in = (ByteBuf) message;
    Tunnel through = tunnel;
    if (through != null) {
      through.fromInstance(in);
      return;
    }
    ByteBuf before = pending;
    if (before != null) {
      pending = null;
      in = Buffers.join(context.alloc(), before, in);
    }
    take(in);
  }

  private void take(ByteBuf in) {
    try {
      answer(in);
    } finally {
      if (!in.isReadable() || (closed && !suspended)) {
        in.release();
      } else {
        pending = in;
      }
      outlet.pending(pending);
    }
  }

  /** Reads what is there of answers. What is left unread in the end is kept for the next time. */
  private void answer(ByteBuf in) {
    while (in.isReadable() && !suspended) {
      Exchange current = exchange;
      if (current == null) {
        // Nobody asked: the connection is out of step.
        close();
        return;
      }
      Tunnel through = tunnel;
      if (through != null) {
        through.fromInstance(in.readRetainedSlice(in.readableBytes()));
        return;
      }
      if (!inBody) {
        if (!head(current, in)) {
          return;
        }
        continue;
      }
      int result = body.read(in, this);
      if (result == BodyReader.BAD) {
        fail(current, 502, "bad-response", "the answer's body: " + body.problem().detail());
        return;
      }
      current.flushHead();
      if (result == BodyReader.DONE) {
        finish(current, in.isReadable());
      } else if (ending && body.betweenEvents()) {
        endStream(current);
      }
    }
  }

  /** Reads a head; false where it is not whole or not good. */
  private boolean head(Exchange current, ByteBuf in) {
    HeadParser parser = worker.responseParser();
    current.answering();
    int result = parser.response(in);
    if (result == HeadParser.INCOMPLETE) {
      return false;
    }
    Head head = parser.head();
    if (result == HeadParser.BAD) {
      fail(current, 502, "bad-response", "the answer's head: " + parser.problem().detail());
      return false;
    }
    if (head.status() == 101) {
      return upgraded(current, head);
    }
    if (head.status() < 200) {
      if (!current.interim(head)) {
        fail(current, 502, "bad-response", "the instance sends one interim answer after the other");
        return false;
      }
      return true;
    }
    if (current.filtersAnswer()) {
      return suspend(current, head);
    }
    return accept(current, head, in.isReadable());
  }

  /** Has the filters look at the answer's head; nothing more is read until they are done. */
  private boolean suspend(Exchange current, Head head) {
    if (current.filterAnswer(head)) {
      suspended = true;
      reading(false);
    } else {
      fail(current, 503, "filter-busy", "too many filters are at work to look at the answer");
    }
    return false;
  }

  /** The filters are done: the answer goes on with this head. */
  void resume(Exchange current, Head head) {
    suspended = false;
    ByteBuf rest = pending;
    pending = null;
    var _ = accept(current, head, rest != null && rest.isReadable());
    if (rest != null) {
      take(rest);
    }
    if (endedSuspended && exchange == current) {
      ended(current);
    } else if (exchange == current) {
      current.adjustReading();
    }
  }

  /** Goes on with a final answer; says whether there may be more to read of it. */
  private boolean accept(Exchange current, Head head, boolean more) {
    persistent = head.persistent() && !endedSuspended;
    if (head.keepAliveSeconds() >= 0) {
      idleNanos =
          Math.min(
              worker.upstreamIdleNanos(),
              Math.max(0, head.keepAliveSeconds() - 1) * 1_000_000_000L);
    }
    inBody = true;
    current.response(head, body);
    if (exchange == current && body.done()) {
      current.flushHead();
      finish(current, more);
    } else if (exchange == current && head.eventStream()) {
      streaming = true;
      pool.streamStarted(this);
    }
    return true;
  }

  private boolean upgraded(Exchange current, Head head) {
    Tunnel opened = current.upgraded(head, this);
    if (opened == null) {
      fail(current, 502, "bad-response", "the instance switched protocols, which nobody asked for");
      return false;
    }
    tunnel = opened;
    Buffers.allowHalfClosure(requireNonNull(ctx));
    streaming = true;
    pool.streamStarted(this);
    return true;
  }

  @Override
  public void range(ByteBuf in, int index, int length) {
    Exchange current = exchange;
    if (current != null) {
      current.responseBytes(in, index, length);
    }
  }

  /** The answer is complete. */
  private void finish(Exchange current, boolean unread) {
    boolean reusable = persistent && !unread && current.requestDone() && !closed;
    detach();
    if (reusable) {
      used = true;
      reading(true);
      idleSince = worker.now();
      reusable = idleNanos > 0 && pool.offer(this);
    }
    if (!reusable) {
      close();
    }
    current.answered();
  }

  private void detach() {
    exchange = null;
    suspended = false;
    if (endedSuspended) {
      pending = Buffers.release(pending);
    }
    tunnel = null;
    if (streaming) {
      streaming = false;
      ending = false;
      pool.streamEnded(this);
    }
  }

  private void fail(Exchange current, int status, String code, String detail) {
    detach();
    close();
    current.upstreamFailed(status, code, detail);
  }

  /** The exchange needs it no more: its client has gone, or will hear of a failure. */
  void abandon() {
    detach();
    close();
  }

  /** Ends an event stream as soon as an event is complete. */
  void endStreamSoon() {
    Exchange current = exchange;
    if (ending || current == null) {
      return;
    }
    Tunnel through = tunnel;
    if (through != null) {
      through.endSoon();
      return;
    }
    ending = true;
    endingSince = worker.now();
    if (body.betweenEvents()) {
      endStream(current);
    }
  }

  void sweepStream(long nowNanos) {
    Exchange current = exchange;
    Tunnel through = tunnel;
    if (through != null) {
      through.sweep(nowNanos);
      return;
    }
    if (ending && current != null && nowNanos - endingSince > Worker.STREAM_END_NANOS) {
      fail(current, 502, "stream-cut", "the event stream had to be cut inside an event");
    }
  }

  private void endStream(Exchange current) {
    detach();
    close();
    current.streamEnded();
  }

  /** Nothing more is said to the instance, which may go on. */
  void endOutput() {
    ChannelHandlerContext c = ctx;
    if (c != null && !closed) {
      Buffers.endOutput(c);
    }
  }

  /** The exchange needs it no more, but the instance is to get what was written. */
  void closeWhenWritten() {
    detach();
    ChannelHandlerContext c = ctx;
    if (closed || c == null) {
      return;
    }
    closed = true;
    pool.open--;
    Buffers.closeWhenWritten(c, Worker.LINGER_NANOS);
    outlet.closed();
  }

  boolean idleTooLong(long nowNanos) {
    return nowNanos - idleSince > idleNanos;
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    Exchange current = exchange;
    if (current != null) {
      current.adjustReading();
    }
    worker.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    outlet.tell();
    Exchange current = exchange;
    if (current != null) {
      current.adjustReading();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    Tunnel through = tunnel;
    if (through != null && event instanceof ChannelInputShutdownEvent) {
      through.instanceEnded();
      worker.flush();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Worker.failed("an instance", cause);
    reset = true;
    close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    close();
    worker.flush();
  }

  void close() {
    ChannelHandlerContext c = ctx;
    if (closed || c == null) {
      return;
    }
    closed = true;
    if (connected) {
      pool.open--;
    }
    var _ = c.close();
    outlet.closed();
    Exchange current = exchange;
    if (suspended && !reset) {
      // The whole answer may be here already: that shows when the filters are done.
      endedSuspended = true;
      return;
    }
    ByteBuf rest = pending;
    pending = null;
    if (rest != null) {
      rest.release();
    }
    if (current == null) {
      pool.forget(this);
      return;
    }
    if (tunnel != null) {
      detach();
      current.tunnelCut(reset);
      return;
    }
    ended(current);
  }

  /** The connection has gone while it carried an answer, or before that came. */
  private void ended(Exchange current) {
    if (inBody && body.endsWithConnection() && !reset) {
      persistent = false;
      detach();
      current.answered();
      return;
    }
    detach();
    current.upstreamClosed(used);
  }
}
