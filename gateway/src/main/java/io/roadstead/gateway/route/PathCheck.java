package io.roadstead.gateway.route;

import io.roadstead.gateway.http.Ascii;
import io.roadstead.registry.PathForm;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a raw path before it is matched: refuses what a service may read otherwise than the
 * gateway does, and decodes the rest for matching. Backslashes, dot segments, control bytes and
 * broken escapes are refused for good; the {@link #forms} that a route may take are told apart.
 * What is forwarded is always the raw form.
 *
 * <p>One per event loop; not thread-safe.
 */
public final class PathCheck {
  private static final int ENCODED_SLASH = PathForm.ENCODED_SLASH.bit();
  private static final int DOUBLE_SLASH = PathForm.DOUBLE_SLASH.bit();

  private final byte[] decoded;
  private byte[] bytes;
  private int from;
  private int to;
  private int forms;
  private @Nullable String problem;

  public PathCheck(int maxBytes) {
    decoded = new byte[maxBytes];
    bytes = decoded;
  }

  /** Whether the path may be routed; then {@link #bytes}, {@link #from} and {@link #to} hold it. */
  public boolean accepts(byte[] raw, int start, int end) {
    problem = null;
    forms = 0;
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
      if (i > start && raw[i - 1] == '/') {
        dots |= b == '.';
        if (b == '/') {
          forms |= DOUBLE_SLASH;
        }
      }
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
        if (b == '\\' || (b >= 0 && b < ' ') || b == 0x7f) {
          return refuse("an encoded backslash or control byte in the path");
        }
        i += 2;
        if (b == '/') {
          // Stays encoded: it separates nothing here, and a route's own path has no '%'.
          forms |= ENCODED_SLASH;
          decoded[out++] = '%';
          decoded[out++] = '2';
          b = 'F';
        }
      } else if (b == '\\') {
        return refuse("a backslash in the path");
      } else if (b == '/' && i > start && raw[i - 1] == '/') {
        forms |= DOUBLE_SLASH;
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
      int end = start += separator(start);
      // Some servers cut path parameters off (';…') before they resolve dots.
      while (end < to && separator(end) == 0 && bytes[end] != ';') {
        end++;
      }
      int length = end - start;
      if (length >= 1 && length <= 2 && bytes[start] == '.' && bytes[end - 1] == '.') {
        return refuse("a dot segment in the path");
      }
      while (end < to && separator(end) == 0) {
        end++;
      }
      start = end;
    }
    return true;
  }

  /** How long what may separate segments is there, for this server or the next; 0 for none. */
  private int separator(int at) {
    if (bytes[at] == '/') {
      return 1;
    }
    return bytes[at] == '%' && at + 2 < to && bytes[at + 1] == '2' && bytes[at + 2] == 'F' ? 3 : 0;
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

  /** The forms of the last path that not every route takes: bits of {@link PathForm#bit}. */
  public int forms() {
    return forms;
  }

  /** Why a route that does not take these forms refuses them. */
  public static String refusal(int forms) {
    return (forms & ENCODED_SLASH) != 0
        ? "an encoded slash in the path, which the route does not take: 'allow: [encoded-slash]'"
        : "two slashes in a row in the path, which the route does not take: 'allow:"
            + " [double-slash]'";
  }

  /** Why the last path was refused. */
  public String problem() {
    return Objects.requireNonNull(problem, "no path was refused");
  }
}
