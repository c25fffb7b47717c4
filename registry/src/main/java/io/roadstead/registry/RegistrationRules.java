package io.roadstead.registry;

import java.time.Duration;
import java.util.Map;

/** The bounds of a registration, each refused with what, which, limit against actual. */
final class RegistrationRules {
  private static final int MAX_WEIGHT = 1000;
  private static final int MAX_ENTRIES = 64;
  private static final int MAX_KEY = 255;
  private static final int MAX_VALUE = 4096;
  private static final Duration MAX_LEASE = Duration.ofHours(1);

  private RegistrationRules() {}

  static void check(
      String host,
      int port,
      Status status,
      int weight,
      Map<String, String> metadata,
      Duration lease) {
    require(
        !host.isBlank() && host.length() <= 255 && host.chars().allMatch(c -> c > ' ' && c != '/'),
        "invalid-host",
        "host '"
            + Names.abbreviate(host)
            + "' is not a host name or address of 1 to 255 characters");
    require(port >= 1 && port <= 65_535, "invalid-port", "port " + port + " is outside 1–65535");
    require(
        status != Status.DRAINING && status != Status.SUSPECT,
        "invalid-status",
        "status "
            + status
            + " is given by the platform only: register UP, STARTING, STANDBY, OUT_OF_SERVICE,"
            + " DOWN");
    require(
        weight >= 0 && weight <= MAX_WEIGHT,
        "invalid-weight",
        "weight " + weight + " is outside 0–" + MAX_WEIGHT);
    require(
        metadata.size() <= MAX_ENTRIES,
        "too-much-metadata",
        "metadata has " + metadata.size() + " entries, at most " + MAX_ENTRIES + " are kept");
    metadata.forEach(
        (key, value) -> {
          require(
              !key.isEmpty() && key.length() <= MAX_KEY,
              "invalid-metadata",
              "metadata key '"
                  + Names.abbreviate(key)
                  + "' has "
                  + key.length()
                  + " characters, 1 to "
                  + MAX_KEY);
          require(
              value.length() <= MAX_VALUE,
              "invalid-metadata",
              "metadata '" + key + "' has " + value.length() + " characters, at most " + MAX_VALUE);
        });
    require(
        lease.compareTo(Duration.ofSeconds(1)) >= 0 && lease.compareTo(MAX_LEASE) <= 0,
        "invalid-lease",
        "lease of " + lease.toSeconds() + " s is outside 1–" + MAX_LEASE.toSeconds() + " s");
  }

  private static void require(boolean holds, String code, String message) {
    if (!holds) {
      throw new InvalidRegistration(code, message);
    }
  }
}
