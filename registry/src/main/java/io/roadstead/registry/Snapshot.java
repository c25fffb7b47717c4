package io.roadstead.registry;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The whole registry at one version. Immutable, safe from any thread.
 *
 * @param services by canonical name; iteration order is by name
 */
public record Snapshot(Cursor version, Map<String, Service> services) {
  public @Nullable Service service(String canonicalName) {
    return services.get(canonicalName);
  }

  public Optional<Instance> instance(InstanceKey key) {
    Service service = services.get(key.service());
    return service == null
        ? Optional.empty()
        : service.instances().stream().filter(i -> i.id().equals(key.id())).findFirst();
  }
}
