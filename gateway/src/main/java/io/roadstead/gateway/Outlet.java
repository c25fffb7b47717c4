package io.roadstead.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.WriteBufferWaterMark;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one peer: bytes that it has not taken, and bytes of it that cannot go on yet. Both
 * count against the {@link BufferBudget}. Confined to its loop.
 */
final class Outlet {
  /** Nothing more while anything waits. */
  private static final WriteBufferWaterMark SMALL = new WriteBufferWaterMark(1, 1);

  private final Worker worker;
  private final BufferBudget budget;
  private @Nullable ChannelHandlerContext ctx;
  private boolean small;
  private boolean closed;
  private int pending;
  private long told;

  Outlet(Worker worker) {
    this.worker = worker;
    this.budget = worker.budget();
  }

  void open(ChannelHandlerContext context) {
    ctx = context;
  }

  /** Writes what the end of the batch will flush; the bytes are taken over. */
  void write(ByteBuf bytes) {
    ChannelHandlerContext c = ctx;
    if (c == null) {
      bytes.release();
      return;
    }
    if (budget.spent() != small) {
      resize(c);
    }
    var _ = c.write(bytes, c.voidPromise());
    worker.touch(this);
  }

  private void resize(ChannelHandlerContext c) {
    small = !small;
    if (small) {
      worker.limited().connections++;
    }
    c.channel().config().setWriteBufferWaterMark(small ? SMALL : Worker.waterMark(worker.limits()));
  }

  void flush() {
    ChannelHandlerContext c = ctx;
    if (c != null) {
      c.flush();
      tell();
    }
  }

  /** How much of what has been read cannot go on yet. */
  void pending(@Nullable ByteBuf bytes) {
    int size = bytes == null ? 0 : bytes.capacity();
    if (size != pending) {
      pending = size;
      tell();
    }
  }

  boolean writable() {
    ChannelHandlerContext c = ctx;
    return c != null && c.channel().isWritable();
  }

  long backlogBytes() {
    return Buffers.backlog(ctx);
  }

  /** Counts what waits now. */
  void tell() {
    long waiting = closed ? 0 : backlogBytes() + pending;
    if (waiting != told) {
      budget.change(waiting - told);
      told = waiting;
    }
  }

  /** The connection is being closed: nothing of it waits any more. */
  void closed() {
    closed = true;
    tell();
  }
}
