package io.roadstead.eureka;

import io.roadstead.registry.Instance;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Service;
import io.roadstead.registry.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The smaller reads: one application, one instance, the instances behind an address. They are
 * written for each request, so the times of leases in them are live, and nothing is kept per name
 * that somebody asks for.
 */
final class Lookups {
  private final Registry registry;
  private final InstanceWriter writer;

  Lookups(Registry registry, InstanceWriter writer) {
    this.registry = registry;
    this.writer = writer;
  }

  Optional<byte[]> application(String app) {
    Snapshot snapshot = registry.snapshot();
    Service service = snapshot.service(app.toLowerCase(Locale.ROOT));
    return service == null || service.instances().isEmpty()
        ? Optional.empty()
        : Optional.of(
            Containers.application(snapshot.version(), service.name(), chunks(service.instances()))
                .plain());
  }

  Optional<byte[]> instance(String app, String id) {
    InstanceKey key = Registrations.keyOrNull(app, id);
    if (key == null) {
      return Optional.empty();
    }
    return registry.resolve(key).flatMap(registry.snapshot()::instance).map(this::wrapped);
  }

  /** The first of that id over all applications. */
  Optional<byte[]> instance(String id) {
    for (Service service : registry.snapshot().services().values()) {
      for (Instance instance : service.instances()) {
        if (instance.id().equals(id)) {
          return Optional.of(wrapped(instance));
        }
      }
    }
    return Optional.empty();
  }

  /** Everything behind a virtual address, of any status; an empty list rather than nothing. */
  Optional<byte[]> vip(String vip, boolean secure) {
    Snapshot snapshot = registry.snapshot();
    Containers.HashCode hash = new Containers.HashCode();
    Map<String, List<Instance>> byService = new TreeMap<>();
    for (Service service : snapshot.services().values()) {
      List<Instance> found = new ArrayList<>();
      for (Instance instance : service.instances()) {
        EurekaInfo info = InstanceWriter.infoOf(instance);
        String own = secure ? info.secureVipAddress() : info.vipAddress();
        if (InstanceWriter.listed(InstanceWriter.vip(instance, own), vip, false)) {
          found.add(instance);
          hash.add(instance);
        }
      }
      if (!found.isEmpty()) {
        byService.put(service.name(), found);
      }
    }
    Containers.Applications body = new Containers.Applications(snapshot.version(), hash.text());
    byService.forEach((service, found) -> body.add(service, chunks(found)));
    return Optional.of(body.build().plain());
  }

  private byte[] wrapped(Instance instance) {
    return Containers.instance(registry.snapshot().version(), json(instance)).plain();
  }

  private Chunks<Instance> chunks(List<Instance> instances) {
    return Chunks.of(instances, Instance::id, this::json, null);
  }

  private byte[] json(Instance instance) {
    return writer.write(instance, registry.lease(instance.key()).orElse(null), 0);
  }
}
