package io.roadstead.platform.command;

import io.roadstead.control.api.ReloadApi.Outcome;
import io.roadstead.gateway.accesslog.AccessLogConfig;
import io.roadstead.platform.GatewaySettings;
import io.roadstead.platform.Platform;
import io.roadstead.platform.Refused;
import io.roadstead.platform.client.ArtifactUpload;
import io.roadstead.platform.client.ControlClient;
import io.roadstead.platform.file.RoadsteadFile;
import io.roadstead.rollout.ServiceSpec;
import io.roadstead.rollout.Source;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Reads the file of {@code up} again. All of it comes into force, or nothing: with anything wrong
 * in it, or with a change that takes a restart, what was in force stays, and every problem is told.
 *
 * <p>Of the services, those are applied whose part of the file, or whose jar, has changed since it
 * was read last: what was deployed, scaled or rolled back by hand meanwhile stays so.
 */
final class Reloading {
  private final Platform platform;
  private final Path path;
  private final GatewaySettings options;
  private RoadsteadFile inForce;
  private Map<String, String> digests;

  /**
   * @param options what the command line says, which wins over the file
   * @param jars of the file as it was read at the start
   */
  Reloading(
      Platform platform,
      RoadsteadFile inForce,
      GatewaySettings options,
      Map<Path, ArtifactUpload> jars) {
    this.platform = platform;
    this.path = inForce.path();
    this.options = options;
    this.inForce = inForce;
    this.digests = digests(inForce, jars);
  }

  synchronized Outcome reload() {
    RoadsteadFile next;
    Map<Path, ArtifactUpload> jars;
    try {
      next = RoadsteadFile.read(path);
      jars = ApplyCommand.jars(next);
    } catch (Refused e) {
      return kept(String.valueOf(e.getMessage()).lines().toList());
    }
    List<String> problems = restartNeeded(next);
    if (!problems.isEmpty()) {
      return kept(problems);
    }
    Map<String, String> nextDigests = digests(next, jars);
    List<ServiceSpec> services = changed(next, nextDigests);
    Optional<AccessLogConfig> before = options.or(inForce.gatewaySettings()).accessLog();
    Optional<AccessLogConfig> after = options.or(next.gatewaySettings()).accessLog();
    List<String> changes = new ArrayList<>();
    try {
      // Also where it is the same: its file is opened anew.
      platform.accessLog(after);
      if (!before.equals(after)) {
        changes.add("gateway.accessLog: " + after.map(AccessLogConfig::place).orElse("none"));
      }
      if (!services.isEmpty()) {
        changes.addAll(apply(next.withServices(services), jars));
      }
    } catch (IOException e) {
      return kept(
          List.of(path + ": gateway.accessLog.file cannot be opened (" + e.getMessage() + ")"));
    } catch (Refused e) {
      List<String> all = new ArrayList<>(String.valueOf(e.getMessage()).lines().toList());
      try {
        platform.accessLog(before);
      } catch (IOException again) {
        all.add("the access log could not be put back: " + again.getMessage());
      }
      return kept(all);
    }
    inForce = next;
    digests = nextDigests;
    platform.reloaded(path.toString(), changes);
    return new Outcome.Done(changes);
  }

  private List<String> apply(RoadsteadFile services, Map<Path, ArtifactUpload> jars) {
    ControlClient client =
        new ControlClient(
            ControlClient.address(platform.control().toString()),
            Optional.of(platform.token()),
            platform.tokenFile().toString());
    List<String> changes = new ArrayList<>();
    ApplyCommand.send(client, services, jars)
        .keySet()
        .forEach(service -> changes.add("services." + service + ": applied"));
    return changes;
  }

  private List<String> restartNeeded(RoadsteadFile next) {
    Map<String, List<Object>> fields = new LinkedHashMap<>();
    fields.put("control.listen", List.of(inForce.control(), next.control()));
    fields.put("control.users", List.of(inForce.users(), next.users()));
    fields.put("gateway.listen", List.of(inForce.gateway(), next.gateway()));
    fields.put("gateway.defaultRoutes", List.of(inForce.defaultRoutes(), next.defaultRoutes()));
    fields.put(
        "gateway.filters",
        List.of(inForce.gatewaySettings().filters(), next.gatewaySettings().filters()));
    fields.put(
        "gateway.trustedProxies or gateway.trace",
        List.of(inForce.gatewaySettings().forwarding(), next.gatewaySettings().forwarding()));
    fields.put(
        "gateway.zone", List.of(inForce.gatewaySettings().zone(), next.gatewaySettings().zone()));
    fields.put("registry.activeChecks", List.of(inForce.activeChecks(), next.activeChecks()));
    List<String> problems = new ArrayList<>();
    fields.forEach(
        (field, values) -> {
          if (!values.get(0).equals(values.get(1))) {
            problems.add(
                path
                    + ": "
                    + field
                    + " has changed, which takes a restart of the platform (services run on):"
                    + " put it back, or restart");
          }
        });
    return problems;
  }

  private List<ServiceSpec> changed(RoadsteadFile next, Map<String, String> nextDigests) {
    Map<String, ServiceSpec> known = new HashMap<>();
    inForce.services().forEach(spec -> known.put(spec.name(), spec));
    return next.services().stream()
        .filter(
            spec ->
                !spec.equals(known.get(spec.name()))
                    || !Objects.equals(digests.get(spec.name()), nextDigests.get(spec.name())))
        .toList();
  }

  private static Map<String, String> digests(RoadsteadFile file, Map<Path, ArtifactUpload> jars) {
    Map<String, String> digests = new HashMap<>();
    for (ServiceSpec spec : file.services()) {
      if (spec.source() instanceof Source.Jar(var jar)) {
        ArtifactUpload upload = jars.get(jar);
        digests.put(spec.name(), upload == null ? "" : upload.sha256());
      }
    }
    return digests;
  }

  private Outcome kept(List<String> problems) {
    platform.reloadRefused(path.toString(), problems);
    return new Outcome.Kept(problems);
  }
}
