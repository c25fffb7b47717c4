package io.roadstead.registry;

/**
 * The name of an instance: its service (canonical, lower case) and its id (case-sensitive). Either
 * outside its grammar ({@link Names}) is an {@link InvalidRegistration}.
 */
public record InstanceKey(String service, String id) {
  public InstanceKey {
    service = Names.service(service);
    id = Names.instanceId(id);
  }

  /** {@code service/id}, as acknowledgements and messages write it. */
  @Override
  public String toString() {
    return service + "/" + id;
  }
}
