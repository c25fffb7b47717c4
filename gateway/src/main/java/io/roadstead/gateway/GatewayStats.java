package io.roadstead.gateway;

import io.roadstead.registry.InstanceKey;
import java.util.List;
import java.util.Map;

/**
 * What a gateway has counted since it started, summed over its loops. Immutable.
 *
 * @param requests finished requests by route and version; those that no route took have empty names
 * @param services what is under way, by service
 * @param instances what went to each instance that is registered now
 * @param clientConnections open now
 * @param refusedConnections closed at once because too many were open
 * @param counters all else that only grows
 */
public record GatewayStats(
    List<Requests> requests,
    Map<String, ServiceFigures> services,
    Map<InstanceKey, InstanceFigures> instances,
    int clientConnections,
    long refusedConnections,
    Map<Counter, Long> counters) {
  public GatewayStats {
    requests = List.copyOf(requests);
    services = Map.copyOf(services);
    instances = Map.copyOf(instances);
    counters = Map.copyOf(counters);
  }

  /** Without further counters. */
  public GatewayStats(
      List<Requests> requests,
      Map<String, ServiceFigures> services,
      Map<InstanceKey, InstanceFigures> instances,
      int clientConnections,
      long refusedConnections) {
    this(requests, services, instances, clientConnections, refusedConnections, Map.of());
  }

  /**
   * @param name as metrics have it, without {@code roadstead_gateway_} and {@code _total}
   * @param label what it is counted by, or empty
   * @param value of the label
   */
  public record Counter(String name, String label, String value) {}

  /**
   * @param byStatus finished requests by status class ({@code 2xx}); a request whose client went
   *     away before an answer counts as {@code 4xx}
   * @param duration from a request's head to the end of its answer
   */
  public record Requests(
      String route,
      String service,
      String version,
      Map<String, Long> byStatus,
      Histogram duration) {
    public Requests {
      byStatus = Map.copyOf(byStatus);
    }
  }

  /**
   * Counts by length of time.
   *
   * @param upperNanos where each bucket ends, growing
   * @param counts how many each bucket holds; not cumulative
   */
  public record Histogram(List<Long> upperNanos, List<Long> counts, long count, double sumSeconds) {
    public Histogram {
      upperNanos = List.copyOf(upperNanos);
      counts = List.copyOf(counts);
    }

    /** The length of time that a share (0 to 1) of all was not longer than; 0 without any. */
    public long quantileNanos(double share) {
      long rank = (long) Math.ceil(count * share);
      long seen = 0;
      for (int i = 0; i < counts.size(); i++) {
        seen += counts.get(i);
        if (seen >= rank && seen > 0) {
          return upperNanos.get(i);
        }
      }
      return 0;
    }
  }

  /**
   * @param inflight requests from the pick of an instance to the end of the answer
   * @param connections to its instances by state: idle, busy, connecting
   * @param waiting requests that wait for their turn, or for an instance
   * @param retries by {@link RetryReason#label}
   * @param unretried requests that failed at an instance and were not tried again, by {@link
   *     Unretried#label}
   * @param failures requests that the gateway answered or cut in an instance's place, by reason
   * @param ejections how often an instance was avoided for what it did
   */
  public record ServiceFigures(
      int inflight,
      int waiting,
      Map<String, Integer> connections,
      Map<String, Long> retries,
      Map<String, Long> unretried,
      Map<String, Long> failures,
      long ejections) {
    public ServiceFigures {
      connections = Map.copyOf(connections);
      retries = Map.copyOf(retries);
      unretried = Map.copyOf(unretried);
      failures = Map.copyOf(failures);
    }

    /** One where nothing failed and nobody waits. */
    public ServiceFigures(
        int inflight, Map<String, Integer> connections, Map<String, Long> retries) {
      this(inflight, 0, connections, retries, Map.of(), Map.of(), 0);
    }
  }

  /**
   * @param version the release that it runs
   * @param errors requests that ended with a 5xx or a broken connection
   * @param clientErrors requests that ended with a 4xx
   */
  public record InstanceFigures(
      String version,
      int inflight,
      long requests,
      long errors,
      long clientErrors,
      Histogram duration) {}
}
