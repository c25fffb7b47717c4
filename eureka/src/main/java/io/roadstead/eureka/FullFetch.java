package io.roadstead.eureka;

import io.roadstead.registry.Instance;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Service;
import io.roadstead.registry.Snapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The answer to {@code GET apps}: one per version of the registry, shared by all who ask.
 *
 * <p>What has not changed is the same object in the next snapshot, so bytes are kept by identity:
 * of whole applications, and in a changed one of the chunks that nobody in has changed. A new
 * version costs the writing and compressing of a chunk, and one join, for each form in use. The
 * times of renewals inside are therefore those of when a chunk was written: a renewal is no
 * version.
 *
 * <p>Thread-safe. The newest answer is read without a lock; a new one is made under it, once, and
 * who comes meanwhile waits for less time than making it would take.
 */
final class FullFetch {
  private record Written(List<Instance> instances, Chunks<Instance> chunks) {}

  private final Registry registry;
  private final InstanceWriter writer;
  private final OwnWord ownWord;
  private volatile @Nullable Applications newest;
  private Map<String, Written> applications = Map.of();

  FullFetch(Registry registry, InstanceWriter writer) {
    this.registry = registry;
    this.writer = writer;
    this.ownWord = new OwnWord(registry);
  }

  /**
   * @param reader the instance that asks, where it is known
   */
  Applications now(@Nullable InstanceKey reader) {
    Snapshot snapshot = registry.snapshot();
    Instance own = ownWord.of(reader, snapshot);
    return own == null ? now() : nowFor(own, snapshot);
  }

  /** One reader's own answer: the shared chunks, but for the one that the reader is in. */
  private synchronized Applications nowFor(Instance own, Snapshot snapshot) {
    Applications.Builder answer = new Applications.Builder();
    for (Service service : snapshot.services().values()) {
      if (!service.instances().isEmpty()) {
        Written shared = written(service, applications.get(service.name()));
        answer.add(
            service.name(),
            service.name().equals(own.service()) ? chunks(own, shared) : shared.chunks());
      }
    }
    return answer.build(
        snapshot.version(), Containers.HashCode.of(snapshot.services().values(), own));
  }

  private Chunks<Instance> chunks(Instance own, Written shared) {
    List<Instance> instances = new ArrayList<>(shared.instances());
    instances.replaceAll(instance -> instance.id().equals(own.id()) ? own : instance);
    return chunks(instances, shared.chunks());
  }

  Applications now() {
    Applications known = newest;
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

  private Applications build(Snapshot snapshot) {
    Map<String, Written> next = HashMap.newHashMap(snapshot.services().size());
    Applications.Builder answer = new Applications.Builder();
    for (Service service : snapshot.services().values()) {
      if (!service.instances().isEmpty()) {
        Written written = written(service, applications.get(service.name()));
        next.put(service.name(), written);
        answer.add(service.name(), written.chunks());
      }
    }
    applications = next;
    return answer.build(
        snapshot.version(), Containers.HashCode.of(snapshot.services().values(), null));
  }

  @SuppressWarnings("ReferenceEquality") // an unchanged service has the very same list
  private Written written(Service service, @Nullable Written before) {
    if (before != null && before.instances() == service.instances()) {
      return before;
    }
    return new Written(
        service.instances(), chunks(service.instances(), before == null ? null : before.chunks()));
  }

  private Chunks<Instance> chunks(List<Instance> instances, @Nullable Chunks<Instance> before) {
    return Chunks.of(
        instances,
        Instance::id,
        (instance, form) ->
            writer.write(
                form,
                Containers.DEPTH_IN_APPLICATIONS,
                instance,
                registry.lease(instance.key()).orElse(null),
                0),
        before);
  }
}
