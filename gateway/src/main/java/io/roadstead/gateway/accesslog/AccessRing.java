package io.roadstead.gateway.accesslog;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Records on their way from one event loop to the writer: a ring of bytes with one writing and one
 * reading thread. Each record stands behind its length. What does not fit is dropped and counted;
 * nobody waits.
 *
 * <p>{@code tail} belongs to the loop and {@code head} to the reader; each publishes its own with a
 * release and reads the other's with an acquire, so a record is seen whole or not at all.
 */
final class AccessRing {
  private static final int PREFIX = 4;
  private static final VarHandle HEAD;
  private static final VarHandle TAIL;
  private static final VarHandle DROPPED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      HEAD = lookup.findVarHandle(AccessRing.class, "head", long.class);
      TAIL = lookup.findVarHandle(AccessRing.class, "tail", long.class);
      DROPPED = lookup.findVarHandle(AccessRing.class, "dropped", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final byte[] bytes;
  private final int mask;

  /** Where the reader is. */
  private long head;

  /** Where the loop writes next. */
  private long tail;

  private long dropped;

  AccessRing(int atLeast) {
    int size = Integer.highestOneBit(atLeast);
    bytes = new byte[size < atLeast ? size << 1 : size];
    mask = bytes.length - 1;
  }

  /** Puts a record in, or counts it as dropped. For the loop only. */
  boolean offer(byte[] record, int length) {
    long end = tail;
    if (bytes.length - (end - (long) HEAD.getAcquire(this)) < length + PREFIX) {
      DROPPED.setOpaque(this, dropped + 1);
      return false;
    }
    for (int i = 0; i < PREFIX; i++) {
      bytes[(int) (end + i) & mask] = (byte) (length >>> (8 * i));
    }
    int at = (int) (end + PREFIX) & mask;
    int first = Math.min(length, bytes.length - at);
    System.arraycopy(record, 0, bytes, at, first);
    System.arraycopy(record, first, bytes, 0, length - first);
    TAIL.setRelease(this, end + PREFIX + length);
    return true;
  }

  /** Takes the oldest record out; its length, or -1 where there is none. For the reader only. */
  int poll(byte[] into) {
    long start = head;
    if (start == (long) TAIL.getAcquire(this)) {
      return -1;
    }
    int length = 0;
    for (int i = 0; i < PREFIX; i++) {
      length |= (bytes[(int) (start + i) & mask] & 0xff) << (8 * i);
    }
    int at = (int) (start + PREFIX) & mask;
    int first = Math.min(length, bytes.length - at);
    System.arraycopy(bytes, at, into, 0, first);
    System.arraycopy(bytes, 0, into, first, length - first);
    HEAD.setRelease(this, start + PREFIX + length);
    return length;
  }

  /** How many records did not fit. From any thread. */
  long dropped() {
    return (long) DROPPED.getOpaque(this);
  }
}
