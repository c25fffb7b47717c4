package io.roadstead.rollout;

import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes names that are not used twice, and credentials. Safe from any thread if its source is. */
final class Ids {
  // Without vowels, and without digits that look like letters: no words, no misreading.
  private static final String LETTERS = "bcdfghjkmnpqrstvwxz2456789";

  private static final Pattern INSTANCE = Pattern.compile("(.+)-(\\d{1,18})-[^-]+");

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

  /** The number of the release that an instance of this name is of; 0 where it is no such name. */
  static long release(String service, String instance) {
    Matcher name = INSTANCE.matcher(instance);
    return name.matches() && name.group(1).equals(service) ? Long.parseLong(name.group(2)) : 0;
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
