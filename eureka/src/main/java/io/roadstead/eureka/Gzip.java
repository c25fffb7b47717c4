package io.roadstead.eureka;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Bodies in and out of gzip. */
final class Gzip {
  private Gzip() {}

  /**
   * Inflates a request's body, at most to {@code limit} bytes: what is bigger is refused unread.
   */
  static byte[] inflate(byte[] body, int limit) {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
      byte[] plain = in.readNBytes(limit + 1);
      if (plain.length > limit) {
        throw new BadRequest("the body is larger than " + limit + " bytes once inflated");
      }
      return plain;
    } catch (IOException e) {
      throw new BadRequest("the body is not gzip, as its Content-Encoding says");
    }
  }

  static byte[] deflate(byte[] plain) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(plain.length / 8 + 64);
    try (GZIPOutputStream gzip = new GZIPOutputStream(out, 4096)) {
      gzip.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return out.toByteArray();
  }
}
