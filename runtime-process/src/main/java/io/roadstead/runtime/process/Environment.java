package io.roadstead.runtime.process;

import io.roadstead.rollout.Launch;
import io.roadstead.rollout.LaunchFailed;
import io.roadstead.rollout.Release;
import io.roadstead.rollout.ServiceSpec;
import io.roadstead.rollout.Source;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The environment of an instance: what it inherits, then what the platform tells it, then the
 * specification's own, which wins.
 *
 * <p>Spring is told twice. Plain variables cover what relaxed binding can name; the rest goes into
 * {@code SPRING_APPLICATION_JSON}, because a variable's name is lower-cased and {@code defaultZone}
 * is a key with a capital. But Spring ranks that JSON above variables, so a setting that the
 * specification makes by a variable is left out of it.
 */
final class Environment {
  static final String TOKEN = "ROADSTEAD_INSTANCE_TOKEN";
  static final String SERVICE = "ROADSTEAD_SERVICE";
  static final String VERSION = "ROADSTEAD_VERSION";
  static final String PORT = "PORT";
  static final String SPRING_JSON = "SPRING_APPLICATION_JSON";
  static final String REHEARSAL = "ROADSTEAD_REHEARSAL";

  /** A port that is nobody's. */
  private static final String NOWHERE = "http://127.0.0.1:1";

  private static final String JAVA_OPTIONS = "JDK_JAVA_OPTIONS";
  private static final String ZONE = "eureka.client.service-url.defaultZone";
  private static final List<String> POLLING = List.of("registryfetchinterval", "loadbalancercache");

  private final ProcessSettings settings;

  Environment(ProcessSettings settings) {
    this.settings = settings;
  }

  /**
   * @param spring whether it is, or for all that can be known may be, a Spring application
   */
  Map<String, String> of(Launch launch, int port, boolean spring) throws LaunchFailed {
    ServiceSpec spec = launch.release().spec();
    String control = settings.controlUrl().get();
    Path temporary = settings.temporary(launch.id());
    var env = new TreeMap<String, String>(settings.environment());
    env.put(PORT, Integer.toString(port));
    env.put(SERVICE, launch.release().service());
    env.put(VERSION, launch.release().version());
    env.put("ROADSTEAD_INSTANCE_ID", launch.id());
    env.put("ROADSTEAD_REGISTRY", control);
    env.put(TOKEN, launch.token());
    String gateway = settings.gatewayUrl().get();
    if (!gateway.isEmpty()) {
      env.put("ROADSTEAD_GATEWAY", gateway);
    }
    env.put("TMPDIR", temporary.toString());
    if (spring) {
      env.put("SERVER_PORT", Integer.toString(port));
      env.put("SPRING_APPLICATION_NAME", launch.release().service());
      env.put("EUREKA_INSTANCE_INSTANCE_ID", launch.id());
      env.put("EUREKA_INSTANCE_HOSTNAME", ProcessRuntime.HOST);
    }
    env.putAll(spec.env());
    if (spring) {
      env.put(SPRING_JSON, springJson(launch, control, env.getOrDefault(SPRING_JSON, "")));
    }
    if (!(spec.source() instanceof Source.Artifact || spec.source() instanceof Source.Jar)) {
      // A command may well be a JVM; its launcher reads these before its own arguments.
      String ours = "\"-Djava.io.tmpdir=" + temporary + "\" -XX:-UsePerfData";
      String theirs = env.getOrDefault(JAVA_OPTIONS, "");
      env.put(JAVA_OPTIONS, theirs.isEmpty() ? ours : ours + " " + theirs);
    }
    return env;
  }

  /**
   * The same for a rehearsal: as much as can be as an instance has it, so that what is learned
   * holds, but with no way to the registry or the gateway, whatever the specification says.
   */
  Map<String, String> ofRehearsal(Release release, String id, int port, boolean spring)
      throws LaunchFailed {
    Map<String, String> env = of(new Launch(id, release, ""), port, spring);
    env.remove(TOKEN);
    env.put(REHEARSAL, "1");
    env.put("ROADSTEAD_REGISTRY", NOWHERE);
    env.put("ROADSTEAD_GATEWAY", NOWHERE);
    if (spring && JsonMapper.shared().readTree(env.get(SPRING_JSON)) instanceof ObjectNode told) {
      var ours =
          Map.<String, Object>of(
              ZONE,
              NOWHERE + "/eureka/",
              "eureka.client.register-with-eureka",
              false,
              "eureka.client.fetch-registry",
              false);
      ours.keySet().forEach(key -> remove("", told, relaxed(key)));
      ours.forEach(told::putPOJO);
      env.put(SPRING_JSON, JsonMapper.shared().writeValueAsString(told));
    }
    return env;
  }

