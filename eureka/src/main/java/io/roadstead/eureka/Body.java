package io.roadstead.eureka;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer, of segments that may be kept elsewhere. Plain and gzip are each put
 * together when the first asks for them. Thread-safe.
 */
final class Body {
  private static final byte[] GZIP_HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xFF};

  /** The last deflate block, empty, and eight bytes for the checksum and the length. */
  private static final int GZIP_TRAILER = 2 + 8;

  private final String contentType;
  private final List<Segment> segments;
  private byte @Nullable [] plain;
  private byte @Nullable [] gzip;

  private Body(String contentType, List<Segment> segments) {
    this.contentType = contentType;
    this.segments = segments;
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
      for (Segment segment : segments) {
        length = Math.addExact(length, segment.plainLength());
      }
      ByteBuffer joined = ByteBuffer.allocate(length);
      segments.forEach(segment -> joined.put(segment.plain()));
      known = joined.array();
      plain = known;
    }
    return known;
  }

  /** One gzip member (RFC 1952) of the segments' own deflate blocks. */
  private synchronized byte[] gzip() {
    byte[] known = gzip;
    if (known == null) {
      int length = GZIP_HEADER.length + GZIP_TRAILER;
      int plainLength = 0;
      int checksum = 0;
      List<Segment.Deflated> pieces = new ArrayList<>(segments.size());
      for (Segment segment : segments) {
        Segment.Deflated piece = segment.deflated();
        pieces.add(piece);
        length = Math.addExact(length, piece.bytes().length);
        plainLength += segment.plainLength();
        checksum = Checksums.joined(checksum, piece.checksum(), segment.plainLength());
      }
      ByteBuffer joined = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
      joined.put(GZIP_HEADER);
      pieces.forEach(piece -> joined.put(piece.bytes()));
      joined.put((byte) 3).put((byte) 0).putInt(checksum).putInt(plainLength);
      known = joined.array();
      gzip = known;
    }
    return known;
  }

  /** Collects a body from text and from segments that are kept elsewhere. */
  static final class Builder {
    private final List<Segment> segments = new ArrayList<>();
    private final StringBuilder pending = new StringBuilder();

    Builder add(String text) {
      pending.append(text);
      return this;
    }

    Builder add(Segment segment) {
      flush();
      segments.add(segment);
      return this;
    }

    private void flush() {
      if (!pending.isEmpty()) {
        segments.add(new Segment(pending.toString().getBytes(StandardCharsets.UTF_8)));
        pending.setLength(0);
      }
    }

    Body build(Form form) {
      flush();
      return new Body(form.contentType(), List.copyOf(segments));
    }
  }
}
