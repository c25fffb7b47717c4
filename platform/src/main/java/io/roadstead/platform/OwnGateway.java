package io.roadstead.platform;

import io.roadstead.control.figures.Buckets;
import io.roadstead.control.figures.GatewayCounts;
import io.roadstead.control.figures.GatewayCounts.InService;
import io.roadstead.control.figures.GatewayCounts.OnInstance;
import io.roadstead.control.figures.GatewayCounts.RequestKey;
import io.roadstead.control.figures.GatewayCounts.Requests;
import io.roadstead.gateway.Gateway;
import io.roadstead.gateway.GatewayStats;
import io.roadstead.registry.InstanceKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway of this process has counted. Asking it waits for every event loop, so no answer
 * of the control plane that should be quick does it. Safe from any thread.
 */
final class OwnGateway implements Supplier<Optional<GatewayCounts>>, AutoCloseable {
  private volatile @Nullable Gateway gateway;

  synchronized void of(Gateway started) {
    gateway = started;
  }

  /** As it is now; nothing where there is no gateway, or none any more. */
  @Override
  public Optional<GatewayCounts> get() {
    return Optional.ofNullable(gateway).map(running -> counts(running.stats()));
  }

  /** This gateway has ended; another may have followed it. */
  synchronized void gone(Gateway ended) {
    if (gateway == ended) {
      gateway = null;
    }
  }

  /** The gateway is about to close: nothing is asked of it any more. */
  @Override
  public synchronized void close() {
    gateway = null;
  }

  /** A gateway's counts in the words of the control plane. */
  static GatewayCounts counts(GatewayStats stats) {
    List<Requests> requests = new ArrayList<>();
    for (GatewayStats.Requests each : stats.requests()) {
      requests.add(
          new Requests(
              new RequestKey(each.route(), each.service(), each.version()),
              byStatusClass(each.byStatus()),
              buckets(each.duration()),
              each.duration().sumSeconds()));
    }
    Map<String, InService> services = new HashMap<>();
    stats
        .services()
        .forEach(
            (name, each) -> {
              Map<String, Long> connections = new HashMap<>();
              each.connections().forEach((state, count) -> connections.put(state, (long) count));
              services.put(name, new InService(each.inflight(), connections, each.retries()));
            });
    Map<InstanceKey, OnInstance> instances = new HashMap<>();
    stats
        .instances()
        .forEach(
            (key, each) ->
                instances.put(
                    key,
                    new OnInstance(
                        each.version(),
                        each.requests(),
                        each.errors(),
                        each.clientErrors(),
                        each.inflight(),
                        buckets(each.duration()))));
    Map<GatewayCounts.Counter, Long> counters = new HashMap<>();
    stats
        .counters()
        .forEach(
            (each, count) ->
                counters.put(
                    new GatewayCounts.Counter(each.name(), each.label(), each.value()), count));
    counters.put(
        new GatewayCounts.Counter("refused_connections", "", ""), stats.refusedConnections());
    return new GatewayCounts(requests, services, instances, stats.clientConnections(), counters);
  }

  private static long[] byStatusClass(Map<String, Long> byStatus) {
    long[] counts = new long[Requests.CLASSES];
    for (int i = 1; i < Requests.CLASSES; i++) {
      counts[i] = byStatus.getOrDefault(i + "xx", 0L);
    }
    return counts;
  }

  private static long[] buckets(GatewayStats.Histogram duration) {
    long[] buckets = new long[Buckets.COUNT];
    for (int i = 0; i < duration.counts().size(); i++) {
      long count = duration.counts().get(i);
      if (count > 0) {
        buckets[Buckets.endingAt(duration.upperNanos().get(i))] += count;
      }
    }
    return buckets;
  }
}
