package io.roadstead.rollout;

import io.roadstead.registry.Split;
import io.roadstead.registry.Splits;
import io.roadstead.registry.Subscribers;
import io.roadstead.registry.event.Event;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is durable, in memory: it outlives the deployers of a test. */
final class MemoryStore implements StateStore, Splits.Kept {
  private final Map<String, ServiceState> services = new LinkedHashMap<>();
  private final Map<String, Map<Long, Release>> releases = new LinkedHashMap<>();
  private final Map<String, InstanceRecord> instances = new LinkedHashMap<>();
  private final Map<String, Rollout> rollouts = new LinkedHashMap<>();
  private final Map<String, Split> splits = new LinkedHashMap<>();

  /** Fails to save and delete instances, as on a full disk. */
  boolean full;

  @Override
  public synchronized Map<String, Split> splits() {
    return Map.copyOf(splits);
  }

  @Override
  public synchronized void saveSplit(String service, Split split) {
    if (split.isNone()) {
      splits.remove(service);
    } else {
      splits.put(service, split);
    }
  }

  @Override
  public synchronized List<ServiceState> services() {
    return List.copyOf(services.values());
  }

  @Override
  public synchronized void save(ServiceState state, Release release) {
    services.put(state.name(), state);
    releases
        .computeIfAbsent(state.name(), _ -> new LinkedHashMap<>())
        .put(release.number(), release);
  }

  @Override
  public synchronized void save(ServiceState state) {
    services.put(state.name(), state);
  }

  @Override
  public synchronized void deleteService(String name) {
    services.remove(name);
    releases.remove(name);
    instances.values().removeIf(instance -> instance.service().equals(name));
  }

  @Override
  public synchronized List<Release> releases(String service) {
    return releases.getOrDefault(service, Map.of()).values().stream()
        .sorted(Comparator.comparingLong(Release::number).reversed())
        .toList();
  }

  @Override
  public synchronized void deleteRelease(String service, long number) {
    releases.getOrDefault(service, Map.of()).remove(number);
  }

  @Override
  public synchronized List<InstanceRecord> instances() {
    return List.copyOf(instances.values());
  }

  @Override
  public synchronized void save(InstanceRecord instance) {
    checkRoom();
    instances.put(instance.id(), instance);
  }

  @Override
  public synchronized void deleteInstance(String id) {
    checkRoom();
    instances.remove(id);
  }

  @Override
  public synchronized void save(Rollout rollout) {
    rollouts.put(rollout.id(), rollout);
  }

  @Override
  public synchronized Optional<Rollout> rollout(String id) {
    return Optional.ofNullable(rollouts.get(id));
  }

  @Override
  public synchronized List<Rollout> rollouts(String service, int limit) {
    List<Rollout> found = new ArrayList<>(rollouts.values());
    found.removeIf(rollout -> !service.isEmpty() && !rollout.service().equals(service));
    return found.reversed().stream().limit(limit).toList();
  }

  @Override
  public List<Subscribers.Known> knownSubscribers() {
    return List.of();
  }

  @Override
  public void saveKnownSubscribers(List<Subscribers.Known> known) {}

  @Override
  public long append(Event event) {
    return 0;
  }

  @Override
  public List<StoredEvent> events(long after, int limit) {
    return List.of();
  }

  @Override
  public long nextEpoch() {
    return 1;
  }

  @Override
  public void close() {}

  private void checkRoom() {
    if (full) {
      throw new IllegalStateException("no space left");
    }
  }
}
