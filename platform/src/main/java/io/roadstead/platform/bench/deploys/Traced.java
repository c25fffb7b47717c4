package io.roadstead.platform.bench.deploys;

import io.roadstead.platform.load.OpenLoopLoad.Ask;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Requests that are the same but for their trace, each of which has one of its own: by it a failed
 * one is found in the gateway's log, which has the Referer. Immutable.
 */
final class Traced {
  private static final HexFormat HEX = HexFormat.of();
  private static final String NOTHING = "0".repeat(32);

  private final byte[] request;
  private final int at;
  private final int kind;
  private final String expected;

  /**
   * @param request with {@link #header} of no trace in it
   * @param kind tells the traces of one kind from those of another, 1 to 255
   * @param expected the answer's body
   */
  Traced(byte[] request, int kind, String expected) {
    this.request = request;
    this.at = new String(request, StandardCharsets.ISO_8859_1).indexOf(NOTHING);
    this.kind = kind;
    this.expected = expected;
  }

  /** The header line of a request without a trace yet. */
  static String header() {
    return header(NOTHING);
  }

  static String header(String trace) {
    return "Referer: " + trace + "\r\n";
  }

  /** The trace of the n-th request of a kind, from 0. */
  static String trace(int kind, long n) {
    return HEX.toHexDigits((byte) kind) + "0".repeat(14) + HEX.toHexDigits(n + 1);
  }

  Ask ask(long n) {
    byte[] bytes = request.clone();
    byte[] trace = trace(kind, n).getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(trace, 0, bytes, at, trace.length);
    return new Ask(bytes, expected::equals);
  }
}
