package io.roadstead.rollout;

import java.time.Duration;

/** Says figures as people do. */
final class Words {
  private Words() {}

  /** {@code 500 ms}, {@code 1.5 s}, {@code 42 s}. */
  static String of(Duration duration) {
    long millis = duration.toMillis();
    if (millis < 1000) {
      return millis + " ms";
    }
    return millis % 1000 == 0 || millis >= 10_000
        ? (millis + 500) / 1000 + " s"
        : millis / 1000 + "." + millis % 1000 / 100 + " s";
  }

  /**
   * What to do about an exit with which a shell says that it could not run a program, or about one
   * without an error before the instance was available ({@code young}); or "". The shell becomes
   * the first program of a line, so what comes after that one is never run.
   */
  static String fix(Exit exit, boolean young) {
    return switch (exit.code().orElse(-1)) {
      case 0 ->
          young
              ? " (a service has to go on running; several commands are written as sh -c '…')"
              : "";
      case 126 -> " (the shell may not execute the program: chmod +x it)";
      case 127 ->
          " (the shell has not found the program: install it, or give its path; several commands"
              + " are written as sh -c '…')";
      default -> "";
    };
  }

  /** {@code 1 replica}, {@code 2 replicas}. */
  static String count(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }
}
