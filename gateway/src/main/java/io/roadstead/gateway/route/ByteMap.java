package io.roadstead.gateway.route;

import io.roadstead.gateway.http.Ascii;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A map from names to values that is asked with a range of bytes, so that a look-up makes no
 * object. Built once, never changed.
 */
final class ByteMap<V> {
  private final boolean ignoreCase;
  private final byte[][] keys;
  private final List<@Nullable V> values;
  private final int mask;

  ByteMap(Map<String, V> entries, boolean ignoreCase) {
    this.ignoreCase = ignoreCase;
    int size = Integer.highestOneBit(Math.max(1, entries.size())) * 4;
    this.mask = size - 1;
    this.keys = new byte[size][];
    @Nullable Object[] slots = new @Nullable Object[size];
    entries.forEach(
        (name, value) -> {
          byte[] key = Ascii.bytes(name);
          int at = hash(key, 0, key.length) & mask;
          while (slots[at] != null) {
            at = at + 1 & mask;
          }
          keys[at] = key;
          slots[at] = value;
        });
    @SuppressWarnings("unchecked")
    List<@Nullable V> typed = (List<@Nullable V>) java.util.Arrays.asList(slots);
    this.values = typed;
  }

  @Nullable V get(byte[] bytes, int from, int to) {
    int at = hash(bytes, from, to) & mask;
    while (true) {
      byte[] key = keys[at];
      if (key == null) {
        return null;
      }
      if (matches(key, bytes, from, to)) {
        return values.get(at);
      }
      at = at + 1 & mask;
    }
  }

  private int hash(byte[] bytes, int from, int to) {
    int hash = 0;
    for (int i = from; i < to; i++) {
      hash = hash * 31 + (ignoreCase ? Ascii.lower(bytes[i]) : bytes[i]);
    }
    return hash ^ hash >>> 15;
  }

  private boolean matches(byte[] key, byte[] bytes, int from, int to) {
    if (key.length != to - from) {
      return false;
    }
    for (int i = 0; i < key.length; i++) {
      byte b = bytes[from + i];
      if (b != key[i] && !(ignoreCase && Ascii.lower(b) == Ascii.lower(key[i]))) {
        return false;
      }
    }
    return true;
  }
}
