package io.roadstead.rollout;

import io.roadstead.registry.Names;
import io.roadstead.registry.Route;
import io.roadstead.registry.TrafficPolicy;
import java.util.List;
import java.util.Map;

/**
 * What a service should be: the service part of the file, validated.
 *
 * @param version the release's label, or "" for the source's short digest
 * @param replicas 0 or more; the first value only, where a scale has set another
 */
public record ServiceSpec(
    String name,
    Source source,
    String version,
    int replicas,
    List<Route> routes,
    Health health,
    Map<String, String> env,
    Resources resources,
    RolloutPolicy rollout,
    JarStart start,
    TrafficPolicy traffic) {
  public ServiceSpec {
    name = Names.service(name);
    routes = List.copyOf(routes);
    env = Map.copyOf(env);
  }

  /** One that starts as fast as it can. */
  public ServiceSpec(
      String name,
      Source source,
      String version,
      int replicas,
      List<Route> routes,
      Health health,
      Map<String, String> env,
      Resources resources,
      RolloutPolicy rollout) {
    this(name, source, version, replicas, routes, health, env, resources, rollout, JarStart.FAST);
  }

  /** One whose requests are treated as all are. */
  public ServiceSpec(
      String name,
      Source source,
      String version,
      int replicas,
      List<Route> routes,
      Health health,
      Map<String, String> env,
      Resources resources,
      RolloutPolicy rollout,
      JarStart start) {
    this(
        name,
        source,
        version,
        replicas,
        routes,
        health,
        env,
        resources,
        rollout,
        start,
        TrafficPolicy.DEFAULT);
  }
}
