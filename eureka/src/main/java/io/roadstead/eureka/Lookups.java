package io.roadstead.eureka;

import io.roadstead.registry.Instance;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Service;
import io.roadstead.registry.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

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

  Optional<Body> application(String app, Form form) {
    Service service = registry.snapshot().service(app.toLowerCase(Locale.ROOT));
    return service == null || service.instances().isEmpty()
        ? Optional.empty()
        : Optional.of(
            Containers.application(
                form,
                new Applications.Element(
                    service.name(), chunks(service.instances(), Containers.DEPTH_IN_APPLICATION))));
  }

  Optional<Body> instance(String app, String id, Form form) {
    InstanceKey key = Registrations.keyOrNull(app, id);
    if (key == null) {
      return Optional.empty();
    }
    return registry
        .resolve(key)
        .flatMap(registry.snapshot()::instance)
        .map(instance -> root(instance, form));
  }

  /** The first of that id over all applications. */
  Optional<Body> instance(String id, Form form) {
    for (Service service : registry.snapshot().services().values()) {
      for (Instance instance : service.instances()) {
        if (instance.id().equals(id)) {
          return Optional.of(root(instance, form));
        }
      }
    }
    return Optional.empty();
  }

  /** Everything behind a virtual address, of any status; an empty list rather than nothing. */
  Body vip(String vip, boolean secure, Form form) {
    Snapshot snapshot = registry.snapshot();
    Containers.HashCode hash = new Containers.HashCode();
    Applications.Builder found = new Applications.Builder();
    for (Service service : snapshot.services().values()) {
      List<Instance> behind = behind(vip, secure, service);
      if (!behind.isEmpty()) {
        behind.forEach(hash::add);
        found.add(service.name(), chunks(behind, Containers.DEPTH_IN_APPLICATIONS));
      }
    }
    return found.build(snapshot.version(), hash.text()).in(form);
  }

  private static List<Instance> behind(String vip, boolean secure, Service service) {
    List<Instance> behind = new ArrayList<>();
    for (Instance instance : service.instances()) {
      EurekaInfo info = InstanceWriter.infoOf(instance);
      String own = secure ? info.secureVipAddress() : info.vipAddress();
      if (InstanceWriter.listed(InstanceWriter.vip(instance, own), vip, false)) {
        behind.add(instance);
      }
    }
    return behind;
  }

  private Body root(Instance instance, Form form) {
    return Containers.instance(form.whole(), write(instance, form.whole(), 0));
  }

  private Chunks<Instance> chunks(List<Instance> instances, int depth) {
    return Chunks.of(
        instances, Instance::id, (instance, form) -> write(instance, form, depth), null);
  }

  private byte[] write(Instance instance, Form form, int depth) {
    return writer.write(form, depth, instance, registry.lease(instance.key()).orElse(null), 0);
  }
}
