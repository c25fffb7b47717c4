package io.roadstead.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Bytes that wait: for more of them, or to be written. */
final class Buffers {
  private static final int ARRIVED = 8192;

  private Buffers() {}

  /** One buffer with the bytes of both, which it takes over. */
  static ByteBuf join(ByteBufAllocator allocator, ByteBuf first, ByteBuf second) {
    if (first.refCnt() == 1 && first.writableBytes() >= second.readableBytes()) {
      first.writeBytes(second);
      second.release();
      return first;
    }
    int size = first.readableBytes() + second.readableBytes();
    ByteBuf both = allocator.directBuffer(Math.max(512, size + size / 2));
    both.writeBytes(first);
    both.writeBytes(second);
    first.release();
    second.release();
    return both;
  }

  /** What has arrived at the channel and was not read yet; null where nothing has. */
  static @Nullable ByteBuf arrived(ChannelHandlerContext ctx) {
    if (!(ctx.channel() instanceof EpollSocketChannel channel) || !channel.isActive()) {
      return null;
    }
    ByteBuf buffer = ctx.alloc().directBuffer(ARRIVED);
    int read = 0;
    try {
      ByteBuffer room = buffer.internalNioBuffer(0, ARRIVED);
      read = channel.fd().read(room, room.position(), room.limit());
    } catch (IOException e) {
      // Reset: there is nothing to be read.
    }
    if (read <= 0) {
      buffer.release();
      return null;
    }
    return buffer.writerIndex(read);
  }

  /** Whether an idle channel's peer has closed, or sent what nobody asked for. */
  static boolean ended(ChannelHandlerContext ctx) {
    if (!(ctx.channel() instanceof EpollSocketChannel channel)) {
      return !ctx.channel().isActive();
    }
    ByteBuf one = ctx.alloc().directBuffer(1);
    try {
      ByteBuffer room = one.internalNioBuffer(0, 1);
      return !channel.isActive() || channel.fd().read(room, room.position(), room.limit()) != 0;
    } catch (IOException e) {
      return true;
    } finally {
      one.release();
    }
  }

  /** Gives a buffer back, where there is one; null, to be kept in its place. */
  static @Nullable ByteBuf release(@Nullable ByteBuf buffer) {
    if (buffer != null) {
      buffer.release();
    }
    return null;
  }

  /** Lets the peer end its direction without the channel being closed. */
  static void allowHalfClosure(ChannelHandlerContext ctx) {
    ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
  }

  /** Ends our direction when all that was written has gone out. */
  static void endOutput(ChannelHandlerContext ctx) {
    var _ =
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER)
            .addListener(
                future -> {
                  if (future.isSuccess() && ctx.channel() instanceof DuplexChannel duplex) {
                    var _ = duplex.shutdownOutput();
                  } else {
                    var _ = ctx.close();
                  }
                });
  }

  /** Closes when all that was written has gone out, or the time is over. */
  static void closeWhenWritten(ChannelHandlerContext ctx, long patienceNanos) {
    var _ = ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    if (ctx.channel().isOpen()) {
      Runnable close =
          () -> {
            var _ = ctx.close();
          };
      var _ = ctx.executor().schedule(close, patienceNanos, TimeUnit.NANOSECONDS);
    }
  }

  /** How many bytes the peer has not taken yet. */
  static long backlog(@Nullable ChannelHandlerContext ctx) {
    var buffer = ctx == null ? null : ctx.channel().unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }
}
