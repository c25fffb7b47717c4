package io.roadstead.registry;

import java.util.Optional;

/**
 * A version of the registry: opaque text to clients, {@code <epoch>.<n>} today. n grows within one
 * life of a registry process; the epoch differs in the next, so cursors of different epochs cannot
 * be compared.
 */
public record Cursor(String epoch, long n) {
  /** The cursor in {@code text}, or nothing where it is not one. */
  public static Optional<Cursor> parse(String text) {
    int dot = text.lastIndexOf('.');
    if (dot <= 0 || text.length() > 64) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Cursor(text.substring(0, dot), Long.parseLong(text.substring(dot + 1))));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Whether a reader at this cursor has seen {@code other}, a cursor of the same epoch. */
  public boolean covers(Cursor other) {
    return epoch.equals(other.epoch) && n >= other.n;
  }

  @Override
  public String toString() {
    return epoch + "." + n;
  }
}
