package io.roadstead.control.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;

/**
 * One event of a stream, encoded once for all that get it: with the chunk around it, in memory from
 * which the system sends without another copy. It is counted: whoever made it releases it once it
 * has given it to the streams, and the memory is free when the last of them has sent it. Confined
 * to the event loop.
 */
public final class Frame {
  private static final byte[] END = {'\r', '\n'};

  // One component: an object of its own, for the pool gives out its own objects again, and whether
  // a
  // frame is held would then be said by the buffer of another.
  private final CompositeByteBuf chunk;
  private final int bytes;
  private final int eventAt;
  private final int eventLength;

  private Frame(ByteBuf pooled, int eventAt, int eventLength) {
    this.chunk = new CompositeByteBuf(pooled.alloc(), true, 1).addComponent(true, pooled);
    this.bytes = pooled.capacity();
    this.eventAt = eventAt;
    this.eventLength = eventLength;
  }

  /**
   * @param event its name
   * @param id the cursor to resume from, or ""
   * @param data JSON in one line
   */
  public static Frame of(String event, String id, byte[] data) {
    String fields = "event: " + event + (id.isEmpty() ? "" : "\nid: " + id) + "\ndata: ";
    byte[] head = fields.getBytes(StandardCharsets.UTF_8);
    int length = head.length + data.length + 2;
    byte[] size = (Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    ByteBuf chunk = PooledByteBufAllocator.DEFAULT.directBuffer(size.length + length + END.length);
    chunk.writeBytes(size).writeBytes(head).writeBytes(data).writeByte('\n').writeByte('\n');
    chunk.writeBytes(END);
    return new Frame(chunk, size.length, length);
  }

  /** What it takes of memory. */
  public int bytes() {
    return bytes;
  }

  /** Whether somebody has still to send it. */
  public boolean held() {
    return chunk.refCnt() > 0;
  }

  public void release() {
    chunk.release();
  }

  /** For one more stream. */
  ByteBuf bytes(boolean chunked) {
    return chunked ? chunk.retainedDuplicate() : chunk.retainedSlice(eventAt, eventLength);
  }
}
