package io.roadstead.rollout;

import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** Makes names that are not used twice, and credentials. Safe from any thread if its source is. */
final class Ids {
  // Without vowels, and without digits that look like letters: no words, no misreading.
  private static final String LETTERS = "bcdfghjkmnpqrstvwxz2456789";

  private final RandomGenerator random;

  /**
   * @param random cryptographically strong, outside tests
   */
  Ids(RandomGenerator random) {
    this.random = random;
  }

  String instance(String service, long release) {
    return service + "-" + release + "-" + letters(6);
  }

  String rollout() {
    return "r-" + letters(8);
  }

  /** 128 random bits. */
  String token() {
    byte[] bytes = new byte[16];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private String letters(int length) {
    StringBuilder text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return text.toString();
  }
}
