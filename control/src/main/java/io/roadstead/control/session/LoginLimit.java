package io.roadstead.control.session;

import io.roadstead.registry.Ticker;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Slows down who guesses: {@value #TRIES} wrong tries from one address, and no login from there is
 * looked at until a minute after the first of them. Of IPv6 the network counts, for a guesser has
 * all of its addresses. Confined to the control plane's event loop.
 */
public final class LoginLimit {
  static final int TRIES = 10;
  static final Duration WINDOW = Duration.ofMinutes(1);

  private static final int MOST_ADDRESSES = 10_000;
  private static final int NETWORK_WORDS = 4;

  private record Tries(long firstNanos, int wrong) {}

  private final Ticker ticker;
  private final Map<String, Tries> byAddress = new LinkedHashMap<>();

  public LoginLimit(Ticker ticker) {
    this.ticker = ticker;
  }

  /** How long this address has to wait; zero where it may try. */
  public Duration wait(String address) {
    Tries tries = byAddress.get(network(address));
    if (tries == null || tries.wrong() < TRIES) {
      return Duration.ZERO;
    }
    long left = WINDOW.toNanos() - (ticker.nanos() - tries.firstNanos());
    return left <= 0 ? Duration.ZERO : Duration.ofNanos(left);
  }

  public void wrong(String address) {
    long now = ticker.nanos();
    byAddress.values().removeIf(tries -> now - tries.firstNanos() >= WINDOW.toNanos());
    if (byAddress.size() >= MOST_ADDRESSES) {
      byAddress.remove(byAddress.keySet().iterator().next());
    }
    byAddress.merge(
        network(address),
        new Tries(now, 1),
        (before, _) -> new Tries(before.firstNanos(), before.wrong() + 1));
  }

  public void right(String address) {
    byAddress.remove(network(address));
  }

  private static String network(String address) {
    String[] words = address.split(":", -1);
    return words.length <= NETWORK_WORDS
        ? address
        : String.join(":", Arrays.copyOf(words, NETWORK_WORDS));
  }
}
