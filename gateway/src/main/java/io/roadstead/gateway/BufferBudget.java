package io.roadstead.gateway;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes may wait in a gateway, over all of its loops and connections: bytes that a peer
 * has not taken yet, heads that are not whole, bodies that are kept to be sent again. As long as
 * there is room, a connection may have as much as its water marks say. Beyond it a connection gets
 * {@link #SHARE}, and no body is kept.
 *
 * <p>Whoever lets bytes wait tells how many, when that changes: on the plain path, where all that
 * is written goes out at once, it never does. Safe from any thread.
 */
final class BufferBudget {
  /** What a connection may have when there is no room. */
  static final int SHARE = 8 * 1024;

  private final long limit;
  private final AtomicLong used = new AtomicLong();

  BufferBudget(long limit) {
    this.limit = limit;
  }

  void change(long bytes) {
    used.addAndGet(bytes);
  }

  boolean spent() {
    return used.get() > limit;
  }

  long used() {
    return used.get();
  }
}
