package io.roadstead.eureka;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

/** Bodies that come in gzip. */
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
}
