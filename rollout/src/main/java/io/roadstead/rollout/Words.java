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

  /** {@code 1 replica}, {@code 2 replicas}. */
  static String count(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }
}
