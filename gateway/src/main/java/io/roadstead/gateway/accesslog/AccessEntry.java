package io.roadstead.gateway.accesslog;

import io.netty.buffer.ByteBuf;
import io.roadstead.gateway.http.Ascii;
import io.roadstead.gateway.http.Head;

/**
 * What is logged of one request, as bytes: first the numbers at fixed places, then texts, each
 * behind its length. What a client or an instance chose is cut to a bound here; it is escaped when
 * it is written. Used again for request after request; confined to its loop.
 *
 * <p>The head of a request is gone when its answer ends, so its part is copied when it begins.
 */
public final class AccessEntry {
  static final int AT = 0;
  static final int TOOK = 8;
  static final int UPSTREAM = 16;
  static final int OUT_BYTES = 24;
  static final int STATUS = 32;
  static final int TRIES = 36;
  static final int MINOR = 40;
  static final int TEXTS = 44;

  static final int MAX_METHOD = 32;
  static final int MAX_TARGET = 2048;
  static final int MAX_HOST = 255;
  static final int MAX_FIELD = 512;
  private static final int MAX_ADDRESS = 64;
  private static final int MAX_NAME = 300;
  private static final int TRACE = 32;

  /** The texts: address, method, target, host, referer, user agent, and six names. */
  static final int COUNT = 12;

  static final int SIZE =
      TEXTS
          + 2 * COUNT
          + MAX_ADDRESS
          + MAX_METHOD
          + MAX_TARGET
          + MAX_HOST
          + 2 * MAX_FIELD
          + 6 * MAX_NAME;

  final byte[] bytes = new byte[SIZE];
  int length;
  private long outBytes;
  private long firstByteNanos;
  private final byte[] trace = new byte[TRACE];
  private boolean traced;

  AccessEntry() {}

  /** A request begins. */
  void begin(long atMillis, byte[] address, Head head) {
    clear(atMillis, address);
    number(MINOR, head.http10() ? 0 : 1);
    text(head.bytes(), head.methodStart(), head.methodEnd(), MAX_METHOD);
    text(head.bytes(), head.pathStart(), head.targetEnd(), MAX_TARGET);
    text(head.bytes(), head.hostStart(), head.hostEnd(), MAX_HOST);
    field(head, "referer");
    field(head, "user-agent");
  }

  /** A message that could not be read as a request. */
  void beginUnread(long atMillis, byte[] address) {
    clear(atMillis, address);
    number(MINOR, -1);
    for (int i = 0; i < 5; i++) {
      text(bytes, 0, 0, 0);
    }
  }

  private void clear(long atMillis, byte[] address) {
    length = TEXTS;
    outBytes = 0;
    firstByteNanos = -1;
    traced = false;
    bigNumber(AT, atMillis);
    text(address, 0, address.length, MAX_ADDRESS);
  }

  private void field(Head head, String name) {
    for (int i = 0; i < head.headers(); i++) {
      int start = head.nameStart(i);
      if (head.nameLength(i) == name.length()
          && Ascii.is(head.bytes(), start, name.length(), name)) {
        int value = head.valueStart(i);
        text(head.bytes(), value, value + head.valueLength(i), MAX_FIELD);
        return;
      }
    }
    text(bytes, 0, 0, 0);
  }

  /** A piece of the answer's body goes to the client. */
  public void sent(int size) {
    outBytes += size;
  }

  /**
   * The request goes on in a trace.
   *
   * @param head that goes to the instance
   * @param at where it has the trace's id; less than 0 where it has none
   */
  public void trace(ByteBuf head, int at) {
    traced = at >= 0;
    if (traced) {
      head.getBytes(at, trace);
    }
  }

  /**
   * The instance has begun to answer.
   *
   * @param nanos since the request was sent to it
   */
  public void answering(long nanos) {
    firstByteNanos = nanos;
  }

  /**
   * The request is over; names are empty where there is none.
   *
   * @param tries how many instances it was sent to, or a connection to them tried
   * @param reason of the gateway's own answer
   */
  void end(
      int status,
      long tookNanos,
      int tries,
      String route,
      String service,
      String instance,
      String version,
      String reason) {
    number(STATUS, status);
    number(TRIES, tries);
    bigNumber(TOOK, tookNanos);
    bigNumber(UPSTREAM, firstByteNanos);
    bigNumber(OUT_BYTES, outBytes);
    text(route);
    text(service);
    text(instance);
    text(version);
    text(reason);
    text(trace, 0, traced ? TRACE : 0, TRACE);
  }

  private void text(byte[] from, int start, int end, int most) {
    int size = Math.min(end - start, most);
    // One more than there is room for says that something was cut off.
    shortNumber(length, end - start > most ? size | 0x8000 : size);
    System.arraycopy(from, start, bytes, length + 2, size);
    length += 2 + size;
  }

  private void text(String text) {
    int size = Math.min(text.length(), MAX_NAME);
    shortNumber(length, text.length() > MAX_NAME ? size | 0x8000 : size);
    length += 2;
    for (int i = 0; i < size; i++) {
      char c = text.charAt(i);
      bytes[length++] = c > 0xff ? (byte) '?' : (byte) c;
    }
  }

  private void shortNumber(int at, int value) {
    bytes[at] = (byte) value;
    bytes[at + 1] = (byte) (value >>> 8);
  }

  private void number(int at, int value) {
    for (int i = 0; i < 4; i++) {
      bytes[at + i] = (byte) (value >>> (8 * i));
    }
  }

  private void bigNumber(int at, long value) {
    for (int i = 0; i < 8; i++) {
      bytes[at + i] = (byte) (value >>> (8 * i));
    }
  }
}
