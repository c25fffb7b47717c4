package io.roadstead.control.wire;

import io.roadstead.registry.Change;
import io.roadstead.registry.Cursor;
import io.roadstead.registry.Instance;
import io.roadstead.registry.Route;
import io.roadstead.registry.Service;
import io.roadstead.registry.Snapshot;
import io.roadstead.registry.Split;
import io.roadstead.registry.Status;
import io.roadstead.registry.TrafficPolicy;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The registry as JSON: the body of {@code GET /api/v1/registry} and the data of the watch. */
public final class RegistryJson {
  private RegistryJson() {}

  /**
   * The whole registry.
   *
   * @param services the only ones wanted, or empty for all
   */
  public static byte[] snapshot(Snapshot snapshot, Set<String> services) {
    return write(
        json -> {
          json.writeStringProperty("version", snapshot.version().toString());
          json.writeArrayPropertyStart("services");
          for (Service service : snapshot.services().values()) {
            if (services.isEmpty() || services.contains(service.name())) {
              service(json, service);
            }
          }
          json.writeEndArray();
        });
  }

  /** Only where the reader stands: nothing new. */
  public static byte[] version(String cursor) {
    return write(json -> json.writeStringProperty("version", cursor));
  }

  /** Changes that have led to {@code version}. */
  public static byte[] changes(Cursor version, List<Change> changes) {
    return write(
        json -> {
          json.writeStringProperty("version", version.toString());
          json.writeArrayPropertyStart("changes");
          changes.forEach(change -> change(json, change));
          json.writeEndArray();
        });
  }

  /** One instance, as every answer of the API shows it. */
  public static void instance(JsonGenerator json, Instance instance) {
    json.writeStartObject();
    fields(json, instance);
    json.writeEndObject();
  }

  /** Its fields alone, for an object that has more. */
  public static void fields(JsonGenerator json, Instance instance) {
    json.writeStringProperty("id", instance.id());
    json.writeStringProperty("service", instance.service());
    json.writeStringProperty("host", instance.host());
    if (!instance.ipAddress().isEmpty()) {
      json.writeStringProperty("ipAddress", instance.ipAddress());
    }
    json.writeNumberProperty("port", instance.port());
    json.writeBooleanProperty("secure", instance.secure());
    json.writeStringProperty("status", instance.status().name());
    json.writeNumberProperty("weight", instance.weight());
    json.writeStringProperty("zone", instance.zone());
    json.writeStringProperty("version", instance.version());
    json.writeBooleanProperty("managed", instance.managed());
    if (instance.aside()) {
      json.writeBooleanProperty("aside", true);
    }
    json.writeStringProperty("registeredAt", instance.registeredAt().toString());
    json.writeStringProperty("changedAt", instance.changedAt().toString());
    json.writeObjectPropertyStart("metadata");
    new TreeMap<>(instance.metadata()).forEach(json::writeStringProperty);
    json.writeEndObject();
  }