  /** Takes a setting out, however it is spelled. */
  private static void remove(String prefix, ObjectNode tree, String setting) {
    for (var entry : List.copyOf(tree.properties())) {
      String name = relaxed(prefix + entry.getKey());
      if (name.equals(setting)) {
        tree.remove(entry.getKey());
      } else if (entry.getValue() instanceof ObjectNode below) {
        remove(prefix + entry.getKey() + ".", below, setting);
      }
    }
  }

  /** Whether a release sets for itself how often it polls the registry, or how long it caches. */
  static boolean changesPolling(Release release) {
    var said = new ArrayList<String>();
    release.spec().env().forEach((name, value) -> said.add(name + "=" + value));
    switch (release.spec().source()) {
      case Source.Shell(String command) -> said.add(command);
      case Source.Exec(List<String> command) -> said.addAll(command);
      case Source.Jar _, Source.Artifact _ -> {}
    }
    return said.stream()
        .map(Environment::relaxed)
        .anyMatch(s -> POLLING.stream().anyMatch(s::contains));
  }

  private String springJson(Launch launch, String control, String own) throws LaunchFailed {
    ServiceSpec spec = launch.release().spec();
    var ours = new LinkedHashMap<String, Object>();
    ours.put(ZONE, withUser(control, launch.id(), launch.token()) + "/eureka/");
    ours.put("eureka.client.registry-fetch-interval-seconds", 2);
    ours.put("spring.cloud.loadbalancer.cache.ttl", "1s");
    ours.put("server.shutdown", "graceful");
    ours.put("spring.lifecycle.timeout-per-shutdown-phase", millis(spec.rollout().stopTimeout()));
    ours.put("management.endpoint.health.probes.enabled", true);

    var variables = new TreeMap<String, String>();
    spec.env().forEach((name, value) -> variables.put(relaxed(name), value));
    JsonMapper json = JsonMapper.shared();
    ObjectNode merged = own.isBlank() ? json.createObjectNode() : parse(json, launch, own);
    var theirs = new TreeMap<String, String>();
    flatten("", merged, theirs);
    ours.forEach(
        (key, value) -> {
          String name = relaxed(key);
          if (theirs.containsKey(name)) {
            return;
          }
          if (!variables.containsKey(name)) {
            merged.putPOJO(key, value);
          } else if (key.equals(ZONE)) {
            merged.put(key, variables.get(name));
          }
        });
    return json.writeValueAsString(merged);
  }

  private static ObjectNode parse(JsonMapper json, Launch launch, String own) throws LaunchFailed {
    try {
      if (json.readTree(own) instanceof ObjectNode object) {
        return object;
      }
    } catch (JacksonException _) {
      // said below, without the text: it may hold secrets
    }
    throw new LaunchFailed(
        "the env "
            + SPRING_JSON
            + " of service "
            + launch.release().service()
            + " is not a JSON object; correct it in the specification");
  }

  private static void flatten(String prefix, JsonNode node, Map<String, String> into) {
    if (node instanceof ObjectNode object) {
      object.properties().forEach(e -> flatten(prefix + e.getKey() + ".", e.getValue(), into));
    } else {
      into.put(relaxed(prefix), node.toString());
    }
  }

  /** A setting's name as all of Spring's spellings of it have in common. */
  private static String relaxed(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }

  private static String withUser(String url, String user, String password) {
    int host = url.indexOf("://") + 3;
    return url.substring(0, host)
        + URLEncoder.encode(user, StandardCharsets.UTF_8)
        + ":"
        + URLEncoder.encode(password, StandardCharsets.UTF_8)
        + "@"
        + url.substring(host);
  }

  private static String millis(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + "s"
        : duration.toMillis() + "ms";
  }
}
