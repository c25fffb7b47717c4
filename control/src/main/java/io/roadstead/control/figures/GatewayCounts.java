package io.roadstead.control.figures;

import io.roadstead.registry.InstanceKey;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What one gateway has counted since its process began, whole or as far as it was told. Never
 * changed once it is made.
 *
 * @param services what is under way, by service
 * @param clientConnections open now
 * @param counters all else that only grows
 */
public record GatewayCounts(
    List<Requests> requests,
    Map<String, InService> services,
    Map<InstanceKey, OnInstance> instances,
    long clientConnections,
    Map<Counter, Long> counters) {
  public static final GatewayCounts NONE = new GatewayCounts(List.of(), Map.of(), Map.of(), 0);

  public GatewayCounts {
    requests = List.copyOf(requests);
    services = Map.copyOf(services);
    instances = Map.copyOf(instances);
    counters = Map.copyOf(counters);
  }

  /** Without further counters. */
  public GatewayCounts(
      List<Requests> requests,
      Map<String, InService> services,
      Map<InstanceKey, OnInstance> instances,
      long clientConnections) {
    this(requests, services, instances, clientConnections, Map.of());
  }

  /**
   * A number that only grows, by the name that metrics have for it.
   *
   * @param name without {@code roadstead_gateway_} and {@code _total}: {@code refusals}
   * @param label what it is counted by: {@code reason}; empty for nothing; several with commas
   *     between
   * @param value of the label, or of each with commas between
   */
  public record Counter(String name, String label, String value) {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z_]{0,63}");
    private static final Pattern LABELS = Pattern.compile("[a-z][a-z_]{0,63}(,[a-z][a-z_]{0,63})*");

    public Counter {
      if (!NAME.matcher(name).matches()
          || !(label.isEmpty() || LABELS.matcher(label).matches())
          || value.length() > 255) {
        throw new IllegalArgumentException(
            "'" + name + "' by '" + label + "' is not the name of a counter");
      }
    }
  }

  /**
   * What requests are counted by.
   *
   * @param service "" for those that no route took
   * @param version "" for those that the gateway answered by itself
   */
  public record RequestKey(String route, String service, String version) {}

  /**
   * Requests that have ended.
   *
   * @param byStatusClass at 1 to 5; five classes, the first place is not used
   * @param buckets how many took how long, by {@link Buckets}
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by their sums
  public record Requests(RequestKey key, long[] byStatusClass, long[] buckets, double sumSeconds) {
    public static final int CLASSES = 6;

    public Requests {
      if (byStatusClass.length != CLASSES || buckets.length != Buckets.COUNT) {
        throw new IllegalArgumentException(
            byStatusClass.length
                + " status classes and "
                + buckets.length
                + " buckets; there are "
                + CLASSES
                + " and "
                + Buckets.COUNT);
      }
    }

    public long count() {
      long sum = 0;
      for (long each : byStatusClass) {
        sum += each;
      }
      return sum;
    }
  }

  /**
   * @param inFlight requests from the pick of an instance to the end of the answer
   * @param connections to its instances, by state
   * @param retries since the process began, by reason
   */
  public record InService(long inFlight, Map<String, Long> connections, Map<String, Long> retries) {
    public InService {
      connections = Map.copyOf(connections);
      retries = Map.copyOf(retries);
    }

    /** What two gateways have under way; retries are summed elsewhere. */
    InService plus(InService other) {
      Map<String, Long> both = new HashMap<>(connections);
      other.connections.forEach((state, count) -> both.merge(state, count, Long::sum));
      return new InService(inFlight + other.inFlight, both, Map.of());
    }
  }

  /**
   * @param version the release that it runs
   * @param errors of the requests, by a 5xx or a broken connection
   * @param clientErrors of the requests, by a 4xx
   * @param buckets how many took how long, by {@link Buckets}
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by its values, below
  public record OnInstance(
      String version,
      long requests,
      long errors,
      long clientErrors,
      long inFlight,
      long[] buckets) {
    OnInstance plus(OnInstance other) {
      long[] both = buckets.clone();
      for (int i = 0; i < both.length; i++) {
        both[i] += other.buckets[i];
      }
      return new OnInstance(
          version,
          requests + other.requests,
          errors + other.errors,
          clientErrors + other.clientErrors,
          inFlight + other.inFlight,
          both);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof OnInstance that
          && version.equals(that.version)
          && requests == that.requests
          && errors == that.errors
          && clientErrors == that.clientErrors
          && inFlight == that.inFlight
          && Arrays.equals(buckets, that.buckets);
    }

    @Override
    public int hashCode() {
      return Objects.hash(version, requests, errors, clientErrors, inFlight);
    }
  }
}
