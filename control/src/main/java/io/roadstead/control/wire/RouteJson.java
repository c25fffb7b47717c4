package io.roadstead.control.wire;

import io.roadstead.control.figures.OfRoute;
import io.roadstead.registry.Route;
import io.roadstead.registry.RouteMatch;
import io.roadstead.registry.Service;
import io.roadstead.registry.Snapshot;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Routes as JSON. */
public final class RouteJson {
  /** What a route asks of a request; one service alone can have it. */
  private record Claim(String host, String path, RouteMatch match) {}

  private RouteJson() {}

  /**
   * All that the gateways route, explicit ones first. A route that can take no request, because a
   * service before its own by name claims the same, names that service as {@code shadowedBy}.
   *
   * @param defaultRoutes whether they route {@code /{service}/**} for all that registers
   */
  public static ArrayNode list(Snapshot snapshot, boolean defaultRoutes) {
    return list(snapshot, defaultRoutes, Map.of());
  }

  /**
   * The same with what was counted on each.
   *
   * @param figures by the routes' labels
   */
  public static ArrayNode list(
      Snapshot snapshot, boolean defaultRoutes, Map<String, OfRoute> figures) {
    ArrayNode list = Json.array();
    Map<Claim, String> claims = new HashMap<>();
    for (Service service : snapshot.services().values()) {
      for (Route route : service.routes()) {
        Claim claim = new Claim(route.host(), route.claimedPath(), route.match());
        add(
            list,
            service.name(),
            route,
            "specification",
            route.label(),
            figures,
            claims.putIfAbsent(claim, service.name()));
      }
    }
    if (defaultRoutes) {
      for (Service service : snapshot.services().values()) {
        Route route = new Route("", "/" + service.name(), true);
        Claim claim = new Claim("", route.claimedPath(), route.match());
        add(
            list,
            service.name(),
            route,
            "default",
            route.label() + "/**",
            figures,
            claims.get(claim));
      }
    }
    return list;
  }

  private static void add(
      ArrayNode list,
      String service,
      Route route,
      String source,
      String label,
      Map<String, OfRoute> figures,
      @Nullable String before) {
    ObjectNode entry =
        list.addObject()
            .put("host", route.host())
            .put("path", route.path())
            .put("strip", route.strip())
            .put("service", service)
            .put("source", source)
            .put("label", label);
    RouteFields.write(route, entry);
    TrafficJson.write(entry, route.traffic());
    if (before != null && !before.equals(service)) {
      entry.put("shadowedBy", before);
    }
    OfRoute counted = figures.get(label);
    if (counted != null) {
      figures(counted, entry.putObject("figures"));
    }
  }

  private static void figures(OfRoute counted, ObjectNode to) {
    to.put("requests", counted.requests())
        .put("errors", counted.errors())
        .put("clientErrors", counted.clientErrors())
        .put("timeouts", counted.timeouts());
    if (!Double.isNaN(counted.p50Millis())) {
      to.put("p50Millis", counted.p50Millis()).put("p99Millis", counted.p99Millis());
    }
  }
}
