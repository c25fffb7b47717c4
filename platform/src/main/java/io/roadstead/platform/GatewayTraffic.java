package io.roadstead.platform;

import io.roadstead.control.api.Traffic;
import io.roadstead.gateway.Gateway;
import io.roadstead.gateway.GatewayStats;
import io.roadstead.gateway.GatewayStats.InstanceFigures;
import io.roadstead.registry.InstanceKey;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway of this process counts, as of the last second: summing it up asks every event
 * loop, which no answer of the control plane should wait for.
 */
final class GatewayTraffic implements Traffic, AutoCloseable {
  static final GatewayStats NOTHING = new GatewayStats(List.of(), Map.of(), Map.of(), 0, 0);

  private volatile @Nullable Gateway gateway;
  private volatile GatewayStats stats = NOTHING;

  void of(Gateway started) {
    gateway = started;
  }

  /** Called each second, so that {@link #of(InstanceKey)} need not ask. */
  void refresh() {
    Gateway started = gateway;
    if (started != null) {
      stats = started.stats();
    }
  }

  /** The gateway is about to close: nothing is asked of it any more. */
  @Override
  public void close() {
    gateway = null;
  }

  /** As it is now: who reads the figures after a request finds it counted. Blocks. */
  GatewayStats stats() {
    refresh();
    return stats;
  }

  @Override
  public Figures of(InstanceKey key) {
    InstanceFigures figures = stats.instances().get(key);
    return figures == null
        ? Figures.NONE
        : new Figures(figures.requests(), figures.errors(), figures.inflight());
  }
}
