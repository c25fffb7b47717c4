package io.roadstead.control.http;

import static java.util.Objects.requireNonNull;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;

/**
 * One answer of server-sent events among thousands. Head and end are Vert.x's; {@linkplain Frame
 * frames} go past its encoder as they are, for what it does to each piece costs more than the
 * system does to send it. Confined to the event loop.
 */
public final class FrameStream {
  /** How much a stream may have waiting before it is {@link #full}. */
  static final int QUEUE_BYTES = 32 * 1024;

  /** How much of it the system may hold unsent, which would be memory of its own. */
  private static final long SYSTEM_BYTES = 128 * 1024;

  private final HttpServerResponse response;
  private final ChannelHandlerContext out;
  private final boolean chunked;
  private boolean closed;

  private FrameStream(HttpServerResponse response, ChannelHandlerContext out, boolean chunked) {
    this.response = response;
    this.out = out;
    this.chunked = chunked;
  }

  /** Sends the head. Where only the head was wanted the stream is over at once. */
  public static FrameStream open(HttpServerRequest request, Runnable onClosed) {
    HttpServerResponse response = request.response();
    Channel channel = ((ConnectionBase) request.connection()).channel();
    ChannelHandlerContext out =
        requireNonNull(channel.pipeline().context(HttpResponseEncoder.class), "no encoder");
    FrameStream stream = new FrameStream(response, out, request.version() != HttpVersion.HTTP_1_0);
    response
        .putHeader("Content-Type", "text/event-stream")
        .putHeader("Cache-Control", "no-store")
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("X-Accel-Buffering", "no");
    if (request.method().equals(HttpMethod.HEAD)) {
      stream.closed = true;
      response.end();
      return stream;
    }
    if (channel instanceof EpollSocketChannel) {
      channel.config().setOption(EpollChannelOption.TCP_NOTSENT_LOWAT, SYSTEM_BYTES);
    }
    response.exceptionHandler(_ -> {});
    response.closeHandler(
        _ -> {
          stream.closed = true;
          onClosed.run();
        });
    if (stream.chunked) {
      response.setChunked(true).writeHead();
    } else {
      response.write(Buffer.buffer()); // which HTTP/1.0 has to begin with
    }
    return stream;
  }

  public boolean closed() {
    return closed;
  }

  /** What waits to be taken, of memory that other streams may share. */
  public long waitingBytes() {
    ChannelOutboundBuffer waiting = out.channel().unsafe().outboundBuffer();
    return waiting == null ? 0 : waiting.totalPendingWriteBytes();
  }

  /** How much of the piece that is next has been taken. */
  public long takenOfNext() {
    ChannelOutboundBuffer waiting = out.channel().unsafe().outboundBuffer();
    return waiting == null ? 0 : waiting.currentProgress();
  }

  /** Whether nothing more is to be sent before some of it is taken. */
  public boolean full() {
    return waitingBytes() >= QUEUE_BYTES;
  }

  /** Sends a frame, together with those that were {@linkplain #add added} before. */
  public void send(Frame frame) {
    add(frame);
    flush();
  }

  /** Sends a frame with the next. */
  public void add(Frame frame) {
    if (!closed) {
      var _ = out.write(frame.bytes(chunked), out.voidPromise());
    }
  }

  public void flush() {
    if (!closed) {
      out.flush();
    }
  }

  /** Ends it for a reader that does not read: what it has not taken is thrown away. */
  public void cut() {
    response.reset();
  }

  public void end() {
    if (!closed) {
      closed = true;
      response.end();
    }
  }
}
