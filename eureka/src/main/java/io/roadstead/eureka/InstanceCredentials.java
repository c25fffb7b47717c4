package io.roadstead.eureka;

import io.roadstead.registry.InstanceKey;
import java.util.Optional;

/**
 * Knows the credentials that the platform has given to the instances it started. Called on event
 * loops: must not block.
 */
@FunctionalInterface
public interface InstanceCredentials {
  /** No instance has a credential. */
  InstanceCredentials NONE = (user, password) -> Optional.empty();

  /** The started instance that holds this credential, or nothing where it is nobody's. */
  Optional<InstanceKey> instance(String user, String password);
}
