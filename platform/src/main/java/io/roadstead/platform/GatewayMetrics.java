package io.roadstead.platform;

import static java.util.Map.entry;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.roadstead.control.figures.Buckets;
import io.roadstead.control.figures.GatewayCounts;
import io.roadstead.control.figures.GatewayCounts.Counter;
import io.roadstead.control.figures.GatewayCounts.InService;
import io.roadstead.control.figures.GatewayCounts.Requests;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * The figures of the platform's gateways, summed, under the names of the metrics' contract. Safe
 * from any thread.
 */
final class GatewayMetrics implements MultiCollector {
  private static final double NANOS = 1e9;
  private static final double[] BOUNDS = {
    0.0005,
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1,
    2.5,
    5,
    10,
    30,
    60,
    Double.POSITIVE_INFINITY
  };

  /** The counters that have no place of their own, and what they count. */
  static final Map<String, String> HELP =
      Map.ofEntries(
          entry(
              "refusals", "Answers that the gateway gave in an instance's place, by their reason"),
          entry("failures", "Requests that did not get an instance's whole answer, by the reason"),
          entry(
              "unretried", "Requests that failed at an instance and were not tried again, by why"),
          entry("ejections", "How often an instance was avoided for what it did"),
          entry("timeouts", "Requests of a route that ended because they took too long"),
          entry("queued", "Requests that waited for their turn, or for an instance"),
          entry(
              "refused_connections",
              "Connections of clients that were closed because too many were open"),
          entry("access_log_lines", "Lines of the access log that were written"),
          entry("access_log_dropped", "Lines of the access log that were dropped"),
          entry(
              "memory_limited",
              "What was not buffered because the memory for it was spent, by the effect"),
          entry("filter_runs", "Requests that a filter has looked at"),
          entry("filter_failures", "Requests that ended because a filter failed"));

  private final Supplier<GatewayCounts> counts;

  GatewayMetrics(Supplier<GatewayCounts> counts) {
    this.counts = counts;
  }

  @Override
  public MetricSnapshots collect() {
    GatewayCounts now = counts.get();
    CounterSnapshot.Builder requests =
        CounterSnapshot.builder()
            .name("roadstead_gateway_requests")
            .help("Finished requests by status class");
    HistogramSnapshot.Builder seconds =
        HistogramSnapshot.builder()
            .name("roadstead_gateway_request_seconds")
            .help("From a request's head to the end of its answer");
    for (Requests each : now.requests()) {
      Labels labels =
          Labels.of(
              "route",
              each.key().route(),
              "service",
              each.key().service(),
              "version",
              each.key().version());
      for (int i = 1; i < Requests.CLASSES; i++) {
        if (each.byStatusClass()[i] > 0) {
          requests.dataPoint(
              CounterDataPointSnapshot.builder()
                  .labels(labels.merge(Labels.of("status", i + "xx")))
                  .value((double) each.byStatusClass()[i])
                  .build());
        }
      }
      seconds.dataPoint(
          HistogramDataPointSnapshot.builder()
              .labels(labels)
              .classicHistogramBuckets(buckets(each.buckets()))
              .sum(each.sumSeconds())
              .build());
    }
    GaugeSnapshot.Builder inflight =
        GaugeSnapshot.builder()
            .name("roadstead_gateway_inflight")
            .help("Requests from the pick of an instance to the end of the answer");
    GaugeSnapshot.Builder connections =
        GaugeSnapshot.builder()
            .name("roadstead_gateway_upstream_connections")
            .help("Connections to instances by state");
    CounterSnapshot.Builder retries =
        CounterSnapshot.builder()
            .name("roadstead_gateway_retries")
            .help("Requests that were sent a second time");
    for (Map.Entry<String, InService> each : now.services().entrySet()) {
      String service = each.getKey();
      InService figures = each.getValue();
      inflight.dataPoint(gauge(Labels.of("service", service), figures.inFlight()));
      figures
          .connections()
          .forEach(
              (state, count) ->
                  connections.dataPoint(
                      gauge(Labels.of("service", service, "state", state), count)));
      figures
          .retries()
          .forEach(
              (reason, count) ->
                  retries.dataPoint(
                      CounterDataPointSnapshot.builder()
                          .labels(Labels.of("service", service, "reason", reason))
                          .value((double) count)
                          .build()));
    }
    GaugeSnapshot clients =
        GaugeSnapshot.builder()
            .name("roadstead_gateway_client_connections")
            .help("Connections of clients, open now")
            .dataPoint(gauge(Labels.EMPTY, now.clientConnections()))
            .build();
    MetricSnapshots.Builder all =
        MetricSnapshots.builder()
            .metricSnapshot(requests.build())
            .metricSnapshot(seconds.build())
            .metricSnapshot(inflight.build())
            .metricSnapshot(connections.build())
            .metricSnapshot(retries.build())
            .metricSnapshot(clients);
    counters(now.counters()).forEach(all::metricSnapshot);
    return all.build();
  }

  private static Labels labels(Counter counter) {
    List<String> names = List.of(counter.label().split(",", -1));
    List<String> values = List.of(counter.value().split(",", names.size()));
    return counter.label().isEmpty() || names.size() != values.size()
        ? Labels.EMPTY
        : Labels.of(names, values);
  }

  private static List<CounterSnapshot> counters(Map<Counter, Long> counts) {
    Map<String, CounterSnapshot.Builder> byName = new TreeMap<>();
    HELP.forEach(
        (name, help) ->
            byName.put(
                name, CounterSnapshot.builder().name("roadstead_gateway_" + name).help(help)));
    counts.forEach(
        (counter, count) -> {
          // A gateway of another version may count what this one does not know.
          CounterSnapshot.Builder known = byName.get(counter.name());
          if (known != null) {
            known.dataPoint(
                CounterDataPointSnapshot.builder()
                    .labels(labels(counter))
                    .value((double) count)
                    .build());
          }
        });
    return byName.values().stream().map(CounterSnapshot.Builder::build).toList();
  }

  private static GaugeDataPointSnapshot gauge(Labels labels, long value) {
    return GaugeDataPointSnapshot.builder().labels(labels).value((double) value).build();
  }

  /**
   * The gateway counts finer than a scrape needs: its buckets are added up between these bounds.
   */
  private static ClassicHistogramBuckets buckets(long[] fine) {
    long[] counts = new long[BOUNDS.length];
    for (int i = 0; i < fine.length; i++) {
      double upper = Buckets.upperNanos(i) / NANOS;
      int bound = 0;
      while (BOUNDS[bound] < upper) {
        bound++;
      }
      counts[bound] += fine[i];
    }
    return ClassicHistogramBuckets.of(BOUNDS, counts);
  }
}
