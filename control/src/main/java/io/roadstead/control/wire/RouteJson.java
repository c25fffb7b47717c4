package io.roadstead.control.wire;

import io.roadstead.registry.Route;
import io.roadstead.registry.Service;
import io.roadstead.registry.Snapshot;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Routes as JSON. */
public final class RouteJson {
  private RouteJson() {}

  /**
   * All that the gateways route, explicit ones first.
   *
   * @param defaultRoutes whether they route {@code /{service}/**} for all that registers
   */
  public static ArrayNode list(Snapshot snapshot, boolean defaultRoutes) {
    ArrayNode list = Json.array();
    for (Service service : snapshot.services().values()) {
      for (Route route : service.routes()) {
        add(list, service.name(), route, "specification");
      }
    }
    if (defaultRoutes) {
      for (Service service : snapshot.services().values()) {
        add(list, service.name(), new Route("", "/" + service.name(), true), "default");
      }
    }
    return list;
  }

  private static void add(ArrayNode list, String service, Route route, String source) {
    ObjectNode entry =
        list.addObject()
            .put("host", route.host())
            .put("path", route.path())
            .put("strip", route.strip())
            .put("service", service)
            .put("source", source);
    if (!route.filters().isEmpty()) {
      ArrayNode filters = entry.putArray("filters");
      route.filters().forEach(filters::add);
    }
  }
}
