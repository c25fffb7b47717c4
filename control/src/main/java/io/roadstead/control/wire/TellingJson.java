package io.roadstead.control.wire;

import io.roadstead.control.figures.Buckets;
import io.roadstead.control.figures.GatewayCounts;
import io.roadstead.control.figures.GatewayCounts.Counter;
import io.roadstead.control.figures.GatewayCounts.InService;
import io.roadstead.control.figures.GatewayCounts.OnInstance;
import io.roadstead.control.figures.GatewayCounts.RequestKey;
import io.roadstead.control.figures.GatewayCounts.Requests;
import io.roadstead.control.figures.Telling;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.InvalidRegistration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a gateway process tells of its counts, as JSON: docs/console.md has the shape. */
public final class TellingJson {
  /** The most entries of one kind in one message. */
  public static final int MOST_ENTRIES = 10_000;

  private static final int MOST_COUNTERS = 1_000;
  private static final int MOST_NAMES = 16;
  private static final int MAX_NAME = 255;
  private static final long MOST = 1L << 53;

  private TellingJson() {}

  public static byte[] write(Telling telling) {
    ObjectNode body =
        Json.object().put("whole", telling.whole()).put("complete", telling.complete());
    ArrayNode requests = body.putArray("requests");
    for (Requests each : telling.counts().requests()) {
      ObjectNode node =
          requests
              .addObject()
              .put("route", each.key().route())
              .put("service", each.key().service())
              .put("version", each.key().version());
      ObjectNode byStatus = node.putObject("byStatus");
      for (int i = 1; i < Requests.CLASSES; i++) {
        if (each.byStatusClass()[i] > 0) {
          byStatus.put(i + "xx", each.byStatusClass()[i]);
        }
      }
      buckets(node, each.buckets());
      node.put("sumSeconds", each.sumSeconds());
    }
    ObjectNode services = body.putObject("services");
    telling
        .counts()
        .services()
        .forEach(
            (name, each) -> {
              ObjectNode node = services.putObject(name).put("inFlight", each.inFlight());
              ObjectNode connections = node.putObject("connections");
              each.connections().forEach(connections::put);
              ObjectNode retries = node.putObject("retries");
              each.retries().forEach(retries::put);
            });
    ObjectNode instances = body.putObject("instances");
    telling
        .counts()
        .instances()
        .forEach(
            (key, each) ->
                buckets(
                    instances
                        .putObject(key.toString())
                        .put("version", each.version())
                        .put("requests", each.requests())
                        .put("errors", each.errors())
                        .put("clientErrors", each.clientErrors())
                        .put("inFlight", each.inFlight()),
                    each.buckets()));
    ArrayNode gone = body.putArray("gone");
    telling.gone().forEach(key -> gone.add(key.toString()));
    body.put("clientConnections", telling.counts().clientConnections());
    ArrayNode counters = body.putArray("counters");
    telling
        .counts()
        .counters()
        .forEach(
            (counter, count) ->
                counters
                    .addObject()
                    .put("name", counter.name())
                    .put("label", counter.label())
                    .put("value", counter.value())
                    .put("count", count));
    return Json.bytes(body);
  }

  private static void buckets(ObjectNode node, long[] counts) {
    ArrayNode buckets = node.putArray("buckets");
    for (int i = 0; i < Buckets.COUNT; i++) {
      if (counts[i] > 0) {
        buckets.addArray().add(Buckets.upperNanos(i)).add(counts[i]);
      }
    }
  }

  private static long[] buckets(JsonNode node) {
    long[] buckets = new long[Buckets.COUNT];
    for (JsonNode pair : bounded(node.path("buckets"), "buckets", 4 * Buckets.COUNT)) {
      int bucket = Buckets.endingAt(count(pair.path(0), "buckets"));
      buckets[bucket] += count(pair.path(1), "buckets");
    }
    return buckets;
  }

