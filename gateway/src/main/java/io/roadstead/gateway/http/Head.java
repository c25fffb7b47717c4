package io.roadstead.gateway.http;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One message head as it came: its bytes, and the offsets of its parts. There is one per event
 * loop, used again for every message, so nothing of it may be kept past the call that filled it.
 *
 * <p>Each header takes five numbers of the index: where its name starts, how long that is, where
 * its value starts, how long that is, and which {@link Field} it is.
 */
public final class Head {
  static final int NO_UPGRADE = -1;
  static final int MANY_UPGRADES = -2;
  static final int NO_LOAD = -1;
  static final int MANY_LOADS = -2;
  private static final int WIDTH = 5;
  private static final int MAX_UPGRADE = 64;

  final byte[] bytes;
  final int[] index;
  int count;
  int headEnd;
  int methodStart;
  int methodEnd;
  int targetStart;
  int targetEnd;
  int minorVersion;
  int status;
  int reasonStart;
  int reasonEnd;

  // What the rules found out.
  long contentLength;
  boolean chunked;
  boolean close;
  boolean keepAlive;
  boolean expectContinue;
  boolean eventStream;
  boolean dated;
  int keepAliveSeconds;

  /** The header that it is; below 0 where there is not just one. */
  int load;

  /** Whether Connection names the Upgrade, and which header that is; below 0 where not just one. */
  boolean upgradeNamed;

  int upgradeHeader;

  /** Whether Connection names TE, and TE the trailers. */
  boolean teNamed;

  boolean teTrailers;
  int hostStart;
  int hostEnd;
  int pathStart;
  int pathEnd;

  public Head(HeadLimits limits) {
    bytes = new byte[limits.headBytes() + 1];
    index = new int[limits.headers() * WIDTH];
  }

  void clear() {
    count = 0;
    headEnd = 0;
    status = 0;
    contentLength = -1;
    chunked = false;
    close = false;
    keepAlive = false;
    expectContinue = false;
    eventStream = false;
    dated = false;
    keepAliveSeconds = -1;
    load = NO_LOAD;
    upgradeNamed = false;
    upgradeHeader = NO_UPGRADE;
    teNamed = false;
    teTrailers = false;
    hostStart = 0;
    hostEnd = 0;
    pathStart = 0;
    pathEnd = 0;
  }

  void add(int nameStart, int nameLength, int valueStart, int valueLength) {
    int at = count++ * WIDTH;
    index[at] = nameStart;
    index[at + 1] = nameLength;
    index[at + 2] = valueStart;
    index[at + 3] = valueLength;
    index[at + 4] = Field.of(bytes, nameStart, nameLength);
  }

  void mark(int header, int field) {
    index[header * WIDTH + 4] = field;
  }

  public byte[] bytes() {
    return bytes;
  }

  /** How many bytes the head takes, its empty line included. */
  public int length() {
    return headEnd;
  }

  public int headers() {
    return count;
  }

  public int nameStart(int header) {
    return index[header * WIDTH];
  }

  public int nameLength(int header) {
    return index[header * WIDTH + 1];
  }

  public int valueStart(int header) {
    return index[header * WIDTH + 2];
  }

  public int valueLength(int header) {
    return index[header * WIDTH + 3];
  }

  /** Which {@link Field} the header is. */
  public int field(int header) {
    return index[header * WIDTH + 4];
  }

  /** Where the header's line ends, its line break included. */
  public int lineEnd(int header) {
    return header + 1 < count ? nameStart(header + 1) : headEnd - 2;
  }

  public boolean methodIs(String upperCase) {
    if (methodEnd - methodStart != upperCase.length()) {
      return false;
    }
    for (int i = 0; i < upperCase.length(); i++) {
      if (bytes[methodStart + i] != upperCase.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether repeating the request does no more than doing it once: RFC 9110 section 9.2.2. */
  public boolean idempotent() {
    return methodIs("GET")
        || methodIs("HEAD")
        || methodIs("PUT")
        || methodIs("DELETE")
        || methodIs("OPTIONS");
  }

  public int methodStart() {
    return methodStart;
  }

  public int methodEnd() {
    return methodEnd;
  }

  /** Where the path starts: the target without the authority that an absolute form has. */
  public int pathStart() {
    return pathStart;
  }

  /** Where the path ends and the query, or nothing, starts. */
  public int pathEnd() {
    return pathEnd;
  }

  public int targetEnd() {
    return targetEnd;
  }

  public boolean http10() {
    return minorVersion == 0;
  }

  public int status() {
    return status;
  }

  public int reasonStart() {
    return reasonStart;
  }

  public int reasonEnd() {
    return reasonEnd;
  }

  /** The declared length of the body, or -1. */
  public long contentLength() {
    return contentLength;
  }

  public boolean chunked() {
    return chunked;
  }

  /** Whether the connection may carry another message after this one. */
  public boolean persistent() {
    return !close && (minorVersion > 0 || keepAlive);
  }

  public boolean expectContinue() {
    return expectContinue;
  }

  /** Whether the client says that it reads trailers: RFC 9110 section 10.1.4. */
  public boolean takesTrailers() {
    return teNamed && teTrailers && minorVersion > 0;
  }

  /** Whether the request is for the server as a whole: RFC 9112 section 3.2.4. */
  public boolean serverWide() {
    return pathStart == pathEnd
        ? pathEnd == targetEnd && methodIs("OPTIONS")
        : bytes[pathStart] == '*';
  }

  public boolean eventStream() {
    return eventStream;
  }

  /** Whether there is a Date. */
  public boolean dated() {
    return dated;
  }

  /** The header with what the instance says of its load; below 0 where there is not just one. */
  public int load() {
    return load;
  }

  /** For how long the sender says that it keeps an idle connection, or -1. */
  public int keepAliveSeconds() {
    return keepAliveSeconds;
  }

  /**
   * Whether the message asks for, or grants, one other protocol on this connection: RFC 9110
   * section 7.8. Not for a list of them, and not with a body, whose end and the first byte of the
   * other protocol two readers could see in two places.
   */
  public boolean upgrades() {
    return upgradeNamed
        && upgradeHeader >= 0
        && minorVersion > 0
        && !chunked
        && contentLength <= 0
        && isToken(valueStart(upgradeHeader), valueLength(upgradeHeader));
  }

  /** The protocol to change to, in lower case. Only where the message {@link #upgrades}. */
  public String upgrade() {
    int start = valueStart(upgradeHeader);
    return text(start, start + valueLength(upgradeHeader)).toLowerCase(Locale.ROOT);
  }

  /** Copies the protocol to change to, as it came. */
  public void copyUpgrade(ByteBuf out) {
    int start = valueStart(upgradeHeader);
    copy(start, start + valueLength(upgradeHeader), out);
  }

  private boolean isToken(int from, int length) {
    for (int i = from; i < from + length; i++) {
      if (!Ascii.isToken(bytes[i]) && bytes[i] != '/') {
        return false;
      }
    }
    return length > 0 && length <= MAX_UPGRADE;
  }

  public boolean hasHost() {
    return hostEnd > hostStart;
  }

  public int hostStart() {
    return hostStart;
  }

  public int hostEnd() {
    return hostEnd;
  }

  /** Copies a range into a buffer. */
  public void copy(int from, int to, ByteBuf out) {
    out.writeBytes(bytes, from, to - from);
  }

  /** A range as text, for messages. */
  public String text(int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
  }
}
