package io.roadstead.registry;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/**
 * Which host names and addresses are this machine's: loopback and those of its interfaces. Asks no
 * name server. Not thread-safe.
 */
final class OwnAddresses {
  private static final long KEPT_NANOS = Duration.ofSeconds(10).toNanos();

  private final Ticker ticker;
  private Set<String> addresses = Set.of();
  private long readAt;

  OwnAddresses(Ticker ticker) {
    this.ticker = ticker;
  }

  boolean contains(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    return name.equals("localhost")
        || name.startsWith("127.")
        || name.equals("::1")
        || name.equals("0:0:0:0:0:0:0:1")
        || (numeric(name) && ofInterfaces().contains(name));
  }

  /** Whether it is written as an address rather than as a name. */
  static boolean numeric(String host) {
    return host.indexOf(':') >= 0
        || (!host.isEmpty() && host.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9')));
  }

  private Set<String> ofInterfaces() {
    long now = ticker.nanos();
    if (!addresses.isEmpty() && now - readAt < KEPT_NANOS) {
      return addresses;
    }
    Set<String> found = new HashSet<>();
    try {
      for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        for (InetAddress address : Collections.list(each.getInetAddresses())) {
          String text = address.getHostAddress();
          int scope = text.indexOf('%');
          found.add(scope < 0 ? text : text.substring(0, scope));
        }
      }
    } catch (SocketException e) {
      found.add("127.0.0.1"); // An interface that went while we looked: loopback is always there.
    }
    addresses = found;
    readAt = now;
    return found;
  }
}
