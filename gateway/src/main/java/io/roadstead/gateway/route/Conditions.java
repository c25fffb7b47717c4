package io.roadstead.gateway.route;

import io.roadstead.gateway.http.Ascii;
import io.roadstead.gateway.http.Field;
import io.roadstead.gateway.http.Head;
import io.roadstead.registry.RouteMatch;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a route asks for beside host and path, compared with the bytes of the head as they came.
 * Makes no objects. Immutable.
 */
final class Conditions {
  private static final byte[] GET = Ascii.bytes("GET");
  private static final byte[] COOKIE = Ascii.bytes("cookie");

  private static final class Pair {
    final byte[] name;

    /** Null where any will do. */
    final byte @Nullable [] value;

    Pair(byte[] name, byte @Nullable [] value) {
      this.name = name;
      this.value = value;
    }

    static Pair[] of(Map<String, String> conditions) {
      return conditions.entrySet().stream()
          .map(
              each ->
                  new Pair(
                      Ascii.bytes(each.getKey()),
                      each.getValue().equals(RouteMatch.ANY) ? null : Ascii.bytes(each.getValue())))
          .toArray(Pair[]::new);
    }
  }

  private final byte[][] methods;
  private final Pair[] headers;
  private final Pair[] query;
  private final Pair[] cookies;

  Conditions(RouteMatch match) {
    this.methods = match.methods().stream().map(Ascii::bytes).toArray(byte[][]::new);
    this.headers = Pair.of(match.headers());
    this.query = Pair.of(match.query());
    this.cookies = Pair.of(match.cookies());
  }

  boolean hold(Head request) {
    if (methods.length > 0 && !method(request)) {
      return false;
    }
    for (Pair asked : headers) {
      if (!header(request, asked)) {
        return false;
      }
    }
    for (Pair asked : query) {
      if (!parameter(request, asked)) {
        return false;
      }
    }
    for (Pair asked : cookies) {
      if (!cookie(request, asked)) {
        return false;
      }
    }
    return true;
  }

  private boolean method(Head request) {
    for (byte[] method : methods) {
      if (equal(method, request.bytes(), request.methodStart(), request.methodEnd())
          || (Arrays.equals(method, GET) && request.methodIs("HEAD"))) {
        return true;
      }
    }
    return false;
  }

  private static boolean header(Head request, Pair asked) {
    for (int i = 0; i < request.headers(); i++) {
      if (named(request, i, asked.name)) {
        int from = valueFrom(request, i);
        byte[] value = asked.value;
        if (value == null || equal(value, request.bytes(), from, valueTo(request, i, from))) {
          return true;
        }
      }
    }
    return false;
  }

  /** What concerns one connection only is not forwarded, so no route depends on it. */
  private static boolean named(Head request, int header, byte[] name) {
    int length = request.nameLength(header);
    if (length != name.length || request.field(header) == Field.HOP) {
      return false;
    }
    byte[] bytes = request.bytes();
    int start = request.nameStart(header);
    for (int i = 0; i < length; i++) {
      if (Ascii.lower(bytes[start + i]) != name[i]) {
        return false;
      }
    }
    return true;
  }

  private static int valueFrom(Head request, int header) {
    int from = request.valueStart(header);
    int to = from + request.valueLength(header);
    while (from < to && blank(request.bytes()[from])) {
      from++;
    }
    return from;
  }

  private static int valueTo(Head request, int header, int from) {
    int to = request.valueStart(header) + request.valueLength(header);
    while (to > from && blank(request.bytes()[to - 1])) {
      to--;
    }
    return to;
  }

  private static boolean blank(byte b) {
    return b == ' ' || b == '\t';
  }

  private static boolean parameter(Head request, Pair asked) {
    byte[] bytes = request.bytes();
    int to = request.targetEnd();
    int at = request.pathEnd() + 1;
    while (at <= to) {
      int end = next(bytes, at, to, '&');
      int equals = next(bytes, at, end, '=');
      byte[] value = asked.value;
      if (at < end
          && decodesTo(asked.name, bytes, at, equals)
          && (value == null || decodesTo(value, bytes, Math.min(equals + 1, end), end))) {
        return true;
      }
      at = end + 1;
    }
    return false;
  }

  /** Whether the range is the text in the form of a query: {@code %xx}, and '+' for a space. */
  private static boolean decodesTo(byte[] text, byte[] bytes, int from, int to) {
    int length = 0;
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      if (b == '+') {
        b = ' ';
      } else if (b == '%' && i + 2 < to) {
        int high = Ascii.hex(bytes[i + 1]);
        int low = Ascii.hex(bytes[i + 2]);
        if (high >= 0 && low >= 0) {
          b = (byte) (high << 4 | low);
          i += 2;
        }
      }
      if (length == text.length || text[length++] != b) {
        return false;
      }
    }
    return length == text.length;
  }

  private static boolean cookie(Head request, Pair asked) {
    byte[] bytes = request.bytes();
    for (int i = 0; i < request.headers(); i++) {
      if (!named(request, i, COOKIE)) {
        continue;
      }
      int to = request.valueStart(i) + request.valueLength(i);
      int at = request.valueStart(i);
      while (at < to) {
        while (at < to && blank(bytes[at])) {
          at++;
        }
        int end = next(bytes, at, to, ';');
        int equals = next(bytes, at, end, '=');
        int last = end;
        while (last > equals + 1 && blank(bytes[last - 1])) {
          last--;
        }
        byte[] value = asked.value;
        if (equals < end
            && equal(asked.name, bytes, at, equals)
            && (value == null || equal(value, bytes, equals + 1, last))) {
          return true;
        }
        at = end + 1;
      }
    }
    return false;
  }

  private static int next(byte[] bytes, int from, int to, char wanted) {
    int at = from;
    while (at < to && bytes[at] != wanted) {
      at++;
    }
    return at;
  }

  private static boolean equal(byte[] text, byte[] bytes, int from, int to) {
    return Arrays.equals(text, 0, text.length, bytes, from, to);
  }
}
