package io.roadstead.eureka;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * A run of bytes in a body, and its compressed form once somebody asks for it: deflate blocks that
 * end on a whole byte (RFC 1951, 3.2), so that runs compressed at different times can stand one
 * after the other in one gzip stream.
 *
 * <p>A run may refer to what stands {@linkplain Before before} it, an instance's worth of text. So
 * its compressed form is good where the same bytes stand there again, and is made anew where they
 * do not; its own text is then the same, and so is all that follows.
 *
 * <p>Once compressed, it is kept in that form alone, at a twentieth of the memory; who then wants
 * it plain has it inflated. A registry's worth of text is not kept twice.
 *
 * <p>Thread-safe. Two who ask at once may both compress; the results are the same.
 */
final class Segment {
  /** An instance is about as long: what comes before that says nothing new. */
  private static final int END = 1024;

  /**
   * A twentieth less than 6 in the same time. From 8 on it takes twice the time, and who can make
   * it take far longer is who registers.
   */
  private static final int LEVEL = 7;

  private static final byte[] NOTHING = {};

  private final int plainLength;

  /** Either the run itself, or what became of it. */
  private volatile Object content;

  /**
   * What stands before a run.
   *
   * @param run the end of the run before it; empty where there is none, and then nothing is known
   * @param text what stands between the two
   */
  @SuppressWarnings("ArrayRecordComponent") // compared here, by content
  record Before(byte[] run, byte[] text) {
    static final Before NO_RUN = new Before(NOTHING, NOTHING);

    static Before after(Deflated run) {
      return new Before(run.end(), NOTHING);
    }

    Before and(byte[] more) {
      return run.length == 0 ? this : new Before(run, joined(text, more));
    }

    boolean same(Before other) {
      return Arrays.equals(run, other.run) && Arrays.equals(text, other.text);
    }

    private byte[] bytes() {
      return joined(run, text);
    }
  }

  /**
   * @param checksum of the plain bytes
   * @param before what has to stand before it
   * @param end the last of the plain bytes
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  record Deflated(byte[] bytes, int checksum, Before before, byte[] end) {}

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

  /** To stand in a stream after {@code before}. */
  Deflated deflated(Before before) {
    if (content instanceof Deflated known && known.before().same(before)) {
      return known;
    }
    byte[] plain = plain();
    Deflated made =
        new Deflated(
            compressed(plain, before.bytes()),
            checksum(plain),
            before,
            Arrays.copyOfRange(plain, Math.max(0, plain.length - END), plain.length));
    content = made;
    return made;
  }

  static int checksum(byte[] plain) {
    CRC32 checksum = new CRC32();
    checksum.update(plain);
    return (int) checksum.getValue();
  }

  private byte[] inflated(Deflated deflated) {
    Inflater inflater = new Inflater(true);
    try {
      byte[] plain = new byte[plainLength];
      inflater.setInput(deflated.bytes());
      byte[] before = deflated.before().bytes();
      if (before.length > 0) {
        inflater.setDictionary(before);
      }
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

  private static byte[] compressed(byte[] plain, byte[] before) {
    Deflater deflater = new Deflater(LEVEL, true);
    try {
      if (before.length > 0) {
        deflater.setDictionary(before);
      }
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

  private static byte[] joined(byte[] some, byte[] others) {
    if (some.length == 0) {
      return others;
    }
    byte[] both = Arrays.copyOf(some, some.length + others.length);
    System.arraycopy(others, 0, both, some.length, others.length);
    return both;
  }
}
