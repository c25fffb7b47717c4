package io.roadstead.registry;

import java.util.List;

/**
 * A service at one version of the registry. A service that has routes but no instance is there too,
 * with none.
 *
 * @param instances in order of id
 * @param routes its explicit routes, from its specification
 * @param traffic how gateways treat its requests
 * @param split how its requests are shared among its versions
 */
public record Service(
    String name, List<Instance> instances, List<Route> routes, TrafficPolicy traffic, Split split) {
  public Service {
    instances = List.copyOf(instances);
    routes = List.copyOf(routes);
  }

  /** One whose versions are alike. */
  public Service(String name, List<Instance> instances, List<Route> routes, TrafficPolicy traffic) {
    this(name, instances, routes, traffic, Split.NONE);
  }

  /** One whose requests are treated as all are. */
  public Service(String name, List<Instance> instances, List<Route> routes) {
    this(name, instances, routes, TrafficPolicy.DEFAULT);
  }

  /** Whether there is nothing to know of it. */
  public boolean isEmpty() {
    return instances.isEmpty()
        && routes.isEmpty()
        && traffic.equals(TrafficPolicy.DEFAULT)
        && split.isNone();
  }
}
