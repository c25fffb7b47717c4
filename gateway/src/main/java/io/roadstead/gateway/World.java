package io.roadstead.gateway;

import io.roadstead.gateway.route.RouteTable;
import io.roadstead.registry.Cursor;
import io.roadstead.registry.Instance;
import io.roadstead.registry.Split;
import io.roadstead.registry.TrafficPolicy;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What every event loop works with at one version of the registry. Immutable; parts that did not
 * change are the same objects as in the world before.
 *
 * @param services in order of name
 */
record World(Cursor version, RouteTable routes, List<Membership> services) {
  /**
   * The instances of a service.
   *
   * @param absence why no request can be sent there, when none can
   * @param traffic how its requests are treated
   * @param affinity which of them belong together; null: none
   * @param split how they are shared among its versions
   * @param crowd what the loops share of it
   */
  record Membership(
      String service,
      List<Target> targets,
      String absence,
      TrafficPolicy traffic,
      @Nullable Affinity affinity,
      Split split,
      Crowd crowd) {}

  /**
   * An instance and where it is.
   *
   * @param address null where its host has not been resolved, or may not be routed to
   * @param takesTraffic whether it may be picked
   */
  record Target(Instance instance, @Nullable InetSocketAddress address, boolean takesTraffic) {}
}
