package io.roadstead.registry;

import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What of one instance is to outlive the registry's process. Neither its lease (it gets another)
 * nor what is only true for a moment (suspect, held out).
 *
 * @param key the name that readers see it under
 * @param registration its own word; null where only the platform's is kept: of an instance that is
 *     gone and was draining, or of one that the platform started and that took its own word back
 * @param managed whether the platform started it: then it is listed again only when its process is
 *     found alive, with the marks that the deployer keeps
 * @param draining the platform's mark; always false where {@code managed}
 * @param upSinceMillis since when it has been up, in milliseconds since 1970; 0 where it is not
 */
public record Remembered(
    InstanceKey key,
    @Nullable Registration registration,
    boolean managed,
    boolean draining,
    Instant registeredAt,
    Instant changedAt,
    long upSinceMillis) {

  public Remembered {
    if (registration == null && !managed && !draining) {
      throw new IllegalArgumentException("nothing is to be remembered of " + key);
    }
    if (registration != null && !managed && !registration.key().equals(key)) {
      throw new IllegalArgumentException(
          registration.key() + " is not the registration of " + Objects.requireNonNull(key));
    }
  }

  static Remembered markOf(InstanceKey key) {
    return new Remembered(key, null, false, true, Instant.EPOCH, Instant.EPOCH, 0);
  }
}
