package io.roadstead.gateway;

import io.roadstead.balancer.Maglev;
import io.roadstead.gateway.http.Ascii;
import io.roadstead.gateway.http.Field;
import io.roadstead.gateway.http.Head;
import io.roadstead.registry.Balancing;
import io.roadstead.registry.Balancing.Affinity.By;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which requests of a service belong together: those with one value of a header, or those whose
 * cookie means one instance.
 *
 * <p>Such a cookie is the first half of an HMAC-SHA-256 over the names of service, cookie and
 * instance. It is made here once for each instance, and looked up: so a request costs no
 * cryptography, the value tells nothing of the instance, and one that somebody made up, changed or
 * took from another service is nobody's. Nothing is remembered of a client.
 *
 * <p>Reading makes no objects. Immutable: made off the loops and shared by them.
 */
final class Affinity {
  /** The cookie of an instance. */
  static final class Pin {
    private final String instance;
    private final long high;
    private final long low;
    private final byte[] line;

    private Pin(String instance, long high, long low, byte[] line) {
      this.instance = instance;
      this.high = high;
      this.low = low;
      this.line = line;
    }

    String instance() {
      return instance;
    }
  }

  private static final byte[] COOKIE = Ascii.bytes("cookie");
  private static final int VALUE_BYTES = 16;
  private static final int DIGITS_OF_HALF = 16;

  private final Balancing.Affinity policy;
  private final byte[] name;
  private final Map<String, Pin> pins = new HashMap<>();

  /** By the first half of their value; a free place follows each run. */
  private final @Nullable Pin[] places;

  private Affinity(
      Balancing.Affinity policy, String service, Set<String> instances, CookieKey key) {
    this.policy = policy;
    this.name = Ascii.bytes(policy.name());
    this.places = new @Nullable Pin[Integer.highestOneBit(instances.size() + 1) * 4];
    if (policy.by() == By.COOKIE) {
      instances.forEach(each -> add(pin(service, each, key)));
    }
  }

  /** For a service and its instances, the one before where that is the same; null for none. */
  static @Nullable Affinity of(
      Balancing.Affinity policy,
      String service,
      Set<String> instances,
      CookieKey key,
      @Nullable Affinity before) {
    if (policy.by() == By.NOTHING) {
      return null;
    }
    boolean same =
        before != null
            && before.policy.equals(policy)
            && (policy.by() == By.HEADER || before.pins.keySet().equals(instances));
    return same ? before : new Affinity(policy, service, instances, key);
  }

  private Pin pin(String service, String instance, CookieKey key) {
    byte[] signed = key.sign(service + '\n' + policy.name() + '\n' + instance);
    ByteBuffer value = ByteBuffer.wrap(signed);
    String line =
        "Set-Cookie: "
            + policy.name()
            + '='
            + HexFormat.of().formatHex(signed, 0, VALUE_BYTES)
            + "; Path="
            + policy.path()
            + (policy.maxAge().isZero() ? "" : "; Max-Age=" + policy.maxAge().toSeconds())
            + (policy.secure() ? "; Secure" : "")
            + "; HttpOnly; SameSite=Lax\r\n";
    return new Pin(instance, value.getLong(), value.getLong(), Ascii.bytes(line));
  }

  private void add(Pin pin) {
    pins.put(pin.instance, pin);
    int at = place(pin.high);
    while (places[at] != null) {
      at = next(at);
    }
    places[at] = pin;
  }

  private int place(long high) {
    return (int) high & (places.length - 1);
  }

  private int next(int place) {
    return (place + 1) & (places.length - 1);
  }

  /** Reads what the request belongs with. */
  void read(Head request, Asked into) {
    into.affinity = this;
    boolean cookie = policy.by() == By.COOKIE;
    byte[] wanted = cookie ? COOKIE : name;
    for (int i = 0; i < request.headers(); i++) {
      if (!named(request, i, wanted)) {
        continue;
      }
      int from = request.valueStart(i);
      int to = from + request.valueLength(i);
      if (!cookie) {
        into.keyed = true;
        into.key = Maglev.hash(request.bytes(), from, to);
        return;
      }
      into.pin = cookies(request.bytes(), from, to);
      if (into.pin != null) {
        return;
      }
    }
  }

  /** What concerns one connection only is not forwarded, so nothing depends on it. */
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

  /** The first of the cookies that is one of these. */
  private @Nullable Pin cookies(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      while (at < to && (bytes[at] == ' ' || bytes[at] == '\t')) {
        at++;
      }
      int end = at;
      while (end < to && bytes[end] != ';') {
        end++;
      }
      int value = at + name.length + 1;
      if (end - value == 2 * DIGITS_OF_HALF
          && bytes[value - 1] == '='
          && Arrays.equals(name, 0, name.length, bytes, at, value - 1)) {
        Pin found = find(bytes, value);
        if (found != null) {
          return found;
        }
      }
      at = end + 1;
    }
    return null;
  }

  private @Nullable Pin find(byte[] bytes, int at) {
    long high = 0;
    long low = 0;
    for (int i = 0; i < DIGITS_OF_HALF; i++) {
      int first = Ascii.hex(bytes[at + i]);
      int second = Ascii.hex(bytes[at + DIGITS_OF_HALF + i]);
      if ((first | second) < 0) {
        return null;
      }
      high = high << 4 | first;
      low = low << 4 | second;
    }
    for (int place = place(high); ; place = next(place)) {
      Pin pin = places[place];
      if (pin == null || (pin.high == high && pin.low == low)) {
        return pin;
      }
    }
  }

  /** The header that tells the client who has answered, where it is to remember that. */
  byte @Nullable [] line(Asked asked, String instance) {
    Pin known = asked.pin;
    if (known != null && (asked.pinnedIsFull || known.instance.equals(instance))) {
      return null;
    }
    Pin pin = pins.get(instance);
    return pin == null ? null : pin.line;
  }
}
