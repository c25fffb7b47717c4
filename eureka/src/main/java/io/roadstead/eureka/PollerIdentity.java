package io.roadstead.eureka;

import java.util.Optional;

/**
 * Knows the services that the platform has started and whose fetches prove what they have applied.
 * Called on event loops: must not block.
 */
@FunctionalInterface
public interface PollerIdentity {
  /** Nobody is known: every poller is anonymous. */
  PollerIdentity NONE = (user, password) -> Optional.empty();

  /**
   * The subscriber's name for the credential in a poller's service URL, or nothing where it is
   * wrong, or where the service's own settings change the fetch or cache times so that a next fetch
   * proves nothing.
   */
  Optional<String> name(String user, String password);
}
