package io.roadstead.platform.command;

import io.roadstead.control.spec.SpecJson;
import io.roadstead.platform.Refused;
import io.roadstead.platform.client.ArtifactUpload;
import io.roadstead.platform.client.ControlClient;
import io.roadstead.platform.file.RoadsteadFile;
import io.roadstead.rollout.ServiceSpec;
import io.roadstead.rollout.Source;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes the services of a file so. */
@Command(
    name = "apply",
    description = {
      "Makes the services of a file so; those that are as it says are left alone.",
      "Nothing is changed where anything in the file is wrong, or the platform refuses any of it."
    },
    footer = {"", "Example:", "  roadstead apply -f roadstead.yaml --prune --wait"})
final class ApplyCommand implements Callable<Integer> {
  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "FILE",
      description = "The file (YAML).")
  private Path file = Path.of("roadstead.yaml");

  @Option(names = "--prune", description = "Remove the services that the file does not name.")
  private boolean prune;

  @Mixin private final Connection connection = new Connection();
  @Mixin private final Waiting waiting = new Waiting();
  @Mixin private final Why why = new Why();

  @Override
  public Integer call() {
    RoadsteadFile declared = RoadsteadFile.read(file);
    Map<Path, ArtifactUpload> jars = jars(declared);
    ControlClient client = connection.client();
    Map<String, String> answers = send(client, declared, jars, why);
    if (prune) {
      answers.putAll(prune(client, declared));
    }
    int exit = 0;
    for (Map.Entry<String, String> answer : answers.entrySet()) {
      exit = Math.max(exit, waiting.follow(client, answer.getKey(), answer.getValue()));
    }
    if (answers.isEmpty()) {
      System.out.println(file + " names no services, so there is nothing to do");
    }
    return exit;
  }

  /** Applies a file's services to a platform that has just come up. */
  static void apply(ControlClient client, RoadsteadFile declared, Map<Path, ArtifactUpload> jars) {
    Waiting noWait = new Waiting();
    send(client, declared, jars)
        .forEach((service, answer) -> noWait.follow(client, service, answer));
  }

  /** The jars of a file, read, so that one that cannot be read is known before any change. */
  static Map<Path, ArtifactUpload> jars(RoadsteadFile declared) {
    Map<Path, ArtifactUpload> jars = new HashMap<>();
    for (ServiceSpec spec : declared.services()) {
      if (spec.source() instanceof Source.Jar(var path)) {
        jars.computeIfAbsent(path, ArtifactUpload::of);
      }
    }
    return jars;
  }

  /** As {@link #send(ControlClient, RoadsteadFile, Map, Why)}, with nothing told. */
  static Map<String, String> send(
      ControlClient client, RoadsteadFile declared, Map<Path, ArtifactUpload> jars) {
    return send(client, declared, jars, new Why());
  }

  /**
   * All uploads first, then every service is looked at, and only when none is refused they are
   * changed. Returns the answer for each service.
   */
  private static Map<String, String> send(
      ControlClient client, RoadsteadFile declared, Map<Path, ArtifactUpload> jars, Why why) {
    jars.values().forEach(jar -> jar.send(client));
    Map<String, ObjectNode> trees = new LinkedHashMap<>();
    for (ServiceSpec spec : declared.services()) {
      ObjectNode tree = SpecJson.tree(spec);
      if (spec.source() instanceof Source.Jar(var path)) {
        tree.remove("jar");
        ArtifactUpload jar = jars.get(path);
        if (jar != null) {
          tree.put("artifact", jar.sha256());
        }
      }
      trees.put(spec.name(), tree);
    }
    Set<String> refusals = new LinkedHashSet<>();
    trees.forEach(
        (name, tree) -> {
          try {
            var _ = client.put(path(name) + "?dryRun=true", tree);
          } catch (Refused e) {
            refusals.add(String.valueOf(e.getMessage()));
          }
        });
    if (!refusals.isEmpty()) {
      throw Refused.because(String.join("\n", refusals) + "\nnothing was changed");
    }
    Map<String, String> answers = new LinkedHashMap<>();
    trees.forEach((name, tree) -> answers.put(name, client.put(why.in(path(name)), tree)));
    return answers;
  }

  private static String path(String service) {
    return "/api/v1/services/" + ControlClient.part(service);
  }

  private Map<String, String> prune(ControlClient client, RoadsteadFile declared) {
    Set<String> kept =
        declared.services().stream().map(ServiceSpec::name).collect(Collectors.toSet());
    Set<String> others = new TreeSet<>();
    for (JsonNode service : client.parse(client.get("/api/v1/services"))) {
      if (service.path("managed").asBoolean(true)) { // else it only registers: not ours to remove
        others.add(service.path("name").asString(""));
      }
    }
    others.removeAll(kept);
    Map<String, String> answers = new LinkedHashMap<>();
    for (String service : others) {
      answers.put(service, client.delete(why.in(path(service))));
    }
    return answers;
  }
}
