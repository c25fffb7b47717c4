package io.roadstead.control.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a connection whose peer keeps the control plane waiting longer than {@link ConnectionTimes}
 * allow. Confined to the connection's event loop.
 *
 * <p>A connection is in one of four states. Where bytes wait to be taken by the peer, each one that
 * it takes begins the time anew. Else, while a body is on its way, each piece of it does; while the
 * platform works on an answer nothing is bounded here, however quiet it is; and between requests
 * there is the idle time until the first byte, and from then on the time of a head, which no
 * further byte prolongs. Whether a time is over is looked at from outside, a few times within the
 * shortest of them: a request costs some readings of the ticker and no timer.
 */
final class Patience extends ChannelDuplexHandler {
  private enum State {
    /** Nothing of the next request has come. */
    IDLE,
    /** The first head of the connection, or some bytes of a later one. */
    HEAD,
    BODY,
    ANSWERING
  }

  private final ConnectionTimes times;
  private final Ticker ticker;
  private final FirstBytes firstBytes = new FirstBytes();
  private State state = State.HEAD;
  private int unanswered;
  private boolean answerBegun;
  private boolean malformed;
  private boolean invalid;
  private boolean passedOn;
  private long bodyLength;
  private long sinceNanos;
  private long waiting;
  private long progress;
  private long takenNanos;

  Patience(ConnectionTimes times, Ticker ticker) {
    this.times = times;
    this.ticker = ticker;
    this.sinceNanos = ticker.nanoTime();
    this.takenNanos = sinceNanos;
  }

  /** Puts itself around the codec, before the handler that takes requests. */
  void watch(Channel channel, String requests, Together together) {
    channel
        .pipeline()
        .addFirst("together", together)
        .addFirst("head-lines", new HeadLines(this))
        .addFirst("first-bytes", firstBytes)
        .addBefore(requests, "patience", this);
  }

  /** Looks whether a time is over, and ends the connection where one is. */
  void check(Channel channel) {
    long now = ticker.nanoTime();
    if (pending(channel, now)) {
      if (over(takenNanos, times.taking(), now)) {
        end();
      }
      return;
    }
    switch (state) {
      case ANSWERING -> {
        // the platform's turn
      }
      case IDLE -> {
        if (over(sinceNanos, times.idle(), now)) {
          end();
        }
      }
      case HEAD -> {
        if (over(sinceNanos, times.head(), now)) {
          refuse(
              new Refusal(
                  408,
                  "head-too-slow",
                  "the head of a request did not arrive within " + told(times.head())));
        }
      }
      case BODY -> {
        if (!channel.config().isAutoRead()) {
          sinceNanos = now; // it is the platform that does not read on
        } else if (over(sinceNanos, times.body(), now)) {
          refuse(
              new Refusal(
                  408, "body-too-slow", "nothing of the body has come for " + told(times.body())));
        }
      }
    }
  }

  /** Whether bytes wait to be taken; remembers when the last one was. */
  private boolean pending(Channel channel, long now) {
    ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
    long before = waiting;
    long sent = progress;
    waiting = out == null ? 0 : out.totalPendingWriteBytes();
    progress = out == null ? 0 : out.currentProgress();
    // More may have been written since, so any difference counts but growth alone.
    if (waiting == 0 || waiting < before || progress != sent) {
      takenNanos = now;
    }
    return waiting > 0;
  }

  private static boolean over(long sinceNanos, Duration limit, long nowNanos) {
    return nowNanos - sinceNanos >= limit.toNanos();
  }

  private void enter(State next) {
    state = next;
    sinceNanos = ticker.nanoTime();
  }

  /** At once: Vert.x would first have the peer take what it does not take. */
  private void end() {
    ChannelHandlerContext out = firstBytes.context;
    if (out != null) {
      var _ = out.close();
    }
  }

  /** Whether the body of a request is on its way. */
  boolean body() {
    return state == State.BODY;
  }

  /** The length of that body where it is known beforehand, once; else 0. */
  long takeBodyLength() {
    long length = bodyLength;
    bodyLength = 0;
    return length;
  }

  /** Whether the decoder found something that is no request. */
  boolean invalid() {
    return invalid;
  }

  /** Whether the decoder has made something of the bytes since this was last asked. */
  boolean takePassedOn() {
    boolean was = passedOn;
    passedOn = false;
    return was;
  }

  /** Answers what is no request, or not a whole one, and ends the connection. */
  void refuse(Refusal refusal) {
    refuse(refusal, false);
  }

  /** Answers what is no request, and ends the connection a moment later, for more of it comes. */
  void refuseWhatStillComes(Refusal refusal) {
    refuse(refusal, true);
  }

  /**
   * @param stillSending where the end would make the peer's system throw the answer away
   */
  private void refuse(Refusal refusal, boolean stillSending) {
    ChannelHandlerContext out = firstBytes.context;
    boolean another = unanswered > (state == State.BODY ? 1 : 0);
    if (out == null || answerBegun || another || !firstBytes.any) {
      end();
      return;
    }
    Answer answer = refusal.answer();
    // Past the encoder, which knows nothing of an answer to a request that is not there.
    ChannelFuture sent =
        out.writeAndFlush(Unpooled.wrappedBuffer(answer.closingHead(), answer.body()));
    if (stillSending) {
      Runnable close =
          () -> {
            var _ = out.close();
          };
      var _ = out.executor().schedule(close, Responses.LINGER_MILLIS, TimeUnit.MILLISECONDS);
    } else {
      sent.addListener(ChannelFutureListener.CLOSE);
    }
  }

  private static String told(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    passedOn = true;
    if (malformed) {
      ReferenceCountUtil.release(message);
      return;
    }
    if (message instanceof HttpContent content
        && !(message instanceof HttpRequest)
        && content.decoderResult().isFailure()) {
      content.release();
      malformed = true;
      refuse(
          Refusal.invalid(
              "malformed-body",
              "the body is not in chunks as HTTP/1.1 has them: each begins with its size in"
                  + " hexadecimal digits, at most 7fffffff, and ends with a line break"),
          true);
      return;
    }
    if (message instanceof HttpRequest request) {
      invalid |= request.decoderResult().isFailure();
      unanswered++;
      bodyLength =
          HttpUtil.isTransferEncodingChunked(request) ? 0 : HttpUtil.getContentLength(request, 0L);
      enter(State.BODY);
    }
    if (message instanceof LastHttpContent) {
      enter(unanswered > 0 ? State.ANSWERING : State.IDLE);
    }
    context.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    boolean informational =
        message instanceof HttpResponse response
            && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
    if (!informational) {
      answerBegun |= message instanceof HttpResponse;
      if (message instanceof LastHttpContent) {
        answerBegun = false;
        unanswered = Math.max(0, unanswered - 1);
        if (unanswered == 0 && state == State.ANSWERING) {
          enter(State.IDLE);
        }
      }
    }
    var _ = context.write(message, promise);
  }

  /** Sees bytes before they are a request. */
  private final class FirstBytes extends ChannelInboundHandlerAdapter {
    private @Nullable ChannelHandlerContext context;
    private boolean any;

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
      context = added;
    }

    @Override
    public void channelRead(ChannelHandlerContext reading, Object message) {
      if (message instanceof ByteBuf bytes && bytes.isReadable()) {
        any = true;
        switch (state) {
          case IDLE -> enter(State.HEAD);
          case BODY -> sinceNanos = ticker.nanoTime();
          case HEAD, ANSWERING -> {
            // no byte prolongs a head; what comes early waits for its turn
          }
        }
      }
      reading.fireChannelRead(message);
    }
  }
}
