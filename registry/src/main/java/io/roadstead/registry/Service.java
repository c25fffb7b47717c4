package io.roadstead.registry;

import java.util.List;

/**
 * A service at one version of the registry. A service that has routes but no instance is there too,
 * with none.
 *
 * @param instances in order of id
 * @param routes its explicit routes, from its specification
 */
public record Service(String name, List<Instance> instances, List<Route> routes) {
  public Service {
    instances = List.copyOf(instances);
    routes = List.copyOf(routes);
  }
}
