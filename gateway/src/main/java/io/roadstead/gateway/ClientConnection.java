package io.roadstead.gateway;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.roadstead.gateway.forward.Sender;
import io.roadstead.gateway.http.BodyReader;
import io.roadstead.gateway.http.HeadParser;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection. It reads requests one after another: what a client sends ahead of its
 * answer waits, and no more of it is read than one buffer. Confined to its loop.
 */
final class ClientConnection extends ChannelInboundHandlerAdapter {
  private enum State {
    /** Between requests, or inside a head. */
    HEAD,
    /** The body of a request is being read. */
    BODY,
    /** The request is whole; its answer is not. */
    ANSWER,
    /** Another protocol is spoken through the gateway. */
    TUNNEL,
    /** Answered and half closed: what still comes is thrown away, so that the answer arrives. */
    LINGER,
    CLOSED
  }

  private final Worker worker;
  private final Exchange exchange;
  private final BodyReader body = new BodyReader();
  private State state = State.HEAD;
  private @Nullable ChannelHandlerContext ctx;
  private final Outlet outlet;
  private @Nullable ByteBuf pending;
  private @Nullable Tunnel tunnel;
  private @Nullable Sender sender;
  private boolean processing;
  private boolean reading = true;
  private long sinceNanos;
  private long lastBacklog;

  /** Its place in the worker's list. */
  int slot = -1;

  ClientConnection(Worker worker) {
    this.worker = worker;
    this.outlet = new Outlet(worker);
    this.exchange = new Exchange(worker, this);
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    ctx = context;
    outlet.open(context);
    sinceNanos = worker.now();
    sender =
        worker.sender(
            context.channel().remoteAddress() instanceof InetSocketAddress remote
                ? remote.getAddress()
                : null);
    if (!worker.opened(this)) {
      close();
    }
  }

  ByteBufAllocator allocator() {
    return requireNonNull(ctx).alloc();
  }

  /** Where the client is, as text. */
  byte[] address() {
    return sender().address();
  }

  /** Who it is, for the instances. */
  Sender sender() {
    return requireNonNull(sender);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    worker.arrived();
    ByteBuf in = (ByteBuf) message;
    if (state == State.LINGER || state == State.CLOSED) {
      in.release();
      return;
    }
    Tunnel through = tunnel;
    if (through != null) {
      through.fromClient(in);
      return;
    }
    ByteBuf before = pending;
    if (before == null) {
      if (state == State.HEAD) {
        sinceNanos = worker.now();
      }
      process(in, true);
    } else {
      pending = null;
      boolean news = state != State.HEAD || worthParsing(before, in);
      process(Buffers.join(context.alloc(), before, in), news);
    }
  }

  /** A head that trickles in is looked at when a line ends, or when it is too long. */
  private boolean worthParsing(ByteBuf before, ByteBuf in) {
    return before.readableBytes() + in.readableBytes() > worker.limits().head().requestLineBytes()
        || in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n') >= 0;
  }

  /** Goes on with what has been read already: the instance can take the body, or is done. */
  void proceed() {
    ByteBuf in = pending;
    if (in != null && !processing && state != State.CLOSED) {
      pending = null;
      process(in, true);
    }
    adjustReading();
  }

  private void process(ByteBuf in, boolean parse) {
    processing = true;
    try {
      boolean more = parse;
      while (more && in.isReadable()) {
        more =
            switch (state) {
              case HEAD -> head(in);
              case BODY -> exchange.connectedUpstream() && body(in);
              case ANSWER -> false;
              case TUNNEL -> {
                requireNonNull(tunnel).fromClient(in.readRetainedSlice(in.readableBytes()));
                yield false;
              }
              case LINGER, CLOSED -> {
                in.skipBytes(in.readableBytes());
                yield false;
              }
            };
      }
    } finally {
      processing = false;
      if (in.isReadable() && state != State.CLOSED && state != State.LINGER) {
        pending = in;
      } else {
        in.release();
      }
      outlet.pending(pending);
    }
    adjustReading();
  }

  private boolean head(ByteBuf in) {
    HeadParser parser = worker.requestParser();
    int result = parser.request(in);
    if (result == HeadParser.INCOMPLETE) {
      return false;
    }
    if (result == HeadParser.BAD) {
      var problem = parser.problem();
      worker.unrouted().count(problem.status(), 0);
      worker.accessLog().unread(sender().address(), problem.status(), 0, problem.code());
      protocolError(problem.status(), problem.code(), problem.detail());
      return false;
    }
    var head = parser.head();
    if (head.chunked()) {
      body.chunked(true);
    } else {
      body.length(Math.max(0, head.contentLength()));
    }
    state = body.done() ? State.ANSWER : State.BODY;
    exchange.begin(head);
    return true;
  }

  private boolean body(ByteBuf in) {
    int result = body.read(in, exchange);
    if (result == BodyReader.BAD) {
      String detail = body.problem().detail();
      if (exchange.broken()) {
        abort();
      } else {
        protocolError(400, "bad-request", detail);
      }
      return false;
    }
    if (result == BodyReader.DONE && state == State.BODY) {
      state = State.ANSWER;
      exchange.requestComplete();
    }
    return true;
  }

