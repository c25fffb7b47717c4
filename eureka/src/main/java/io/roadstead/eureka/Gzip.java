package io.roadstead.eureka;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.GZIPInputStream;

/** Bodies that come in gzip. */
final class Gzip {
  /** More than nearly all bodies have. */
  private static final int FIRST = 16 * 1024;

  private static final VarHandle LITTLE_ENDIAN =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private Gzip() {}

  /**
   * Inflates a request's body, at most to {@code limit} bytes: what is bigger is refused, and not
   * kept while that is found out.
   */
  static byte[] inflate(byte[] body, int limit) {
    try (InputStream in = stream(body)) {
      byte[] first = in.readNBytes(FIRST);
      if (first.length < FIRST) {
        return first;
      }
      if (toldLength(body) > limit) {
        throw tooLarge(limit);
      }
      byte[] passing = new byte[FIRST];
      int length = FIRST;
      for (int read = in.read(passing); read >= 0; read = in.read(passing)) {
        length += read;
        if (length > limit) {
          throw tooLarge(limit);
        }
      }
      try (InputStream again = stream(body)) {
        return again.readNBytes(length);
      }
    } catch (IOException e) {
      throw new BadRequest("the body is not gzip, as its Content-Encoding says");
    }
  }

  /** RFC 1952, 2.3.1: it ends with its length, modulo 2^32. Who lies is found out by reading. */
  private static long toldLength(byte[] body) {
    return Integer.toUnsignedLong((int) LITTLE_ENDIAN.get(body, body.length - Integer.BYTES));
  }

  private static InputStream stream(byte[] body) throws IOException {
    return new GZIPInputStream(new ByteArrayInputStream(body), 4096);
  }

  private static BadRequest tooLarge(int limit) {
    return new BadRequest("the body is larger than " + limit + " bytes once inflated");
  }
}
