package io.roadstead.control.api;

import io.roadstead.control.figures.Figures;
import io.roadstead.control.figures.Traffic;
import io.roadstead.control.spec.SpecJson;
import io.roadstead.control.wire.FiguresJson;
import io.roadstead.control.wire.Json;
import io.roadstead.control.wire.RegistryJson;
import io.roadstead.control.wire.RolloutJson;
import io.roadstead.registry.Instance;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Route;
import io.roadstead.registry.Service;
import io.roadstead.registry.Snapshot;
import io.roadstead.registry.Status;
import io.roadstead.rollout.Deployer;
import io.roadstead.rollout.Deployer.InstanceStatus;
import io.roadstead.rollout.Deployer.ServiceStatus;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * Joins what the registry, the deployer and the gateway know of services and instances into the
 * bodies of the API.
 */
public final class Views {
  private final Registry registry;
  private final Deployer deployer;
  private final Traffic traffic;

  public Views(Registry registry, Deployer deployer, Traffic traffic) {
    this.registry = registry;
    this.deployer = deployer;
    this.traffic = traffic;
  }

  /** Those that are deployed, and after them those that only register, all by name. */
  byte[] services() {
    Snapshot snapshot = registry.snapshot();
    Map<String, @Nullable ServiceStatus> all = new TreeMap<>();
    snapshot.services().keySet().forEach(name -> all.put(name, null));
    deployer.services().forEach(status -> all.put(status.name(), status));
    Traffic.Recent recent = traffic.recent();
    return write(
        json -> {
          json.writeStartArray();
          all.forEach(
              (name, status) -> service(json, snapshot, name, status, Detail.USUAL, recent));
          json.writeEndArray();
        });
  }

  /** One service with its specification, where it is known at all. */
  Optional<byte[]> service(String name) {
    Snapshot snapshot = registry.snapshot();
    ServiceStatus status = deployer.service(name).orElse(null);
    if (status == null && snapshot.service(name) == null) {
      return Optional.empty();
    }
    Traffic.Recent recent = traffic.recent();
    return Optional.of(
        write(json -> service(json, snapshot, name, status, Detail.WITH_SPEC, recent)));
  }

  /**
   * Every service by name, without what changes by itself: neither ages nor figures, and of a
   * roll-out only its id. Two that are equal byte by byte say the same.
   */
  public SortedMap<String, byte[]> still(Snapshot snapshot) {
    SortedMap<String, byte[]> all = new TreeMap<>();
    Traffic.Recent recent = Traffic.Recent.UNKNOWN;
    snapshot
        .services()
        .keySet()
        .forEach(
            name ->
                all.put(name, write(j -> service(j, snapshot, name, null, Detail.STILL, recent))));
    for (ServiceStatus status : deployer.services()) {
      String name = status.name();
      all.put(name, write(j -> service(j, snapshot, name, status, Detail.STILL, recent)));
    }
    return all;
  }

  /**
   * Every instance that is registered or that the platform runs.
   *
   * @param service the only one wanted, or ""
   */
  byte[] instances(String service) {
    Snapshot snapshot = registry.snapshot();
    List<Joined> all = new ArrayList<>();
    Map<String, @Nullable ServiceStatus> deployed = new TreeMap<>();
    snapshot.services().keySet().forEach(name -> deployed.put(name, null));
    deployer.services().forEach(status -> deployed.put(status.name(), status));
    deployed.forEach(
        (name, status) -> {
          if (service.isEmpty() || service.equals(name)) {
            all.addAll(joined(snapshot.service(name), status));
          }
        });
    Traffic.Recent recent = traffic.recent();
    return write(
        json -> {
          json.writeStartArray();
          all.forEach(instance -> instance(json, instance, Detail.USUAL, recent));
          json.writeEndArray();
        });
  }

  /** How much is told of a service. */
  private enum Detail {
    USUAL,
    WITH_SPEC,
    STILL
  }

  private record Joined(@Nullable Instance listed, @Nullable InstanceStatus run) {}

  private static List<Joined> joined(@Nullable Service listed, @Nullable ServiceStatus status) {
    Map<String, InstanceStatus> run = new LinkedHashMap<>();
    if (status != null) {
      status.instances().forEach(instance -> run.put(instance.id(), instance));
    }
    List<Joined> joined = new ArrayList<>();
    if (listed != null) {
      for (Instance instance : listed.instances()) {
        joined.add(new Joined(instance, run.remove(instance.id())));
      }
    }
    run.values().forEach(instance -> joined.add(new Joined(null, instance)));
    return joined;
  }