  public static void routes(JsonGenerator json, List<Route> routes) {
    json.writeArrayPropertyStart("routes");
    for (Route route : routes) {
      json.writeStartObject();
      json.writeStringProperty("host", route.host());
      json.writeStringProperty("path", route.path());
      json.writeBooleanProperty("strip", route.strip());
      if (RouteFields.any(route)) {
        ObjectNode more = Json.object();
        RouteFields.write(route, more);
        more.properties()
            .forEach(
                field -> {
                  json.writeName(field.getKey());
                  Json.mapper().writeTree(json, field.getValue());
                });
      }
      TrafficJson.write(json, route.traffic());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /** Reads the body of {@link #snapshot}. */
  public static Snapshot readSnapshot(JsonNode tree) {
    Map<String, Service> services = new LinkedHashMap<>();
    for (JsonNode node : tree.path("services")) {
      List<Instance> instances = new ArrayList<>();
      node.path("instances").forEach(instance -> instances.add(readInstance(instance)));
      Service service =
          new Service(
              text(node, "name"),
              instances,
              readRoutes(node.path("routes")),
              TrafficJson.read(node.path("traffic")),
              readSplit(node.path("split")));
      services.put(service.name(), service);
    }
    return new Snapshot(readVersion(tree), services);
  }

  /** Where the document stands. */
  public static Cursor readVersion(JsonNode tree) {
    String version = text(tree, "version");
    return Cursor.parse(version)
        .orElseThrow(() -> new IllegalArgumentException("'" + version + "' is not a version"));
  }

  /** The snapshot that the changes lead to from {@code before}; what is unchanged is shared. */
  public static Snapshot apply(Snapshot before, JsonNode tree) {
    Map<String, Service> services = new TreeMap<>(before.services());
    for (JsonNode change : tree.path("changes")) {
      switch (text(change, "type")) {
        case "put" -> put(services, readInstance(change.path("instance")));
        case "remove" -> remove(services, text(change, "service"), text(change, "id"));
        case "service" -> {
          String name = text(change, "service");
          Service old = services.get(name);
          replace(
              services,
              new Service(
                  name,
                  old == null ? List.of() : old.instances(),
                  readRoutes(change.path("routes")),
                  TrafficJson.read(change.path("traffic")),
                  old == null ? Split.NONE : old.split()));
        }
        case "split" -> {
          String name = text(change, "service");
          Service old = services.get(name);
          Split split = readSplit(change.path("split"));
          replace(
              services,
              old == null
                  ? new Service(name, List.of(), List.of(), TrafficPolicy.DEFAULT, split)
                  : new Service(name, old.instances(), old.routes(), old.traffic(), split));
        }
        default -> {
          // a kind of change that a newer control plane knows and this reader does not need
        }
      }
    }
    return new Snapshot(readVersion(tree), new LinkedHashMap<>(services));
  }

  private static void put(Map<String, Service> services, Instance instance) {
    Service old = services.get(instance.service());
    List<Instance> instances = new ArrayList<>(old == null ? List.of() : old.instances());
    int at = 0;
    while (at < instances.size() && instances.get(at).id().compareTo(instance.id()) < 0) {
      at++;
    }
    if (at < instances.size() && instances.get(at).id().equals(instance.id())) {
      instances.set(at, instance);
    } else {
      instances.add(at, instance);
    }
    replace(
        services,
        old == null
            ? new Service(instance.service(), instances, List.of())
            : new Service(instance.service(), instances, old.routes(), old.traffic(), old.split()));
  }

  private static void remove(Map<String, Service> services, String name, String id) {
    Service old = services.get(name);
    if (old != null) {
      List<Instance> instances = new ArrayList<>(old.instances());
      instances.removeIf(instance -> instance.id().equals(id));
      replace(services, new Service(name, instances, old.routes(), old.traffic(), old.split()));
    }
  }

  private static void replace(Map<String, Service> services, Service service) {
    if (service.isEmpty()) {
      services.remove(service.name());
    } else {
      services.put(service.name(), service);
    }
  }

  /** The split of a service as every answer shows it; nothing where there is none. */
  public static void split(JsonGenerator json, Split split) {
    if (!split.isNone()) {
      writeSplit(json, split);
    }
  }

  private static void writeSplit(JsonGenerator json, Split split) {
    json.writeObjectPropertyStart("split");
    split.shares().forEach(json::writeNumberProperty);
    json.writeEndObject();
  }

  private static Split readSplit(JsonNode node) {
    SortedMap<String, Integer> shares = new TreeMap<>();
    node.properties().forEach(each -> shares.put(each.getKey(), each.getValue().asInt()));
    return shares.isEmpty() ? Split.NONE : new Split(shares);
  }

  private static List<Route> readRoutes(JsonNode nodes) {
    List<Route> routes = new ArrayList<>();
    for (JsonNode node : nodes) {
      routes.add(
          RouteFields.read(
              text(node, "host"), text(node, "path"), node.path("strip").asBoolean(true), node));
    }
    return routes;
  }

  private static Instance readInstance(JsonNode node) {
    Map<String, String> metadata = new LinkedHashMap<>();
    node.path("metadata")
        .properties()
        .forEach(entry -> metadata.put(entry.getKey(), entry.getValue().asString()));
    return new Instance(
        text(node, "service"),
        text(node, "id"),
        text(node, "host"),
        text(node, "ipAddress"),
        node.path("port").asInt(),
        node.path("secure").asBoolean(false),
        status(text(node, "status")),
        node.path("weight").asInt(100),
        text(node, "zone"),
        text(node, "version"),
        node.path("managed").asBoolean(false),
        node.path("aside").asBoolean(false),
        Map.copyOf(metadata),
        time(text(node, "registeredAt")),
        time(text(node, "changedAt")),
        null);
  }

  private static Status status(String word) {
    for (Status status : Status.values()) {
      if (status.name().equals(word)) {
        return status;
      }
    }
    return Status.UNKNOWN;
  }

  private static Instant time(String text) {
    return text.isEmpty() ? Instant.EPOCH : Instant.parse(text);
  }

  private static String text(JsonNode node, String key) {
    @Nullable JsonNode value = node.get(key);
    return value == null || !value.isString() ? "" : value.stringValue();
  }

  private static void service(JsonGenerator json, Service service) {
    json.writeStartObject();
    json.writeStringProperty("name", service.name());
    routes(json, service.routes());
    TrafficJson.write(json, service.traffic());
    split(json, service.split());
    json.writeArrayPropertyStart("instances");
    service.instances().forEach(instance -> instance(json, instance));
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void change(JsonGenerator json, Change change) {
    json.writeStartObject();
    switch (change) {
      case Change.Put(var instance) -> {
        json.writeStringProperty("type", "put");
        json.writeName("instance");
        instance(json, instance);
      }
      case Change.Remove(var last) -> {
        json.writeStringProperty("type", "remove");
        json.writeStringProperty("service", last.service());
        json.writeStringProperty("id", last.id());
      }
      case Change.Facts(var service, var routes, var traffic) -> {
        json.writeStringProperty("type", "service");
        json.writeStringProperty("service", service);
        routes(json, routes);
        TrafficJson.write(json, traffic);
      }
      case Change.Shares(var service, var split) -> {
        json.writeStringProperty("type", "split");
        json.writeStringProperty("service", service);
        writeSplit(json, split);
      }
    }
    json.writeEndObject();
  }

  private interface Fields {
    void write(JsonGenerator json);
  }

  private static byte[] write(Fields fields) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(512);
    try (JsonGenerator json = Json.mapper().createGenerator(out)) {
      json.writeStartObject();
      fields.write(json);
      json.writeEndObject();
    }
    return out.toByteArray();
  }
}
