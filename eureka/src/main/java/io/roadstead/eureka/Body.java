package io.roadstead.eureka;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer, of segments that may be kept elsewhere and the text around them. Plain and
 * gzip are each put together when the first asks for them. Thread-safe.
 */
final class Body {
  private static final byte[] GZIP_HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xFF};

  /** The last deflate block, empty, and eight bytes for the checksum and the length. */
  private static final int GZIP_TRAILER = 2 + 8;

  /** The head of a stored block (RFC 1951, 3.2.4). */
  private static final int STORED_HEAD = 5;

  /** Longer text is compressed too. What stands between segments is brackets and a name. */
  private static final int STORED_TO = 512;

  /** What a body is made of: text, written as it is, and segments. */
  private sealed interface Piece {
    int plainLength();

    byte[] plain();

    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Text(byte[] plain) implements Piece {
      @Override
      public int plainLength() {
        return plain.length;
      }
    }

    record Kept(Segment segment) implements Piece {
      @Override
      public int plainLength() {
        return segment.plainLength();
      }

      @Override
      public byte[] plain() {
        return segment.plain();
      }
    }
  }

  private final String contentType;
  private final List<Piece> pieces;
  private byte @Nullable [] plain;
  private byte @Nullable [] gzip;

  private Body(String contentType, List<Piece> pieces) {
    this.contentType = contentType;
    this.pieces = pieces;
  }

  EurekaResponse response(boolean acceptsGzip) {
    return acceptsGzip
        ? EurekaResponse.gzipped(contentType, gzip())
        : EurekaResponse.of(contentType, plain());
  }

  synchronized byte[] plain() {
    byte[] known = plain;
    if (known == null) {
      int length = 0;
      for (Piece piece : pieces) {
        length = Math.addExact(length, piece.plainLength());
      }
      ByteBuffer joined = ByteBuffer.allocate(length);
      pieces.forEach(piece -> joined.put(piece.plain()));
      known = joined.array();
      plain = known;
    }
    return known;
  }

  private synchronized byte[] gzip() {
    byte[] known = gzip;
    if (known == null) {
      known = joined();
      gzip = known;
    }
    return known;
  }

  /** One gzip member (RFC 1952) of the segments' own deflate blocks. */
  private byte[] joined() {
    int length = GZIP_HEADER.length + GZIP_TRAILER;
    int plainLength = 0;
    int checksum = 0;
    List<byte[]> blocks = new ArrayList<>(pieces.size());
    Segment.Before before = Segment.Before.NO_RUN;
    for (Piece piece : pieces) {
      int ownChecksum;
      switch (piece) {
        case Piece.Text(byte[] text) -> {
          blocks.add(stored(text));
          ownChecksum = Segment.checksum(text);
          before = before.and(text);
        }
        case Piece.Kept(Segment segment) -> {
          Segment.Deflated deflated = segment.deflated(before);
          blocks.add(deflated.bytes());
          ownChecksum = deflated.checksum();
          before = Segment.Before.after(deflated);
        }
      }
      length = Math.addExact(length, blocks.getLast().length);
      plainLength += piece.plainLength();
      checksum = Checksums.joined(checksum, ownChecksum, piece.plainLength());
    }
    ByteBuffer joined = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    joined.put(GZIP_HEADER);
    blocks.forEach(joined::put);
    joined.put((byte) 3).put((byte) 0).putInt(checksum).putInt(plainLength);
    return joined.array();
  }

  private static byte[] stored(byte[] text) {
    byte[] block = new byte[STORED_HEAD + text.length];
    block[1] = (byte) text.length;
    block[2] = (byte) (text.length >>> 8);
    block[3] = (byte) ~block[1];
    block[4] = (byte) ~block[2];
    System.arraycopy(text, 0, block, STORED_HEAD, text.length);
    return block;
  }

  /** Collects a body from text and from segments that are kept elsewhere. */
  static final class Builder {
    private final List<Piece> pieces = new ArrayList<>();
    private final StringBuilder pending = new StringBuilder();

    Builder add(String text) {
      pending.append(text);
      return this;
    }

    Builder add(Segment segment) {
      flush();
      pieces.add(new Piece.Kept(segment));
      return this;
    }

    private void flush() {
      if (!pending.isEmpty()) {
        byte[] text = pending.toString().getBytes(StandardCharsets.UTF_8);
        pieces.add(
            text.length <= STORED_TO ? new Piece.Text(text) : new Piece.Kept(new Segment(text)));
        pending.setLength(0);
      }
    }

    Body build(Form form) {
      flush();
      return new Body(form.contentType(), List.copyOf(pieces));
    }
  }
}
