package io.roadstead.platform.bench.deploys;

import io.roadstead.registry.Cursor;
import io.roadstead.registry.Instance;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.RegistryView;
import io.roadstead.registry.Service;
import io.roadstead.registry.Snapshot;
import io.roadstead.registry.Status;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * What a gateway reads that says more than it knows. Without the wait for requests in flight it
 * tells of none; without the barrier it also acknowledges what its reader has not heard of, and
 * will a second later; without the drain it hides that an instance is draining. As safe as the view
 * that it stands before.
 */
final class HastyView implements RegistryView {
  private static final int LATE_SECONDS = 1;

  private final RegistryView view;
  private final Protection without;
  private final ScheduledThreadPoolExecutor late =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("bench-late-view").factory());

  HastyView(RegistryView view, Protection without) {
    this.view = view;
    this.without = without;
  }

  @Override
  public Snapshot snapshot() {
    return shown(view.snapshot());
  }

  @Override
  public void start(Consumer<Snapshot> onSnapshot) {
    view.start(
        snapshot -> {
          if (without == Protection.BARRIER) {
            view.acknowledge(snapshot.version(), Map.of());
            var _ =
                late.schedule(() -> onSnapshot.accept(snapshot), LATE_SECONDS, TimeUnit.SECONDS);
          } else {
            onSnapshot.accept(shown(snapshot));
          }
        });
  }

  private Snapshot shown(Snapshot snapshot) {
    if (without != Protection.DRAIN) {
      return snapshot;
    }
    Map<String, Service> services = new TreeMap<>(snapshot.services());
    services.replaceAll((_, service) -> shown(service));
    return new Snapshot(snapshot.version(), services);
  }

  private static Service shown(Service service) {
    List<Instance> instances = service.instances();
    return instances.stream().anyMatch(HastyView::drains)
        ? new Service(
            service.name(),
            instances.stream().map(is -> drains(is) ? is.saying(Status.UP) : is).toList(),
            service.routes(),
            service.traffic(),
            service.split())
        : service;
  }

  private static boolean drains(Instance instance) {
    return instance.status() == Status.DRAINING;
  }

  @Override
  public void acknowledge(Cursor version, Map<InstanceKey, Integer> busy) {
    if (without != Protection.BARRIER) {
      view.acknowledge(version, Map.of());
    }
  }

  @Override
  public void refused(InstanceKey instance) {
    view.refused(instance);
  }

  @Override
  public void close() {
    late.shutdownNow();
    view.close();
  }
}
