package io.roadstead.eureka;

import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Registration;
import io.roadstead.registry.Registry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The started instances that have registered, or renewed, with their own credential. What comes
 * without one for such an instance is somebody else's word. A started service that has no
 * credential, because it has service URLs of its own, is none of these, and is believed.
 * Thread-safe; not durable, for the next heartbeat says it again.
 */
final class Proven {
  private static final int LOOK_THROUGH = 1_000;

  private final Registry registry;
  private final Set<InstanceKey> instances = ConcurrentHashMap.newKeySet();

  Proven(Registry registry) {
    this.registry = registry;
  }

  /** An instance has spoken with its own credential. */
  void add(InstanceKey instance) {
    if (instances.add(instance) && instances.size() % LOOK_THROUGH == 0) {
      instances.removeIf(one -> registry.resolve(one).isEmpty()); // their processes have ended
    }
  }

  /** Whether one of them would be changed by this registration. */
  boolean spokeFor(Registration incoming) {
    return !instances.isEmpty()
        && registry.startedFor(incoming).filter(instances::contains).isPresent();
  }
}
