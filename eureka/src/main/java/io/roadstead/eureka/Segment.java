package io.roadstead.eureka;

import java.io.ByteArrayOutputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * A run of bytes in a body, and its compressed form once somebody asks for it: deflate blocks that
 * end on a whole byte (RFC 1951, 3.2), so that runs compressed at different times can stand one
 * after the other in one gzip stream.
 *
 * <p>Once compressed, a longer run is kept in that form alone, at a twentieth of the memory; who
 * then wants it plain has it inflated. A registry's worth of text is not kept twice.
 *
 * <p>Thread-safe. Two who ask at once may both compress; the results are the same.
 */
final class Segment {
  /** Shorter runs are stored as they are: they are brackets and commas between others. */
  private static final int STORED_BELOW = 64;

  private final int plainLength;

  /** Either the run itself, or what became of it. */
  private volatile Object content;

  /**
   * @param checksum of the plain bytes
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  record Deflated(byte[] bytes, int checksum) {}

  Segment(byte[] plain) {
    this.plainLength = plain.length;
    this.content = plain;
  }

  int plainLength() {
    return plainLength;
  }

  byte[] plain() {
    return switch (content) {
      case byte[] plain -> plain;
      case Deflated deflated -> inflated(deflated);
      default -> throw new IllegalStateException("a run is plain or deflated");
    };
  }

  Deflated deflated() {
    if (content instanceof Deflated known) {
      return known;
    }
    byte[] plain = plain();
    CRC32 checksum = new CRC32();
    checksum.update(plain);
    boolean brief = plain.length < STORED_BELOW;
    Deflated made =
        new Deflated(brief ? stored(plain) : compressed(plain), (int) checksum.getValue());
    content = made;
    return made;
  }

  private byte[] inflated(Deflated deflated) {
    if (plainLength < STORED_BELOW) {
      byte[] plain = new byte[plainLength];
      System.arraycopy(deflated.bytes(), 5, plain, 0, plainLength);
      return plain;
    }
    Inflater inflater = new Inflater(true);
    try {
      byte[] plain = new byte[plainLength];
      inflater.setInput(deflated.bytes());
      int length = 0;
      while (length < plainLength) {
        int more = inflater.inflate(plain, length, plainLength - length);
        if (more == 0) {
          throw new IllegalStateException("a run of " + plainLength + " bytes ends at " + length);
        }
        length += more;
      }
      return plain;
    } catch (DataFormatException e) {
      throw new IllegalStateException("a run that was compressed here is not deflate", e);
    } finally {
      inflater.end();
    }
  }

  private static byte[] stored(byte[] plain) {
    byte[] block = new byte[plain.length + 5];
    block[1] = (byte) plain.length;
    block[3] = (byte) ~plain.length;
    block[4] = (byte) 0xFF;
    System.arraycopy(plain, 0, block, 5, plain.length);
    return block;
  }

  private static byte[] compressed(byte[] plain) {
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
