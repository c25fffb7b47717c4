package io.roadstead.gateway;

import io.roadstead.balancer.Balancer;
import io.roadstead.balancer.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One service as one loop sees it: its balancer and its counts. Confined to the loop. */
final class LoopService {
  final String name;
  final Balancer<UpstreamPool> balancer;
  private long staleConnections;
  private long instancesClosed;
  private long connectFailures;
  int inflight;
  private World.@Nullable Membership membership;

  LoopService(String name, RandomGenerator random) {
    this.name = name;
    this.balancer = Balancer.standard(random);
  }

  /** Whether this is already what the balancer works with. */
  @SuppressWarnings(
      "ReferenceEquality") // The builder hands the same object on while nothing changes.
  boolean has(World.Membership newer) {
    return membership == newer;
  }

  /**
   * Makes these the instances to pick from.
   *
   * @param pools of the membership's targets, in their order; null where one has no address
   */
  void update(World.Membership newer, List<@Nullable UpstreamPool> pools, long nowNanos) {
    List<Endpoint<UpstreamPool>> endpoints = new ArrayList<>(pools.size());
    for (UpstreamPool pool : pools) {
      if (pool != null && pool.takesTraffic()) {
        endpoints.add(new Endpoint<>(pool.instance().id(), pool, pool.instance().weight()));
      }
    }
    balancer.update(endpoints, nowNanos);
    membership = newer;
  }

  void clear(long nowNanos) {
    balancer.update(List.of(), nowNanos);
    membership = null;
  }

  void retried(RetryReason reason) {
    switch (reason) {
      case STALE_CONNECTION -> staleConnections++;
      case INSTANCE_CLOSED -> instancesClosed++;
      case CONNECT_FAILED -> connectFailures++;
    }
  }

  long retries(RetryReason reason) {
    return switch (reason) {
      case STALE_CONNECTION -> staleConnections;
      case INSTANCE_CLOSED -> instancesClosed;
      case CONNECT_FAILED -> connectFailures;
    };
  }

  /** Why there is nobody to send to. */
  String absence() {
    return membership == null ? "service '" + name + "' is not registered" : membership.absence();
  }
}
