package io.roadstead.platform.command;

import static java.util.stream.Collectors.joining;

import io.roadstead.platform.Refused;
import io.roadstead.platform.client.ArtifactUpload;
import io.roadstead.platform.client.ControlClient;
import io.roadstead.rollout.Strategy;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Deploys a service, or changes what its flags name of one that is there. */
@Command(
    name = "deploy",
    description = {
      "Deploys a service, or a new version of it, without a failed request.",
      "Of a service that is there it changes only what the flags name."
    },
    footer = {
      "",
      "Examples:",
      "  roadstead deploy orders --jar build/orders.jar --replicas 3 --wait",
      "  roadstead deploy hello --command 'python3 -m http.server $PORT' --route /hi",
      "  roadstead deploy orders --env LOG_LEVEL=debug"
    })
final class DeployCommand implements Callable<Integer> {
  @Option(names = "--jar", paramLabel = "FILE", description = "A jar to run with java -jar.")
  private @Nullable Path jar;

  @Option(
      names = "--command",
      paramLabel = "LINE",
      description =
          "One program with its arguments, as a line for /bin/sh; $$PORT is the port to listen on."
              + " Several commands are written as sh -c '…'.")
  private @Nullable String command;

  @Option(names = "--image", hidden = true)
  private @Nullable String image;

  @Option(names = "--runtime", hidden = true)
  private @Nullable String runtime;

  @Option(
      names = "--version",
      paramLabel = "V",
      description = "Its label. Default: the first digits of the digest of what it runs.")
  private @Nullable String version;

  @Option(
      names = "--replicas",
      paramLabel = "N",
      description = "How many instances, 0 to 1000. Default for a new service: 1.")
  private @Nullable Integer replicas;

  @Option(
      names = "--route",
      paramLabel = "[HOST]/PATH",
      description =
          "A path prefix that the gateway forwards to it, and takes off, of every host or of one:"
              + " /orders, shop.example/orders, *.shop.example/. Repeatable.")
  private List<String> routes = List.of();

  @Option(
      names = "--env",
      paramLabel = "K=V",
      description = "A variable of its environment. Repeatable.")
  private List<String> env = List.of();

  private static final List<String> STAGES = List.of("steps", "sampleTimeout", "warm", "promote");

  @Option(
      names = "--health",
      paramLabel = "PATH",
      description =
          "A path that answers 2xx or 3xx once it is ready. Default: the readiness of a Spring"
              + " Boot actuator, else its port accepts connections.")
  private @Nullable String health;

  @Option(
      names = "--strategy",
      paramLabel = "STRATEGY",
      description =
          "How it is replaced: rolling (a few instances at a time), canary (a growing share,"
              + " judged at each step), blue-green (all new instances, then a switch), recreate"
              + " (all old instances end first). Steps and times are set in the file.")
  private @Nullable String strategy;

  @Option(
      names = "--start-cache",
      negatable = true,
      fallbackValue = "true",
      description =
          "Whether a rehearsal of the jar may make a cache for faster starts. Default: true.")
  private @Nullable Boolean startCache;

  @Option(
      names = "--start-extract",
      negatable = true,
      fallbackValue = "true",
      description = "Whether a Spring Boot jar may be extracted before it runs. Default: true.")
  private @Nullable Boolean startExtract;

  @Mixin private final Changing changing = new Changing();

  @Override
  public Integer call() {
    String service = changing.service();
    validate();
    Map<String, String> variables = variables();
    Optional<ArtifactUpload> upload =
        jar == null ? Optional.empty() : Optional.of(ArtifactUpload.of(jar));
    ControlClient client = changing.client();
    String path = "/api/v1/services/" + ControlClient.part(service);
    Optional<String> current = client.find(path);
    if (current.isEmpty() && jar == null && command == null) {
      throw Refused.usage(
          "there is no service "
              + service
              + " yet: say what it runs, with --jar FILE or --command \"…\"");
    }
    ObjectNode spec =
        current
            .map(body -> client.parse(body).path("spec"))
            .filter(JsonNode::isObject)
            .map(node -> (ObjectNode) node.deepCopy())
            .orElseGet(JsonNodeFactory.instance::objectNode);
    upload.ifPresent(artifact -> artifact.send(client));
    change(spec, variables, upload);
    String put = changing.path(replicas == null ? "" : "?scale=true");
    return changing.follow(client, client.put(put, spec));
  }

