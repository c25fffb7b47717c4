package io.roadstead.control.figures;

import io.roadstead.control.figures.GatewayCounts.Counter;
import io.roadstead.control.figures.GatewayCounts.InService;
import io.roadstead.control.figures.GatewayCounts.OnInstance;
import io.roadstead.control.figures.GatewayCounts.RequestKey;
import io.roadstead.control.figures.GatewayCounts.Requests;
import io.roadstead.registry.InstanceKey;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One gateway's counts as last told, so that what it tells next is a difference. Guarded by the
 * lock of the {@link FigureBook}.
 */
final class Source {
  /** Takes differences. */
  interface Sink {
    void requests(RequestKey key, long[] byStatusClass, long[] buckets, double sumSeconds);

    void retries(String service, String reason, long count);

    void counter(Counter counter, long count);

    void onInstance(InstanceKey key, long requests, long errors, long clientErrors, long[] buckets);
  }

  private final Map<RequestKey, Requests> requests = new HashMap<>();
  private final Map<InstanceKey, OnInstance> instances = new HashMap<>();
  private final Map<String, InService> services = new HashMap<>();
  private final Map<Counter, Long> counters = new HashMap<>();
  private long clientConnections;

  /** Whether what is told for the first time was counted before anybody listened. */
  private boolean baseline;

  private long heardNanos;

  Source(boolean baseline, long nowNanos) {
    this.baseline = baseline;
    this.heardNanos = nowNanos;
  }

  boolean baseline() {
    return baseline;
  }

  /** All that was there before has been told. */
  void caughtUp() {
    baseline = false;
  }

  long silentNanos(long nowNanos) {
    return nowNanos - heardNanos;
  }

  void hear(GatewayCounts counts, long nowNanos, Sink sink) {
    heardNanos = nowNanos;
    clientConnections = counts.clientConnections();
    counts.services().forEach((name, each) -> hear(name, each, sink));
    counts
        .counters()
        .forEach(
            (counter, count) -> {
              Long before = counters.put(counter, count);
              if (!baseline) {
                sink.counter(counter, less(count, before == null ? 0 : before));
              }
            });
    for (Requests each : counts.requests()) {
      Requests before = requests.put(each.key(), each);
      if (!baseline) {
        sink.requests(
            each.key(),
            less(each.byStatusClass(), before == null ? null : before.byStatusClass()),
            less(each.buckets(), before == null ? null : before.buckets()),
            Math.max(0, each.sumSeconds() - (before == null ? 0 : before.sumSeconds())));
      }
    }
    counts
        .instances()
        .forEach(
            (key, each) -> {
              OnInstance before = instances.put(key, each);
              if (!baseline) {
                sink.onInstance(
                    key,
                    less(each.requests(), before == null ? 0 : before.requests()),
                    less(each.errors(), before == null ? 0 : before.errors()),
                    less(each.clientErrors(), before == null ? 0 : before.clientErrors()),
                    less(each.buckets(), before == null ? null : before.buckets()));
              }
            });
  }

  private void hear(String service, InService now, Sink sink) {
    InService before = services.put(service, now);
    if (!baseline) {
      now.retries()
          .forEach(
              (reason, count) -> {
                long known = before == null ? 0 : before.retries().getOrDefault(reason, 0L);
                sink.retries(service, reason, less(count, known));
              });
    }
  }

  void gone(InstanceKey key) {
    instances.remove(key);
  }

  /** Forgets the instances and services that are not among these. */
  void retain(GatewayCounts counts) {
    instances.keySet().retainAll(counts.instances().keySet());
    services.keySet().retainAll(counts.services().keySet());
  }

  Map<InstanceKey, OnInstance> instances() {
    return instances;
  }

  Map<String, InService> services() {
    return services;
  }

  long clientConnections() {
    return clientConnections;
  }

  private static long less(long now, long before) {
    return now < before ? now : now - before;
  }

  private static long[] less(long[] now, long @Nullable [] before) {
    long[] difference = now.clone();
    for (int i = 0; before != null && i < now.length; i++) {
      difference[i] = less(now[i], before[i]);
    }
    return difference;
  }
}