  private void service(
      JsonGenerator json,
      Snapshot snapshot,
      String name,
      @Nullable ServiceStatus status,
      Detail detail,
      Traffic.Recent recent) {
    Service listed = snapshot.service(name);
    List<Joined> instances = joined(listed, status);
    json.writeStartObject();
    json.writeStringProperty("name", name);
    json.writeStringProperty("version", status == null ? "" : status.release().version());
    json.writeBooleanProperty("managed", status != null);
    if (status == null) {
      long ready =
          instances.stream()
              .filter(i -> i.listed() != null && i.listed().status().takesTraffic())
              .count();
      json.writeNumberProperty("desired", 0);
      json.writeNumberProperty("ready", ready);
    } else {
      json.writeNumberProperty("desired", status.desired());
      json.writeNumberProperty("ready", status.ready());
    }
    RegistryJson.routes(json, routes(listed, status));
    if (listed != null) {
      RegistryJson.split(json, listed.split());
    }
    Traffic.Sum sum = Traffic.Sum.NONE;
    json.writeArrayPropertyStart("instances");
    for (Joined instance : instances) {
      sum = sum.plus(instance(json, instance, detail, recent));
    }
    json.writeEndArray();
    if (detail == Detail.STILL) {
      json.writeStringProperty(
          "rollout",
          status == null ? null : status.rollout().map(rollout -> rollout.id()).orElse(null));
      json.writeEndObject();
      return;
    }
    figures(json, sum);
    recent(json, recent, recent.ofService(name));
    if (status != null) {
      status
          .rollout()
          .ifPresent(
              rollout -> {
                json.writeName("rollout");
                Json.mapper().writeTree(json, RolloutJson.one(rollout));
              });
      if (detail == Detail.WITH_SPEC) {
        json.writeName("spec");
        Json.mapper().writeTree(json, SpecJson.tree(status.release().spec()));
      }
    }
    json.writeEndObject();
  }

  private static List<Route> routes(@Nullable Service listed, @Nullable ServiceStatus status) {
    if (listed != null) {
      return listed.routes();
    }
    return status == null ? List.of() : status.release().spec().routes();
  }

  private Traffic.Sum instance(
      JsonGenerator json, Joined joined, Detail detail, Traffic.Recent recent) {
    Instance listed = joined.listed();
    InstanceStatus run = joined.run();
    json.writeStartObject();
    Traffic.Sum figures = Traffic.Sum.NONE;
    Figures lately = Figures.NOTHING;
    if (listed != null) {
      RegistryJson.fields(json, listed);
      if (detail != Detail.STILL && registry.unconfirmed(listed.key())) {
        json.writeBooleanProperty("unconfirmed", true);
      }
      figures = traffic.of(listed.key());
      lately = recent.ofInstance(listed.service(), listed.id());
    } else if (run != null) {
      json.writeStringProperty("id", run.id());
      json.writeStringProperty("service", run.service());
      json.writeStringProperty("host", run.host());
      json.writeNumberProperty("port", run.port());
      json.writeBooleanProperty("secure", false);
      json.writeStringProperty("status", Status.STARTING.name());
      json.writeNumberProperty("weight", 100);
      json.writeStringProperty("zone", "");
      json.writeStringProperty("version", run.version());
      json.writeBooleanProperty("managed", true);
      json.writeObjectPropertyStart("metadata");
      json.writeEndObject();
      figures = traffic.of(new InstanceKey(run.service(), run.id()));
      lately = recent.ofInstance(run.service(), run.id());
    }
    if (run != null) {
      json.writeStringProperty("phase", run.phase());
      json.writeNumberProperty("release", run.release());
      json.writeNumberProperty("pid", run.pid());
      json.writeStringProperty("startedAt", run.startedAt().toString());
      if (detail != Detail.STILL) {
        json.writeNumberProperty("ageMillis", run.ageMillis());
      }
      json.writeNumberProperty("restarts", run.restarts());
      json.writeBooleanProperty("detached", run.detached());
    }
    if (detail != Detail.STILL) {
      figures(json, figures);
      recent(json, recent, lately);
    }
    json.writeEndObject();
    return figures;
  }

  private static void figures(JsonGenerator json, Traffic.Sum figures) {
    json.writeNumberProperty("requests", figures.requests());
    json.writeNumberProperty("failed", figures.failed());
    json.writeNumberProperty("inFlight", figures.inFlight());
  }

  private static void recent(JsonGenerator json, Traffic.Recent recent, Figures figures) {
    if (recent.known()) {
      json.writeName("recent");
      Json.mapper().writeTree(json, FiguresJson.recent(figures));
    }
  }

  private interface Writing {
    void write(JsonGenerator json);
  }

  private static byte[] write(Writing writing) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
    try (JsonGenerator json = Json.mapper().createGenerator(out)) {
      writing.write(json);
    }
    return out.toByteArray();
  }
}
