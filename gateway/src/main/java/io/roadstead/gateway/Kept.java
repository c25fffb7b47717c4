package io.roadstead.gateway;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a request that may have to be sent once more: its head, and its body as long as that
 * is small. Confined to its loop.
 */
final class Kept {
  private final Worker worker;
  private final ClientConnection client;
  private @Nullable ByteBuf head;
  private @Nullable ByteBuf body;
  private boolean keeping;
  private int told;

  Kept(Worker worker, ClientConnection client) {
    this.worker = worker;
    this.client = client;
  }

  /** The head, or null once it is not kept any more. */
  @Nullable ByteBuf head() {
    return head;
  }

  void head(ByteBuf bytes) {
    head = bytes;
  }

  /** Hands the head over to its last writer. */
  void headGone() {
    head = null;
  }

  /** What has been read of the body, or null where there is none or it is not kept. */
  @Nullable ByteBuf body() {
    return body;
  }

  /** Whether all that was read of the body is kept. */
  boolean keeping() {
    return keeping;
  }

  void keepBody(boolean wanted) {
    keeping = wanted;
  }

  void add(ByteBuf in, int index, int length) {
    if (!keeping) {
      return;
    }
    ByteBuf kept = body;
    int size = kept == null ? 0 : kept.readableBytes();
    boolean spent = worker.budget().spent();
    if (spent || size + length > worker.limits().heldBodyBytes()) {
      if (spent) {
        worker.limited().bodies++;
      }
      keeping = false;
      body = Buffers.release(kept);
      tell(0);
      return;
    }
    if (kept == null) {
      kept = client.allocator().directBuffer(Math.max(1024, length));
      body = kept;
    }
    kept.writeBytes(in, index, length);
    tell(kept.capacity());
  }

  private void tell(int size) {
    if (size != told) {
      worker.budget().change(size - told);
      told = size;
    }
  }

  void release() {
    head = Buffers.release(head);
    body = Buffers.release(body);
    tell(0);
    keeping = false;
  }
}