  /**
   * @throws Json.Malformed saying what is wrong, or beyond which bound
   */
  public static Telling read(JsonNode body) {
    List<Requests> requests = new ArrayList<>();
    for (JsonNode each : bounded(body.path("requests"), "requests", MOST_ENTRIES)) {
      requests.add(requests(each));
    }
    Map<String, InService> services = new HashMap<>();
    for (Map.Entry<String, JsonNode> each :
        bounded(body.path("services"), "services", MOST_ENTRIES).properties()) {
      JsonNode service = each.getValue();
      services.put(
          name(each.getKey(), "services"),
          new InService(
              count(service.path("inFlight"), "inFlight"),
              counts(service.path("connections"), "connections"),
              counts(service.path("retries"), "retries")));
    }
    Map<InstanceKey, OnInstance> instances = new HashMap<>();
    for (Map.Entry<String, JsonNode> each :
        bounded(body.path("instances"), "instances", MOST_ENTRIES).properties()) {
      JsonNode instance = each.getValue();
      instances.put(
          key(each.getKey()),
          new OnInstance(
              name(instance.path("version").asString(""), "version"),
              count(instance.path("requests"), "requests"),
              count(instance.path("errors"), "errors"),
              count(instance.path("clientErrors"), "clientErrors"),
              count(instance.path("inFlight"), "inFlight"),
              buckets(instance)));
    }
    List<InstanceKey> gone = new ArrayList<>();
    for (JsonNode each : bounded(body.path("gone"), "gone", MOST_ENTRIES)) {
      gone.add(key(each.asString("")));
    }
    return new Telling(
        body.path("whole").asBoolean(false),
        body.path("complete").asBoolean(false),
        new GatewayCounts(
            requests,
            services,
            instances,
            count(body.path("clientConnections"), "clientConnections"),
            counters(body.path("counters"))),
        gone);
  }

  private static Map<Counter, Long> counters(JsonNode list) {
    Map<Counter, Long> counters = new HashMap<>();
    for (JsonNode each : bounded(list, "counters", MOST_COUNTERS)) {
      try {
        counters.put(
            new Counter(
                each.path("name").asString(""),
                each.path("label").asString(""),
                each.path("value").asString("")),
            count(each.path("count"), "counters"));
      } catch (IllegalArgumentException e) {
        throw new Json.Malformed("counters: " + e.getMessage());
      }
    }
    return counters;
  }

  private static Requests requests(JsonNode node) {
    long[] byStatusClass = new long[Requests.CLASSES];
    for (int i = 1; i < Requests.CLASSES; i++) {
      byStatusClass[i] = count(node.path("byStatus").path(i + "xx"), "byStatus");
    }
    double sumSeconds = node.path("sumSeconds").asDouble(0);
    if (!(sumSeconds >= 0 && sumSeconds < MOST)) {
      throw new Json.Malformed("sumSeconds is to be a number of 0 or more");
    }
    return new Requests(
        new RequestKey(
            name(node.path("route").asString(""), "route"),
            name(node.path("service").asString(""), "service"),
            name(node.path("version").asString(""), "version")),
        byStatusClass,
        buckets(node),
        sumSeconds);
  }

  private static Map<String, Long> counts(JsonNode node, String what) {
    Map<String, Long> counts = new HashMap<>();
    for (Map.Entry<String, JsonNode> each : bounded(node, what, MOST_NAMES).properties()) {
      counts.put(name(each.getKey(), what), count(each.getValue(), what));
    }
    return counts;
  }

  private static JsonNode bounded(JsonNode node, String what, int most) {
    if (node.size() > most) {
      throw new Json.Malformed(what + " has " + node.size() + " entries, at most " + most);
    }
    return node;
  }

  private static long count(JsonNode node, String what) {
    if (node.isMissingNode()) {
      return 0;
    }
    long count = node.isIntegralNumber() ? node.asLong(-1) : -1;
    if (count < 0 || count > MOST) {
      throw new Json.Malformed(what + " is to be a whole number from 0 to " + MOST);
    }
    return count;
  }

  private static String name(String name, String what) {
    if (name.length() > MAX_NAME) {
      throw new Json.Malformed(
          what + " has a name of " + name.length() + " characters, at most " + MAX_NAME);
    }
    return name;
  }

  private static InstanceKey key(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new Json.Malformed("an instance is to be \"<service>/<id>\"");
    }
    try {
      return new InstanceKey(text.substring(0, slash), text.substring(slash + 1));
    } catch (InvalidRegistration e) {
      throw new Json.Malformed("an instance is to be \"<service>/<id>\": " + e.code());
    }
  }
}
