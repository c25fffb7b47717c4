package io.roadstead.eureka;

import io.roadstead.registry.Cursor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of a fetch: the registry at one version, made once for all who ask. Thread-safe; the
 * gzip form is made when the first asks for it.
 */
final class Body {
  private final Cursor version;
  private final byte[] plain;
  private volatile byte @Nullable [] gzip;

  Body(Cursor version, byte[] plain) {
    this.version = version;
    this.plain = plain;
  }

  Cursor version() {
    return version;
  }

  EurekaResponse response(boolean acceptsGzip) {
    return acceptsGzip ? EurekaResponse.gzippedJson(gzip()) : EurekaResponse.json(plain);
  }

  private byte[] gzip() {
    byte[] known = gzip;
    if (known == null) {
      synchronized (this) {
        known = gzip;
        if (known == null) {
          known = Gzip.deflate(plain);
          gzip = known;
        }
      }
    }
    return known;
  }

  /** The parts one after the other, with commas between them. */
  static byte[] join(String prefix, List<byte[]> parts, String suffix) {
    byte[] head = prefix.getBytes(StandardCharsets.UTF_8);
    byte[] tail = suffix.getBytes(StandardCharsets.UTF_8);
    int length = head.length + tail.length + Math.max(0, parts.size() - 1);
    for (byte[] part : parts) {
      length = Math.addExact(length, part.length);
    }
    byte[] joined = new byte[length];
    System.arraycopy(head, 0, joined, 0, head.length);
    int at = head.length;
    boolean first = true;
    for (byte[] part : parts) {
      if (!first) {
        joined[at++] = ',';
      }
      first = false;
      System.arraycopy(part, 0, joined, at, part.length);
      at += part.length;
    }
    System.arraycopy(tail, 0, joined, at, tail.length);
    return joined;
  }
}
