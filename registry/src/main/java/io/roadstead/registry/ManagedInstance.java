package io.roadstead.registry;

import java.util.Map;

/**
 * An instance that the platform itself has started: where it listens and which release it is. It
 * has no lease (the runtime knows whether it lives) and starts behind a closed gate, {@link
 * Status#STARTING}.
 */
public record ManagedInstance(
    String service,
    String id,
    String host,
    int port,
    String version,
    int weight,
    Map<String, String> metadata) {
  public ManagedInstance {
    service = Names.service(service);
    id = Names.instanceId(id);
    metadata = Map.copyOf(metadata);
    RegistrationRules.check(host, port, Status.UP, weight, metadata, Registration.DEFAULT_LEASE);
  }

  public InstanceKey key() {
    return new InstanceKey(service, id);
  }
}
