package io.roadstead.registry;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How gateways choose among the instances of a service.
 *
 * @param affinity which requests belong together
 */
public record Balancing(Strategy strategy, Affinity affinity) {
  public static final Balancing DEFAULT = new Balancing(Strategy.PEAK_EWMA, Affinity.NONE);

  /** Named by {@link #word} wherever people and machines write it. */
  public enum Strategy {
    /** Power of two choices over peak EWMA. */
    PEAK_EWMA,
    LEAST_REQUEST,
    ROUND_ROBIN,
    SMOOTH_WEIGHTED,
    RANDOM,
    /** The hot–cold rule on what instances report of themselves. */
    PREQUAL,
    /** One instance for all requests of one key, with a bounded load. */
    MAGLEV,
    /** Power of two choices, in the gateway's zone as far as that can carry it. */
    ZONE_FIRST;

    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Optional<Strategy> of(String word) {
      return Arrays.stream(values()).filter(each -> each.word().equals(word)).findFirst();
    }

    /** All words, for messages. */
    public static String words() {
      return Arrays.stream(values()).map(Strategy::word).collect(Collectors.joining(", "));
    }
  }

  /**
   * Which requests go to one instance as long as it is well.
   *
   * @param by what tells that requests belong together
   * @param name of the header, in lower case, or of the cookie
   * @param path which requests a browser sends the cookie with
   * @param maxAge how long a browser keeps the cookie; zero: until it ends
   * @param secure whether a browser sends the cookie over TLS only
   */
  public record Affinity(By by, String name, String path, Duration maxAge, boolean secure) {
    public static final Affinity NONE = new Affinity(By.NOTHING, "", "", Duration.ZERO, false);

    public enum By {
      NOTHING,
      HEADER,
      COOKIE
    }

    public static Affinity header(String name) {
      return new Affinity(By.HEADER, name.toLowerCase(Locale.ROOT), "", Duration.ZERO, false);
    }

    public static Affinity cookie(String name, String path, Duration maxAge, boolean secure) {
      return new Affinity(By.COOKIE, name, path, maxAge, secure);
    }
  }

  /** One with this strategy, and nothing else. */
  public static Balancing of(Strategy strategy) {
    return new Balancing(strategy, Affinity.NONE);
  }
}
