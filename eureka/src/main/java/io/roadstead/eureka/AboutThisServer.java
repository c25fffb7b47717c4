package io.roadstead.eureka;

import io.roadstead.registry.Instance;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Service;
import io.roadstead.registry.Status;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the original tells operators of itself: {@code status}, and {@code
 * serverinfo/statusoverrides}. There are no replicas; the server's own instance is at the address
 * that the request was sent to. Thread-safe.
 */
final class AboutThisServer {
  private static final String NAME = "roadstead";
  private static final String ROOT = "com.netflix.eureka.util.StatusInfo";
  private static final long MEBIBYTE = 1024 * 1024;
  private static final Pattern HOST =
      Pattern.compile("(\\[[0-9A-Fa-f:.]{2,45}]|[A-Za-z0-9._-]{1,253})(?::([0-9]{1,5}))?");

  private static final JsonMapper JSON = new JsonMapper();

  private final Registry registry;
  private final InstanceWriter writer;
  private final InstantSource wall;
  private final Instant started;

  AboutThisServer(Registry registry, InstanceWriter writer, InstantSource wall) {
    this.registry = registry;
    this.writer = writer;
    this.wall = wall;
    this.started = wall.instant();
  }

  Body status(EurekaRequest request) {
    Form form = Form.of(request).whole();
    Instance self = self(request.headers().get("Host"));
    byte[] instance = writer.write(form, "instanceInfo", 1, self, null, 0);
    return form.xml() ? xml(form, instance) : json(form, instance);
  }

  private Body xml(Form form, byte[] instance) {
    Body.Builder body = new Body.Builder().add("<" + ROOT + ">\n");
    xmlMap(body, "generalStats", generalStats());
    xmlMap(body, "applicationStats", replicas());
    return body.add(new Segment(instance)).add("</" + ROOT + ">").build(form);
  }

  /** No text in them needs escaping. */
  private static void xmlMap(Body.Builder body, String name, Map<String, String> entries) {
    body.add("  <" + name + ">\n");
    entries.forEach((key, value) -> body.add("    <" + key + ">" + value + "</" + key + ">\n"));
    body.add("  </" + name + ">\n");
  }

  private Body json(Form form, byte[] instance) {
    return new Body.Builder()
        .add("{\"generalStats\":")
        .add(JSON.writeValueAsString(generalStats()))
        .add(",\"applicationStats\":")
        .add(JSON.writeValueAsString(replicas()))
        .add(",\"instanceInfo\":")
        .add(new Segment(instance))
        .add("}")
        .build(form);
  }

  private Map<String, String> generalStats() {
    Runtime jvm = Runtime.getRuntime();
    long total = jvm.totalMemory() / MEBIBYTE;
    long used = (jvm.totalMemory() - jvm.freeMemory()) / MEBIBYTE;
    Duration up = Duration.between(started, wall.instant());
    Map<String, String> stats = new LinkedHashMap<>();
    stats.put("num-of-cpus", Integer.toString(jvm.availableProcessors()));
    stats.put("total-avail-memory", total + "mb");
    stats.put("current-memory-usage", used + "mb (" + used * 100 / Math.max(1, total) + "%)");
    stats.put("server-uptime", "%02d:%02d".formatted(up.toHours(), up.toMinutesPart()));
    return stats;
  }

  private static Map<String, String> replicas() {
    Map<String, String> none = new LinkedHashMap<>();
    none.put("registered-replicas", "");
    none.put("available-replicas", "");
    none.put("unavailable-replicas", "");
    return none;
  }

  private Instance self(@Nullable String authority) {
    Matcher named = HOST.matcher(authority == null ? "" : authority);
    String host = named.matches() ? named.group(1) : "localhost";
    String port = named.matches() ? named.group(2) : null;
    int number = port == null ? 80 : Math.clamp(Integer.parseInt(port), 1, 65_535);
    return new Instance(
        NAME,
        host + ":" + NAME + ":" + number,
        host,
        "",
        number,
        false,
        Status.UP,
        100,
        "",
        "",
        false,
        Map.of(),
        started,
        started,
        null);
  }

  /** The instances whose status an operator has set. */
  Body overrides() {
    Map<String, String> overrides = new TreeMap<>();
    for (Service service : registry.snapshot().services().values()) {
      for (Instance instance : service.instances()) {
        EurekaInfo info = InstanceWriter.infoOf(instance);
        if (info.overridden()) {
          overrides.put(instance.id(), info.overriddenStatus().name());
        }
      }
    }
    return new Body.Builder().add(JSON.writeValueAsString(overrides)).build(Form.JSON);
  }
}