  private void validate() {
    if (image != null) {
      throw Refused.usage(
          "--image is not supported: this version runs processes, with --jar FILE or --command"
              + " \"…\"");
    }
    if (runtime != null && !runtime.equals("process")) {
      throw Refused.usage(
          "--runtime " + runtime + " is not supported: this version has the runtime process");
    }
    if (strategy != null && Strategy.of(strategy).isEmpty()) {
      throw Refused.usage(
          "--strategy "
              + strategy
              + " is not supported: there are "
              + Arrays.stream(Strategy.values()).map(Strategy::word).collect(joining(", ")));
    }
    if (jar != null && command != null) {
      throw Refused.usage("--jar and --command cannot both be given: a service runs one of them");
    }
    if (command != null && command.isBlank()) {
      throw Refused.usage("--command is empty: write what to run, as --command \"./server $PORT\"");
    }
    if (replicas != null) {
      Arguments.replicas(replicas);
    }
    for (String route : routes) {
      if (route.indexOf('/') < 0) {
        throw Refused.usage(
            "--route "
                + route
                + " has no slash: write /"
                + route
                + ", or "
                + route
                + "/ for a host");
      }
    }
    if (health != null && !health.startsWith("/")) {
      throw Refused.usage("--health " + health + " must start with a slash: write /" + health);
    }
  }

  private Map<String, String> variables() {
    Map<String, String> variables = new LinkedHashMap<>();
    for (String pair : env) {
      int equals = pair.indexOf('=');
      if (equals <= 0) {
        throw Refused.usage("--env " + pair + " is not K=V: write it as --env LOG_LEVEL=debug");
      }
      variables.put(pair.substring(0, equals), pair.substring(equals + 1));
    }
    return variables;
  }

  private void change(
      ObjectNode spec, Map<String, String> variables, Optional<ArtifactUpload> upload) {
    if (upload.isPresent() || command != null) {
      spec.remove("jar");
      spec.remove("artifact");
      spec.remove("command");
      // The label named the old bytes; new ones under it would be refused.
      spec.remove("version");
      upload.ifPresent(artifact -> spec.put("artifact", artifact.sha256()));
      if (command != null) {
        spec.put("command", command);
      }
    }
    if (version != null) {
      spec.put("version", version);
    }
    if (replicas != null) {
      spec.put("replicas", replicas);
    }
    if (!routes.isEmpty()) {
      ArrayNode list = spec.putArray("routes");
      for (String route : routes) {
        int slash = route.indexOf('/');
        ObjectNode each = list.addObject();
        if (slash > 0) {
          each.put("host", route.substring(0, slash));
        }
        each.put("path", route.substring(slash));
      }
    }
    if (!variables.isEmpty()) {
      ObjectNode environment = spec.withObjectProperty("env");
      variables.forEach(environment::put);
    }
    if (health != null) {
      spec.withObjectProperty("health").put("path", health);
    }
    if (strategy != null) {
      ObjectNode rollout = spec.withObjectProperty("rollout");
      if (!rollout.path("strategy").asString("").equals(strategy)) {
        rollout.remove(STAGES);
      }
      rollout.put("strategy", strategy);
    }
    if (startCache != null) {
      spec.withObjectProperty("start").put("cache", startCache);
    }
    if (startExtract != null) {
      spec.withObjectProperty("start").put("extract", startExtract);
    }
  }
}
