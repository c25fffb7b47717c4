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
    int at = service == null ? -1 : SortedServices.indexOf(service.instances(), key.id());
    return service == null || at < 0 ? Optional.empty() : Optional.of(service.instances().get(at));
  }
}
