package io.roadstead.platform.doctor;

import java.util.Locale;

/** Bytes in words. */
final class Sizes {
  private static final double GIB = 1 << 30;
  private static final double MIB = 1 << 20;

  private Sizes() {}

  static String of(long bytes) {
    return bytes >= GIB
        ? String.format(Locale.ROOT, "%.1f GiB", bytes / GIB)
        : String.format(Locale.ROOT, "%.0f MiB", bytes / MIB);
  }
}
