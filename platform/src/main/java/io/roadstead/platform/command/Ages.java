package io.roadstead.platform.command;

/** Lengths of time as a person reads them: {@code 850ms}, {@code 4.2s}, {@code 3m12s}. */
final class Ages {
  private Ages() {}

  static String of(long millis) {
    long seconds = millis / 1000;
    if (seconds < 60) {
      return seconds + "s";
    }
    if (seconds < 3600) {
      return seconds / 60 + "m" + seconds % 60 + "s";
    }
    if (seconds < 86_400) {
      return seconds / 3600 + "h" + seconds % 3600 / 60 + "m";
    }
    return seconds / 86_400 + "d" + seconds % 86_400 / 3600 + "h";
  }

  /** For something that took a while: with tenths below ten seconds. */
  static String took(long millis) {
    if (millis < 1000) {
      return millis + "ms";
    }
    if (millis < 10_000) {
      return millis / 1000 + "." + millis % 1000 / 100 + "s";
    }
    return of(millis);
  }
}
