package io.roadstead.control.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.SingleThreadEventLoop;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends the answers to all requests that came in one look at the sockets when the last of them has
 * been made, and not each at once: a peer, or a process with many of them, is then woken once and
 * not for each, which is the most that a heartbeat costs the kernel.
 *
 * <p>Only what is flushed while a connection is read waits, and no longer than the loop's turn:
 * what a stream or a timer writes leaves at once. Before a connection is closed, what waits on it
 * is sent. Confined to the event loop, one for all connections.
 */
@ChannelHandler.Sharable
final class Together extends ChannelDuplexHandler {
  private final Deque<ChannelHandlerContext> waiting = new ArrayDeque<>();
  private final BiConsumer<Channel, Runnable> atTheEnd;
  private boolean asked;
  private @Nullable Channel reading;

  Together() {
    this(
        (channel, send) ->
            ((SingleThreadEventLoop) channel.eventLoop()).executeAfterEventLoopIteration(send));
  }

  /**
   * @param atTheEnd runs it at the end of the loop's turn
   */
  Together(BiConsumer<Channel, Runnable> atTheEnd) {
    this.atTheEnd = atTheEnd;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    reading = context.channel();
    context.fireChannelRead(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.fireChannelReadComplete();
    reading = null;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // one channel is one object
  public void flush(ChannelHandlerContext context) {
    if (reading != context.channel()) {
      context.flush();
      return;
    }
    if (waiting.peekLast() != context) {
      waiting.add(context);
    }
    if (!asked) {
      asked = true;
      atTheEnd.accept(context.channel(), this::send);
    }
  }

  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    context.flush();
    var _ = context.close(promise);
  }

  private void send() {
    asked = false;
    for (ChannelHandlerContext next = waiting.poll(); next != null; next = waiting.poll()) {
      next.flush();
    }
  }
}
