package io.roadstead.gateway;

import io.roadstead.registry.InstanceKey;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Sums up what the loops have counted. Each loop adds its own, one after another. */
final class StatsSum {
  private static final List<Long> UPPER_NANOS = upperNanos();

  private final Map<Traffic.Key, Sum> traffic = new HashMap<>();
  private final Map<String, ServiceSum> services = new HashMap<>();
  private final Map<InstanceKey, InstanceSum> instances = new HashMap<>();
  private final Map<GatewayStats.Counter, Long> counters = new HashMap<>();
  private int clients;

  private static final class Sum {
    final long[] byStatusClass = new long[6];
    final long[] buckets = new long[Latencies.BUCKETS];
    long sumNanos;
  }

  private static final class InstanceSum {
    String version = "";
    int inflight;
    long requests;
    long errors;
    long clientErrors;
    final long[] buckets = new long[Latencies.BUCKETS];
    long sumNanos;
  }

  private static final class ServiceSum {
    int inflight;
    int idle;
    int open;
    int connecting;
    int waiting;
    long ejections;
    final Map<Unretried, Long> unretried = new EnumMap<>(Unretried.class);
    final Map<String, Long> failures = new HashMap<>();
    final Map<RetryReason, Long> retries = new EnumMap<>(RetryReason.class);
  }

  private static List<Long> upperNanos() {
    List<Long> all = new ArrayList<>();
    for (int i = 0; i < Latencies.BUCKETS; i++) {
      all.add(Latencies.upperNanos(i));
    }
    return List.copyOf(all);
  }

  void add(Traffic counted) {
    Sum sum = traffic.computeIfAbsent(counted.key(), _ -> new Sum());
    for (int i = 0; i < sum.byStatusClass.length; i++) {
      sum.byStatusClass[i] += counted.answers(i);
    }
    counted.latencies().addTo(sum.buckets);
    sum.sumNanos += counted.latencies().sumNanos();
  }

  void add(LoopService counted) {
    ServiceSum sum = services.computeIfAbsent(counted.name, _ -> new ServiceSum());
    sum.inflight += counted.inflight;
    for (RetryReason reason : RetryReason.values()) {
      sum.retries.merge(reason, counted.retries(reason), Long::sum);
    }
    for (Unretried reason : Unretried.values()) {
      sum.unretried.merge(reason, counted.unretried(reason), Long::sum);
    }
    counted.failures().forEach((code, count) -> sum.failures.merge(code, count, Long::sum));
    sum.waiting += counted.line.size();
    sum.ejections += counted.ejections();
    String by = "service,reason";
    counted.failures().forEach((code, n) -> count("failures", by, counted.name + "," + code, n));
    for (Unretried reason : Unretried.values()) {
      count("unretried", by, counted.name + "," + reason.label(), counted.unretried(reason));
    }
    count("ejections", "service", counted.name, counted.ejections());
    count("queued", "service", counted.name, counted.queued());
  }

  void add(UpstreamPool pool) {
    ServiceSum sum = services.computeIfAbsent(pool.instance().service(), _ -> new ServiceSum());
    sum.idle += pool.idleCount();
    sum.open += pool.open;
    sum.connecting += pool.connecting;
    InstanceSum instance = instances.computeIfAbsent(pool.instance().key(), _ -> new InstanceSum());
    instance.version = pool.instance().version();
    instance.inflight += pool.outstanding;
    instance.requests += pool.requests;
    instance.errors += pool.errors;
    instance.clientErrors += pool.clientErrors;
    pool.latencies().addTo(instance.buckets);
    instance.sumNanos += pool.latencies().sumNanos();
  }

  void count(String name, String label, String value, long count) {
    counters.merge(new GatewayStats.Counter(name, label, value), count, Long::sum);
  }

  void clients(int open) {
    clients += open;
  }

  GatewayStats result(long refusedConnections) {
    List<GatewayStats.Requests> requests = new ArrayList<>();
    traffic.forEach((key, sum) -> requests.add(requests(key, sum)));
    Map<String, GatewayStats.ServiceFigures> figures = new HashMap<>();
    services.forEach((name, sum) -> figures.put(name, figures(sum)));
    Map<InstanceKey, GatewayStats.InstanceFigures> onInstances = new HashMap<>();
    instances.forEach((key, sum) -> onInstances.put(key, figures(sum)));
    return new GatewayStats(requests, figures, onInstances, clients, refusedConnections, counters);
  }

  private static GatewayStats.Requests requests(Traffic.Key key, Sum sum) {
    Map<String, Long> byStatus = new HashMap<>();
    for (int i = 1; i < sum.byStatusClass.length; i++) {
      if (sum.byStatusClass[i] > 0) {
        byStatus.put(i + "xx", sum.byStatusClass[i]);
      }
    }
    return new GatewayStats.Requests(
        key.route(), key.service(), key.version(), byStatus, histogram(sum.buckets, sum.sumNanos));
  }

  private static GatewayStats.Histogram histogram(long[] buckets, long sumNanos) {
    List<Long> counts = new ArrayList<>();
    long count = 0;
    for (long bucket : buckets) {
      counts.add(bucket);
      count += bucket;
    }
    return new GatewayStats.Histogram(UPPER_NANOS, counts, count, sumNanos / 1e9);
  }

  private static GatewayStats.InstanceFigures figures(InstanceSum sum) {
    return new GatewayStats.InstanceFigures(
        sum.version,
        sum.inflight,
        sum.requests,
        sum.errors,
        sum.clientErrors,
        histogram(sum.buckets, sum.sumNanos));
  }

  private static GatewayStats.ServiceFigures figures(ServiceSum sum) {
    Map<String, Long> retries = new HashMap<>();
    for (RetryReason reason : RetryReason.values()) {
      retries.put(reason.label(), sum.retries.getOrDefault(reason, 0L));
    }
    Map<String, Long> unretried = new HashMap<>();
    sum.unretried.forEach((reason, count) -> unretried.put(reason.label(), count));
    return new GatewayStats.ServiceFigures(
        sum.inflight,
        sum.waiting,
        Map.of("idle", sum.idle, "busy", sum.open - sum.idle, "connecting", sum.connecting),
        retries,
        unretried,
        sum.failures,
        sum.ejections);
  }
}
