package io.roadstead.gateway.route;

import io.roadstead.gateway.http.Ascii;
import io.roadstead.registry.HeaderEdits;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Headers to leave out, and lines to add, as bytes. Immutable. */
public final class HeaderChange {
  private final ByteMap<Boolean> names;
  private final byte[] lines;

  private HeaderChange(HeaderEdits edits) {
    Map<String, Boolean> all = new HashMap<>();
    StringBuilder added = new StringBuilder();
    edits
        .set()
        .forEach(
            (name, value) -> {
              all.put(name, true);
              added.append(name).append(": ").append(value).append("\r\n");
            });
    edits.remove().forEach(name -> all.put(name, true));
    this.names = new ByteMap<>(all, true);
    this.lines = Ascii.bytes(added.toString());
  }

  static @Nullable HeaderChange of(HeaderEdits edits) {
    return edits.none() ? null : new HeaderChange(edits);
  }

  /** Whether the header of this name does not go on as it came. */
  public boolean drops(byte[] bytes, int offset, int length) {
    return names.get(bytes, offset, offset + length) != null;
  }

  /** The lines to add, each with its line break. */
  public byte[] lines() {
    return lines;
  }
}
