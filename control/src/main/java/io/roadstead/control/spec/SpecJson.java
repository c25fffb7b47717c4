package io.roadstead.control.spec;

import io.roadstead.control.wire.RouteFields;
import io.roadstead.registry.Route;
import io.roadstead.rollout.Health;
import io.roadstead.rollout.JarStart;
import io.roadstead.rollout.RolloutPolicy;
import io.roadstead.rollout.ServiceSpec;
import io.roadstead.rollout.Source;
import io.roadstead.rollout.SpecCodec;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes a specification with the keys of the file, so that {@link SpecReader} reads the same
 * again; this is the text that is kept and sent. Immutable, safe from any thread.
 */
public final class SpecJson implements SpecCodec {
  private final JsonMapper mapper = JsonMapper.builder().build();
  private final SpecReader reader = SpecReader.wire();

  @Override
  public String write(ServiceSpec spec) {
    return mapper.writeValueAsString(tree(spec));
  }

  /**
   * @throws IllegalArgumentException when it was not written by this; all problems in one line
   */
  @Override
  public ServiceSpec read(String name, String text) {
    Problems problems = Problems.withoutLines();
    JsonNode tree = mapper.readTree(text);
    return reader
        .read(name, tree, Place.ROOT, problems)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the kept specification of " + name + " cannot be read: " + problems.list()));
  }

  /** The service part of the file. */
  public static ObjectNode tree(ServiceSpec spec) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    switch (spec.source()) {
      case Source.Jar(var path) -> tree.put("jar", path.toString());
      case Source.Artifact(var sha256) -> tree.put("artifact", sha256);
      case Source.Shell(var command) -> tree.put("command", command);
      case Source.Exec(var command) -> command.forEach(tree.putArray("command")::add);
    }
    if (!spec.version().isEmpty()) {
      tree.put("version", spec.version());
    }
    tree.put("replicas", spec.replicas());
    ArrayNode routes = tree.putArray("routes");
    for (Route route : spec.routes()) {
      ObjectNode entry = routes.addObject().put("path", route.path());
      if (!route.host().isEmpty()) {
        entry.put("host", route.host());
      }
      entry.put("strip", route.strip());
      RouteFields.write(route, entry);
      TrafficSpec.writeRoute(route.traffic(), entry);
    }
    Health health = spec.health();
    ObjectNode probe = tree.putObject("health");
    if (!health.path().isEmpty()) {
      probe.put("path", health.path());
    }
    probe.put("interval", Quantities.text(health.interval()));
    probe.put("timeout", Quantities.text(health.timeout()));
    probe.put("startup", Quantities.text(health.startup()));
    ObjectNode env = tree.putObject("env");
    new TreeMap<>(spec.env()).forEach(env::put);
    ObjectNode resources = tree.putObject("resources");
    if (spec.resources().memoryBytes() > 0) {
      resources.put("memory", Quantities.text(spec.resources().memoryBytes()));
    }
    if (spec.resources().cpu() > 0) {
      resources.put("cpu", spec.resources().cpu());
    }
    RolloutPolicy policy = spec.rollout();
    ObjectNode rollout = tree.putObject("rollout");
    rollout
        .put("strategy", policy.strategy().word())
        .put("surge", policy.surge())
        .put("unavailable", policy.unavailable())
        .put("minReady", Quantities.text(policy.minReady()))
        .put("drainTimeout", Quantities.text(policy.drainTimeout()))
        .put("stopTimeout", Quantities.text(policy.stopTimeout()));
    StagesSpec.write(policy, rollout);
    HooksSpec.write(policy.hooks(), rollout);
    if (!spec.start().equals(JarStart.FAST)) {
      tree.putObject("start")
          .put("extract", spec.start().extract())
          .put("cache", spec.start().cache());
    }
    TrafficSpec.write(spec.traffic(), tree);
    BalancerSpec.write(spec.traffic().balancing(), tree);
    return tree;
  }
}
