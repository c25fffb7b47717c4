package io.roadstead.gateway.route;

import io.roadstead.gateway.http.Ascii;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a raw path before it is matched: refuses what a service may read otherwise than the
 * gateway does (encoded slashes, backslashes, dot segments, broken escapes), and decodes the rest
 * for matching. What is forwarded is always the raw form.
 *
 * <p>One per event loop; not thread-safe.
 */
public final class PathCheck {
  private final byte[] decoded;
  private byte[] bytes;
  private int from;
  private int to;
  private @Nullable String problem;

  public PathCheck(int maxBytes) {
    decoded = new byte[maxBytes];
    bytes = decoded;
  }

  /** Whether the path may be routed; then {@link #bytes}, {@link #from} and {@link #to} hold it. */
  public boolean accepts(byte[] raw, int start, int end) {
    problem = null;
    bytes = raw;
    from = start;
    to = end;
    boolean dots = false;
    for (int i = start; i < end; i++) {
      byte b = raw[i];
      if (b == '%') {
        return decode(raw, start, end) && segmentsAreClear();
      }
      if (b == '\\') {
        return refuse("a backslash in the path");
      }
      dots |= b == '.' && raw[i - 1] == '/';
    }
    return !dots || segmentsAreClear();
  }

  private boolean decode(byte[] raw, int start, int end) {
    int out = 0;
    for (int i = start; i < end; i++) {
      byte b = raw[i];
      if (b == '%') {
        int high = i + 2 < end ? Ascii.hex(raw[i + 1]) : -1;
        int low = i + 2 < end ? Ascii.hex(raw[i + 2]) : -1;
        if (high < 0 || low < 0) {
          return refuse("a '%' in the path that no two hexadecimal digits follow");
        }
        b = (byte) (high << 4 | low);
        if (b == '/' || b == '\\' || (b >= 0 && b < ' ') || b == 0x7f) {
          return refuse("an encoded slash, backslash or control byte in the path");
        }
        i += 2;
      } else if (b == '\\') {
        return refuse("a backslash in the path");
      }
      decoded[out++] = b;
    }
    bytes = decoded;
    from = 0;
    to = out;
    return true;
  }

  private boolean segmentsAreClear() {
    int start = from;
    while (start < to) {
      int end = ++start;
      // Some servers cut path parameters off (';…') before they resolve dots.
      while (end < to && bytes[end] != '/' && bytes[end] != ';') {
        end++;
      }
      int length = end - start;
      if (length >= 1 && length <= 2 && bytes[start] == '.' && bytes[end - 1] == '.') {
        return refuse("a dot segment in the path");
      }
      while (end < to && bytes[end] != '/') {
        end++;
      }
      start = end;
    }
    return true;
  }

  private boolean refuse(String why) {
    problem = why;
    return false;
  }

  public byte[] bytes() {
    return bytes;
  }

  public int from() {
    return from;
  }

  public int to() {
    return to;
  }

  /** Why the last path was refused. */
  public String problem() {
    return Objects.requireNonNull(problem, "no path was refused");
  }
}
