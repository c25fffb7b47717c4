package io.roadstead.registry;

import java.time.Duration;
import java.util.Map;

/**
 * The bounds of a registration, each refused with what, which, limit against actual. Runs with each
 * registration, so words are put together only for a refusal.
 */
final class RegistrationRules {
  private static final int MAX_HOST = 255;
  private static final int MAX_WEIGHT = 1000;
  private static final int MAX_ENTRIES = 64;
  private static final int MAX_KEY = 255;
  private static final int MAX_VALUE = 4096;
  private static final Duration MIN_LEASE = Duration.ofSeconds(1);
  private static final Duration MAX_LEASE = Duration.ofHours(1);

  private RegistrationRules() {}

  static void check(
      String host,
      int port,
      Status status,
      int weight,
      Map<String, String> metadata,
      Duration lease) {
    if (!isHost(host)) {
      throw new InvalidRegistration(
          "invalid-host",
          "host '"
              + Names.abbreviate(host)
              + "' is not a host name or address of 1 to "
              + MAX_HOST
              + " characters");
    }
    if (port < 1 || port > 65_535) {
      throw new InvalidRegistration("invalid-port", "port " + port + " is outside 1–65535");
    }
    if (status == Status.DRAINING || status == Status.SUSPECT) {
      throw new InvalidRegistration(
          "invalid-status",
          "status "
              + status
              + " is given by the platform only: register UP, STARTING, STANDBY, OUT_OF_SERVICE,"
              + " DOWN");
    }
    if (weight < 0 || weight > MAX_WEIGHT) {
      throw new InvalidRegistration(
          "invalid-weight", "weight " + weight + " is outside 0–" + MAX_WEIGHT);
    }
    checkMetadata(metadata);
    if (lease.compareTo(MIN_LEASE) < 0 || lease.compareTo(MAX_LEASE) > 0) {
      throw new InvalidRegistration(
          "invalid-lease",
          "lease of " + lease.toSeconds() + " s is outside 1–" + MAX_LEASE.toSeconds() + " s");
    }
  }

  private static boolean isHost(String host) {
    if (host.isEmpty() || host.length() > MAX_HOST) {
      return false;
    }
    for (int i = 0; i < host.length(); i++) {
      char c = host.charAt(i);
      if (c <= ' ' || c == '/') {
        return false;
      }
    }
    return !host.isBlank();
  }

  private static void checkMetadata(Map<String, String> metadata) {
    if (metadata.size() > MAX_ENTRIES) {
      throw new InvalidRegistration(
          "too-much-metadata",
          "metadata has " + metadata.size() + " entries, at most " + MAX_ENTRIES + " are kept");
    }
    metadata.forEach(
        (key, value) -> {
          if (key.isEmpty() || key.length() > MAX_KEY) {
            throw new InvalidRegistration(
                "invalid-metadata",
                "metadata key '"
                    + Names.abbreviate(key)
                    + "' has "
                    + key.length()
                    + " characters, 1 to "
                    + MAX_KEY);
          }
          if (value.length() > MAX_VALUE) {
            throw new InvalidRegistration(
                "invalid-metadata",
                "metadata '"
                    + key
                    + "' has "
                    + value.length()
                    + " characters, at most "
                    + MAX_VALUE);
          }
        });
  }
}
