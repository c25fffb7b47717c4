package io.roadstead.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/** Bytes that wait: for more of them, or to be written. */
final class Buffers {
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

  /** How many bytes the peer has not taken yet. */
  static long backlog(@Nullable ChannelHandlerContext ctx) {
    var buffer = ctx == null ? null : ctx.channel().unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }
}
