package io.roadstead.control.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * The newest large body, where the kernel can read it: a full fetch of the registry is half a
 * megabyte, and every poller of a version gets the same array, which else would be copied out of
 * the heap for each of them. It is kept until another large body comes; who is still being sent an
 * older one keeps that one alive. Confined to the event loop.
 */
final class LargeBody {
  private static final int LARGE = 64 * 1024;

  private byte[] array = Responses.EMPTY;
  private ByteBuf outside = Unpooled.EMPTY_BUFFER;

  /**
   * To be released once it has been written.
   *
   * @param body never changed
   */
  @SuppressWarnings("ReferenceEquality") // the very same array has the very same bytes
  ByteBuf of(byte[] body) {
    if (body.length < LARGE) {
      return Unpooled.wrappedBuffer(body);
    }
    if (array != body) {
      ByteBuf copy = Unpooled.directBuffer(body.length).writeBytes(body);
      close();
      outside = copy;
      array = body;
    }
    return outside.retainedDuplicate();
  }

  /** Lets go of the kept one. */
  void close() {
    array = Responses.EMPTY;
    outside.release();
    outside = Unpooled.EMPTY_BUFFER;
  }
}
