package io.roadstead.rollout;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How a new release takes the place of an old one. */
public enum Strategy {
  /** A few instances at a time, the new before the old. */
  ROLLING,
  /** All old instances end before the first new one starts: nobody sees two versions. */
  RECREATE,
  /** All new instances start without traffic; then it goes over to them at once. */
  BLUE_GREEN,
  /** The new version gets a growing share, and is judged at each step. */
  CANARY;

  /** As specifications write it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static Optional<Strategy> of(String word) {
    return Arrays.stream(values()).filter(strategy -> strategy.word().equals(word)).findFirst();
  }

  /** Whether the old version keeps its instances, and a split says who gets the requests. */
  public boolean staged() {
    return this == BLUE_GREEN || this == CANARY;
  }
}