  /** From here on another protocol is spoken; what was sent ahead belongs to it. */
  void upgraded(Tunnel through) {
    state = State.TUNNEL;
    tunnel = through;
    Buffers.allowHalfClosure(requireNonNull(ctx));
    proceed();
  }

  /** Nothing more is said to the client, which may go on. */
  void endOutput() {
    ChannelHandlerContext c = ctx;
    if (c != null && state == State.TUNNEL) {
      Buffers.endOutput(c);
    }
  }

  private void protocolError(int status, String code, String detail) {
    worker.refusals().count(code);
    write(Problem.answer(allocator(), status, code, detail, false, true, worker.date()));
    linger();
  }

  // Answers.

  void write(ByteBuf bytes) {
    if (state == State.CLOSED) {
      bytes.release();
    } else {
      outlet.write(bytes);
    }
  }

  void writeAscii(String text) {
    ByteBuf out = allocator().directBuffer(text.length());
    ByteBufUtil.writeAscii(out, text);
    write(out);
  }

  void writeContinue() {
    writeAscii("HTTP/1.1 100 Continue\r\n\r\n");
  }

  boolean writable() {
    return outlet.writable();
  }

  long backlogBytes() {
    return outlet.backlogBytes();
  }

  /** The answer is written. */
  void answered(boolean close) {
    if (state == State.CLOSED) {
      return;
    }
    tunnel = null;
    if (!close) {
      state = State.HEAD;
      sinceNanos = worker.now();
      proceed();
    } else if (state == State.BODY
        || state == State.TUNNEL
        || pending != null
        || processing
        || worker.leaving()) {
      linger();
    } else {
      whenFlushed(ChannelFutureListener.CLOSE);
    }
  }

  private void linger() {
    ByteBuf rest = pending;
    pending = null;
    if (rest != null) {
      rest.release();
    }
    whenFlushed(
        future -> {
          if (future.isSuccess() && future.channel() instanceof DuplexChannel duplex) {
            sinceNanos = worker.now();
            var _ = duplex.shutdownOutput();
          } else {
            close();
          }
        });
  }

  private void whenFlushed(ChannelFutureListener then) {
    state = State.LINGER;
    sinceNanos = worker.now();
    ChannelHandlerContext c = requireNonNull(ctx);
    var _ = c.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(then);
    adjustReading();
  }

  /** Cuts the connection so that the client can tell that its answer is not whole. */
  void abort() {
    ChannelHandlerContext c = ctx;
    if (c != null) {
      c.channel().config().setOption(ChannelOption.SO_LINGER, 0);
    }
    close();
  }

  void close() {
    ChannelHandlerContext c = ctx;
    if (c == null || state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    tunnel = null;
    worker.closed(this);
    ByteBuf rest = pending;
    pending = null;
    if (rest != null) {
      rest.release();
    }
    exchange.cancel();
    var _ = c.close();
    outlet.closed();
  }

  /** The gateway closes: what is idle goes now, the rest after its answer. */
  void closeIfIdle() {
    if (state == State.HEAD && pending == null) {
      closeIdle();
    }
  }

  /**
   * Closes a connection between two requests, unless the next has arrived a moment ago and only
   * this loop has not come to read it: closing would reset it.
   */
  private void closeIdle() {
    ChannelHandlerContext c = ctx;
    ByteBuf arrived = c == null ? null : Buffers.arrived(c);
    if (c == null || arrived == null) {
      close();
    } else {
      channelRead(c, arrived);
      worker.flush();
    }
  }

  // Reading and time.

  void adjustReading() {
    boolean wanted =
        switch (state) {
          case HEAD, LINGER -> true;
          case BODY, TUNNEL -> exchange.acceptsBody();
          case ANSWER -> pending == null;
          case CLOSED -> false;
        };
    ChannelHandlerContext c = ctx;
    if (c != null && wanted != reading) {
      reading = wanted;
      c.channel().config().setAutoRead(wanted);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    worker.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    outlet.tell();
    exchange.adjustReading();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    Tunnel through = tunnel;
    if (event instanceof ChannelInputShutdownEvent) {
      if (through != null) {
        through.clientEnded();
      } else if (backlogBytes() == 0) {
        close();
      }
      worker.flush();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    Worker.failed("a client", cause);
    close();
    worker.flush();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    close();
    worker.flush();
  }

  void sweep(long nowNanos) {
    outlet.tell();
    switch (state) {
      case HEAD -> {
        long waited = nowNanos - sinceNanos;
        if (pending == null && waited > worker.clientIdleNanos()) {
          closeIdle();
        } else if (pending != null && waited > worker.headerNanos()) {
          worker.unrouted().count(408, waited);
          worker.accessLog().unread(sender().address(), 408, waited, "request-timeout");
          protocolError(
              408,
              "request-timeout",
              "the request's head was not whole after "
                  + worker.headerNanos() / 1_000_000_000L
                  + " s");
        }
      }
      case BODY, ANSWER, TUNNEL -> exchange.sweep(nowNanos);
      case LINGER -> {
        long waiting = backlogBytes();
        if (waiting != lastBacklog) {
          lastBacklog = waiting;
          sinceNanos = nowNanos;
        }
        if (nowNanos - sinceNanos > (waiting > 0 ? worker.bodyIdleNanos() : Worker.LINGER_NANOS)) {
          close();
        }
      }
      case CLOSED -> {}
    }
  }
}
