package io.roadstead.eureka;

import io.roadstead.registry.Instance;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Service;
import io.roadstead.registry.Snapshot;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to {@code GET apps}: one body per version of the registry, shared by all who ask.
 *
 * <p>An instance that has not changed is the same object in the next snapshot, so its bytes are
 * kept by identity and a new version costs the writing of what has changed and one join. The times
 * of renewals inside are therefore those of when the instance last changed: a renewal is no
 * version.
 *
 * <p>Thread-safe. The newest body is read without a lock; a new one is made under it, once, and who
 * comes meanwhile waits for less time than making it would take.
 */
final class FullFetch {
  private final Registry registry;
  private final InstanceWriter writer;
  private volatile @Nullable Body newest;
  private IdentityHashMap<Instance, byte[]> pieces = new IdentityHashMap<>();

  FullFetch(Registry registry, InstanceWriter writer) {
    this.registry = registry;
    this.writer = writer;
  }

  Body body() {
    Body known = newest;
    if (known != null && known.version().equals(registry.snapshot().version())) {
      return known;
    }
    synchronized (this) {
      Snapshot snapshot = registry.snapshot();
      known = newest;
      if (known == null || !known.version().equals(snapshot.version())) {
        known = build(snapshot);
        newest = known;
      }
      return known;
    }
  }

  private Body build(Snapshot snapshot) {
    IdentityHashMap<Instance, byte[]> next = new IdentityHashMap<>(pieces.size() + 16);
    Containers.HashCode hash = new Containers.HashCode();
    List<byte[]> elements = new ArrayList<>(snapshot.services().size());
    for (Service service : snapshot.services().values()) {
      if (service.instances().isEmpty()) {
        continue;
      }
      List<byte[]> instances = new ArrayList<>(service.instances().size());
      for (Instance instance : service.instances()) {
        byte[] kept = pieces.get(instance);
        byte[] piece =
            kept == null
                ? writer.write(instance, registry.lease(instance.key()).orElse(null), 0)
                : kept;
        next.put(instance, piece);
        instances.add(piece);
        hash.add(instance);
      }
      elements.add(Containers.element(service.name(), instances));
    }
    pieces = next;
    return new Body(
        snapshot.version(), Containers.applications(snapshot.version(), hash.text(), elements));
  }
}
