package io.roadstead.gateway;

import io.roadstead.registry.Cursor;
import io.roadstead.registry.Instance;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.RegistryView;
import io.roadstead.registry.Route;
import io.roadstead.registry.Service;
import io.roadstead.registry.Snapshot;
import io.roadstead.registry.Split;
import io.roadstead.registry.Status;
import io.roadstead.registry.TrafficPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A registry of one test: what it is told is the next snapshot at once. */
final class FakeView implements RegistryView {
  record Ack(Cursor version, Map<InstanceKey, Integer> busy) {}

  final List<Ack> acks = new CopyOnWriteArrayList<>();
  final List<String> refusals = new CopyOnWriteArrayList<>();
  private final Map<String, List<Route>> routes = new TreeMap<>();
  private final Map<String, List<Instance>> instances = new TreeMap<>();
  private final Map<String, TrafficPolicy> traffic = new TreeMap<>();
  private final Map<String, Split> splits = new TreeMap<>();
  private String label = "v1";
  private String zone = "";
  private @Nullable Consumer<Snapshot> listener;
  private long version;

  FakeView route(String service, String host, String path, boolean strip) {
    return route(service, new Route(host, path, strip));
  }

  synchronized FakeView route(String service, Route route) {
    routes.computeIfAbsent(service, _ -> new ArrayList<>()).add(route);
    return changed();
  }

  synchronized FakeView route(String service, String path, TrafficPolicy.OfRoute own) {
    routes
        .computeIfAbsent(service, _ -> new ArrayList<>())
        .add(new Route("", path, true, List.of(), own));
    return changed();
  }

  synchronized FakeView traffic(String service, TrafficPolicy policy) {
    traffic.put(service, policy);
    return changed();
  }

  synchronized FakeView split(String service, Split split) {
    splits.put(service, split);
    return changed();
  }

  /** From now on what is put is of this version. */
  synchronized FakeView versions(String next) {
    label = next;
    return this;
  }

  /** From now on what is put is there. */
  synchronized FakeView zone(String next) {
    zone = next;
    return this;
  }

  FakeView up(String service, String id, int port) {
    return put(service, id, "127.0.0.1", port, Status.UP);
  }

  synchronized FakeView put(String service, String id, String host, int port, Status status) {
    List<Instance> all = instances.computeIfAbsent(service, _ -> new ArrayList<>());
    all.removeIf(i -> i.id().equals(id));
    all.add(
        new Instance(
            service,
            id,
            host,
            "127.0.0.1",
            port,
            false,
            status,
            100,
            zone,
            label,
            false,
            Map.of(),
            Instant.EPOCH,
            Instant.EPOCH,
            null));
    all.sort(Comparator.comparing(Instance::id));
    return changed();
  }

  synchronized FakeView status(String service, String id, Status status) {
    Instance old =
        registered(service).stream().filter(i -> i.id().equals(id)).findFirst().orElseThrow();
    return put(service, id, old.host(), old.port(), status);
  }

  synchronized String onlyInstance(String service) {
    return registered(service).getFirst().id();
  }

  synchronized FakeView remove(String service, String id) {
    registered(service).removeIf(i -> i.id().equals(id));
    return changed();
  }

  private List<Instance> registered(String service) {
    return instances.getOrDefault(service, List.of());
  }

  synchronized FakeView service(String name) {
    instances.computeIfAbsent(name, _ -> new ArrayList<>());
    return changed();
  }

  /** The same version once more, as each second brings it. */
  synchronized void tick() {
    if (listener != null) {
      listener.accept(snapshot());
    }
  }

  private TrafficPolicy policy(String service) {
    return traffic.getOrDefault(service, TrafficPolicy.DEFAULT);
  }

  private FakeView changed() {
    version++;
    tick();
    return this;
  }

  synchronized Cursor version() {
    return new Cursor("t", version);
  }

  @Override
  public synchronized Snapshot snapshot() {
    Map<String, Service> services = new TreeMap<>();
    instances.forEach(
        (name, all) ->
            services.put(
                name,
                new Service(
                    name,
                    all,
                    routes.getOrDefault(name, List.of()),
                    policy(name),
                    splits.getOrDefault(name, Split.NONE))));
    routes.forEach(
        (name, all) ->
            services.computeIfAbsent(name, n -> new Service(n, List.of(), all, policy(name))));
    return new Snapshot(version(), services);
  }

  @Override
  public synchronized void start(Consumer<Snapshot> onSnapshot) {
    listener = onSnapshot;
    onSnapshot.accept(snapshot());
  }

  @Override
  public void acknowledge(Cursor version, Map<InstanceKey, Integer> busy) {
    acks.add(new Ack(version, Map.copyOf(busy)));
  }

  @Override
  public void refused(InstanceKey instance) {
    refusals.add(instance.id());
  }

  /** The newest acknowledgement of at least the present version, or null. */
  @Nullable Ack acknowledged() {
    Ack last = acks.isEmpty() ? null : acks.getLast();
    return last != null && last.version().covers(version()) ? last : null;
  }

  @Override
  public void close() {}
}
