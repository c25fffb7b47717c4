package io.roadstead.gateway.http;

/** How large a head may be: bytes of the request line, bytes of the whole head, header lines. */
public record HeadLimits(int requestLineBytes, int headBytes, int headers) {
  public static final HeadLimits DEFAULT = new HeadLimits(8 * 1024, 32 * 1024, 100);

  public HeadLimits {
    if (requestLineBytes < 64 || headBytes < requestLineBytes || headers < 1) {
      throw new IllegalArgumentException(
          "head limits must be at least 64 bytes a line, a head no smaller than a line and one"
              + " header, not "
              + requestLineBytes
              + ", "
              + headBytes
              + " and "
              + headers);
    }
  }
}
