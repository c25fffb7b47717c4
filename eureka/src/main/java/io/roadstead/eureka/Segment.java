package io.roadstead.eureka;

import java.io.ByteArrayOutputStream;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * A run of bytes in a body, and its compressed form once somebody asks for it: deflate blocks that
 * end on a whole byte (RFC 1951, 3.2), so that runs compressed at different times can stand one
 * after the other in one gzip stream.
 *
 * <p>Thread-safe. Two who ask at once may both compress; the results are the same.
 */
final class Segment {
  /** Shorter runs are stored as they are: they are brackets and commas between others. */
  private static final int STORED_BELOW = 64;

  private final byte[] plain;
  private volatile byte @Nullable [] deflated;

  Segment(byte[] plain) {
    this.plain = plain;
  }

  byte[] plain() {
    return plain;
  }

  byte[] deflated() {
    byte[] known = deflated;
    if (known == null) {
      known = plain.length < STORED_BELOW ? stored() : compressed();
      deflated = known;
    }
    return known;
  }

  private byte[] stored() {
    byte[] block = new byte[plain.length + 5];
    block[1] = (byte) plain.length;
    block[3] = (byte) ~plain.length;
    block[4] = (byte) 0xFF;
    System.arraycopy(plain, 0, block, 5, plain.length);
    return block;
  }

  private byte[] compressed() {
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    try {
      deflater.setInput(plain);
      ByteArrayOutputStream out = new ByteArrayOutputStream(plain.length / 8 + 64);
      byte[] buffer = new byte[8192];
      int length;
      do {
        length = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
        out.write(buffer, 0, length);
      } while (length == buffer.length);
      return out.toByteArray();
    } finally {
      deflater.end();
    }
  }
}
