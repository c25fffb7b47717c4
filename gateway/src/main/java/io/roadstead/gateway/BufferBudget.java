package io.roadstead.gateway;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes may wait in a gateway, over all of its loops and connections: bytes that a peer
 * has not taken yet, heads that are not whole, bodies that are kept to be sent again. A quarter of
 * it is for whoever comes: a connection may have as much as its water marks say. The rest is for
 * the shares of those who come later: a connection gets {@link #SHARE} from then on, mostly half of
 * that, and no body is kept.
 *
 * <p>Whoever lets bytes wait tells how many, when that changes: on the plain path, where all that
 * is written goes out at once, it never does. Safe from any thread.
 */
final class BufferBudget {
  /** What a connection may have when there is no room. */
  static final int SHARE = 8 * 1024;

  /** What is read at once then: another of it may come before the first has gone. */
  static final int PIECE = SHARE / 2;

  private final long free;
  private final AtomicLong used = new AtomicLong();

  BufferBudget(long limit) {
    this.free = limit / 4;
  }

  void change(long bytes) {
    used.addAndGet(bytes);
  }

  boolean spent() {
    return used.get() > free;
  }

  long used() {
    return used.get();
  }
}
