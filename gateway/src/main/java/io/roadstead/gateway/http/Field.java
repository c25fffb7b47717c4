package io.roadstead.gateway.http;

/** The header fields that the gateway knows, as small numbers. */
public final class Field {
  public static final int OTHER = 0;
  public static final int HOST = 1;
  public static final int CONTENT_LENGTH = 2;
  public static final int TRANSFER_ENCODING = 3;
  public static final int CONNECTION = 4;
  public static final int EXPECT = 5;
  public static final int CONTENT_TYPE = 6;
  public static final int KEEP_ALIVE = 7;

  /** Concerns one connection only: what Connection names, and all that starts with Proxy. */
  public static final int HOP = 8;

  /** Says who sent or forwarded the request: Forwarded and X-Forwarded-*; written afresh. */
  public static final int FORWARDED = 9;

  /** The name holds an underscore: some servers take it for a hyphen, so it is dropped. */
  public static final int UNDERSCORE = 10;

  public static final int DATE = 11;
  public static final int UPGRADE = 12;
  public static final int TE = 13;
  public static final int TRAILER = 14;

  /** W3C Trace Context: which trace the request is in. */
  public static final int TRACEPARENT = 15;

  /** W3C Trace Context: what tracing systems add to that. */
  public static final int TRACESTATE = 16;

  /** X-Roadstead-Load: what an instance tells its gateways of itself. */
  public static final int LOAD = 17;

  private Field() {}

  static int of(byte[] b, int offset, int length) {
    switch (b[offset] | 0x20) {
      case 'h' -> {
        if (Ascii.is(b, offset, length, "host")) {
          return HOST;
        }
      }
      case 'c' -> {
        if (length == 14 && Ascii.is(b, offset, length, "content-length")) {
          return CONTENT_LENGTH;
        }
        if (length == 10 && Ascii.is(b, offset, length, "connection")) {
          return CONNECTION;
        }
        if (length == 12 && Ascii.is(b, offset, length, "content-type")) {
          return CONTENT_TYPE;
        }
      }
      case 't' -> {
        if (length == 17 && Ascii.is(b, offset, length, "transfer-encoding")) {
          return TRANSFER_ENCODING;
        }
        if (Ascii.is(b, offset, length, "te")) {
          return TE;
        }
        if (Ascii.is(b, offset, length, "trailer")) {
          return TRAILER;
        }
        if (length == 11 && Ascii.is(b, offset, length, "traceparent")) {
          return TRACEPARENT;
        }
        if (length == 10 && Ascii.is(b, offset, length, "tracestate")) {
          return TRACESTATE;
        }
      }
      case 'e' -> {
        if (Ascii.is(b, offset, length, "expect")) {
          return EXPECT;
        }
      }
      case 'd' -> {
        if (Ascii.is(b, offset, length, "date")) {
          return DATE;
        }
      }
      case 'k' -> {
        if (Ascii.is(b, offset, length, "keep-alive")) {
          return KEEP_ALIVE;
        }
      }
      case 'u' -> {
        if (Ascii.is(b, offset, length, "upgrade")) {
          return UPGRADE;
        }
      }
      case 'p' -> {
        if (length >= 5
            && Ascii.is(b, offset, 5, "proxy")
            && (length == 5 || b[offset + 5] == '-')) {
          return HOP;
        }
      }
      case 'f' -> {
        if (Ascii.is(b, offset, length, "forwarded")) {
          return FORWARDED;
        }
      }
      case 'x' -> {
        if (length > 12 && Ascii.is(b, offset, 12, "x-forwarded-")) {
          return FORWARDED;
        }
        if (length == 16 && Ascii.is(b, offset, length, "x-roadstead-load")) {
          return LOAD;
        }
      }
      default -> {}
    }
    for (int i = offset; i < offset + length; i++) {
      if (b[i] == '_') {
        return UNDERSCORE;
      }
    }
    return OTHER;
  }
}
