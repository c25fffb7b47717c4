package io.roadstead.store.journal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The form of a file: frames, one after the other, each {@code magic(4) length(4) crc32c(4)
 * payload}. The checksum is of the length and the payload. Behind bytes that are no whole frame the
 * next is found by its magic and its checksum, so one bad place costs no more than its own frame.
 */
final class Frames {
  private static final int MAGIC = 0x5253_4A01;
  private static final int HEAD = 12;

  /** More than the largest registration needs: a length beyond it is none. */
  private static final int MAX_PAYLOAD = 8 << 20;

  /**
   * Bytes that are in no whole frame.
   *
   * @param tail whether nothing whole comes after them: a write that was broken off
   */
  record Bad(int at, int bytes, boolean tail) {}

  /** What a file holds; payloads in the order in which they were written. */
  record Content(List<ByteBuffer> payloads, List<Bad> bad) {}

  private Frames() {}

  static byte[] frame(byte[] payload) {
    if (payload.length > MAX_PAYLOAD) {
      throw new IllegalArgumentException(
          "a frame of " + payload.length + " bytes: at most " + MAX_PAYLOAD);
    }
    ByteBuffer frame = ByteBuffer.allocate(HEAD + payload.length);
    frame.putInt(MAGIC).putInt(payload.length).putInt(0).put(payload);
    frame.putInt(8, checksum(frame, 0, payload.length));
    return frame.array();
  }

  static Content read(byte[] file) {
    ByteBuffer bytes = ByteBuffer.wrap(file);
    List<ByteBuffer> payloads = new ArrayList<>();
    List<Bad> bad = new ArrayList<>();
    int at = 0;
    int badFrom = -1;
    while (at < file.length) {
      int length = wholeAt(bytes, at);
      if (length < 0) {
        badFrom = badFrom < 0 ? at : badFrom;
        at++;
        continue;
      }
      if (badFrom >= 0) {
        bad.add(new Bad(badFrom, at - badFrom, false));
        badFrom = -1;
      }
      payloads.add(bytes.slice(at + HEAD, length));
      at += HEAD + length;
    }
    if (badFrom >= 0) {
      bad.add(new Bad(badFrom, file.length - badFrom, true));
    }
    return new Content(payloads, bad);
  }

  /** The length of the payload of the whole frame that begins there, or -1. */
  private static int wholeAt(ByteBuffer bytes, int at) {
    if (bytes.limit() - at < HEAD || bytes.getInt(at) != MAGIC) {
      return -1;
    }
    int length = bytes.getInt(at + 4);
    boolean fits = length >= 0 && length <= MAX_PAYLOAD && length <= bytes.limit() - at - HEAD;
    return fits && bytes.getInt(at + 8) == checksum(bytes, at, length) ? length : -1;
  }

  private static int checksum(ByteBuffer bytes, int at, int length) {
    CRC32C sum = new CRC32C();
    sum.update(bytes.slice(at + 4, 4));
    sum.update(bytes.slice(at + HEAD, length));
    return (int) sum.getValue();
  }
}
