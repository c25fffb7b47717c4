package io.roadstead.control.wire;

import io.roadstead.registry.Balancing;
import io.roadstead.registry.Balancing.Affinity;
import io.roadstead.registry.TrafficPolicy;
import io.roadstead.registry.TrafficPolicy.Concurrency;
import io.roadstead.registry.TrafficPolicy.Ejection;
import io.roadstead.registry.TrafficPolicy.OfRoute;
import io.roadstead.registry.TrafficPolicy.Retries;
import io.roadstead.registry.TrafficPolicy.Waits;
import java.time.Duration;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** How gateways treat requests, as JSON. Whoever has nothing of its own has no such part. */
final class TrafficJson {
  private TrafficJson() {}

  static void write(JsonGenerator json, TrafficPolicy policy) {
    if (policy.equals(TrafficPolicy.DEFAULT)) {
      return;
    }
    json.writeObjectPropertyStart("traffic");
    waits(json, policy.waits());
    json.writeObjectPropertyStart("retries");
    json.writeNumberProperty("tries", policy.retries().tries());
    json.writeNumberProperty("budgetPercent", policy.retries().budgetPercent());
    json.writeEndObject();
    Ejection ejection = policy.ejection();
    json.writeObjectPropertyStart("ejection");
    json.writeNumberProperty("errors", ejection.errors());
    json.writeNumberProperty("errorPercent", ejection.errorPercent());
    json.writeNumberProperty("sharePercent", ejection.sharePercent());
    json.writeNumberProperty("panicPercent", ejection.panicPercent());
    json.writeNumberProperty("shortestMillis", ejection.shortest().toMillis());
    json.writeNumberProperty("longestMillis", ejection.longest().toMillis());
    json.writeEndObject();
    Concurrency concurrency = policy.concurrency();
    json.writeObjectPropertyStart("concurrency");
    json.writeNumberProperty("instance", concurrency.instance());
    json.writeNumberProperty("route", concurrency.route());
    json.writeNumberProperty("queue", concurrency.queue());
    json.writeNumberProperty("waitMillis", concurrency.patience().toMillis());
    json.writeEndObject();
    json.writeNumberProperty("holdMillis", policy.hold().toMillis());
    json.writeNumberProperty("slowStartMillis", policy.slowStart().toMillis());
    balancer(json, policy.balancing());
    json.writeEndObject();
  }

  private static void balancer(JsonGenerator json, Balancing balancing) {
    if (balancing.equals(Balancing.DEFAULT)) {
      return;
    }
    json.writeObjectPropertyStart("balancer");
    json.writeStringProperty("strategy", balancing.strategy().word());
    Affinity affinity = balancing.affinity();
    if (affinity.by() != Affinity.By.NOTHING) {
      json.writeObjectPropertyStart("affinity");
      json.writeStringProperty(word(affinity.by()), affinity.name());
      if (affinity.by() == Affinity.By.COOKIE) {
        json.writeStringProperty("path", affinity.path());
        json.writeNumberProperty("maxAgeMillis", affinity.maxAge().toMillis());
        json.writeBooleanProperty("secure", affinity.secure());
      }
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private static String word(Affinity.By by) {
    return by.name().toLowerCase(Locale.ROOT);
  }

  static void write(JsonGenerator json, OfRoute policy) {
    ObjectNode fields = Json.object();
    write(fields, policy);
    fields
        .properties()
        .forEach(
            field -> {
              json.writeName(field.getKey());
              Json.mapper().writeTree(json, field.getValue());
            });
  }

  /** Adds what a route has of its own to its other fields. */
  static void write(ObjectNode route, OfRoute policy) {
    Waits waits = policy.waits();
    if (!waits.equals(Waits.DEFAULT)) {
      route
          .putObject("timeouts")
          .put("connectMillis", waits.connect().toMillis())
          .put("tryMillis", waits.attempt().toMillis())
          .put("totalMillis", waits.total().toMillis())
          .put("idleMillis", waits.idle().toMillis());
    }
    if (policy.concurrency() > 0) {
      route.put("concurrency", policy.concurrency());
    }
  }

  private static void waits(JsonGenerator json, Waits waits) {
    json.writeObjectPropertyStart("timeouts");
    json.writeNumberProperty("connectMillis", waits.connect().toMillis());
    json.writeNumberProperty("tryMillis", waits.attempt().toMillis());
    json.writeNumberProperty("totalMillis", waits.total().toMillis());
    json.writeNumberProperty("idleMillis", waits.idle().toMillis());
    json.writeEndObject();
  }

  /** Reads the part {@code traffic} of a service; a missing one stands for the default. */
  static TrafficPolicy read(JsonNode node) {
    if (!node.isObject()) {
      return TrafficPolicy.DEFAULT;
    }
    TrafficPolicy standard = TrafficPolicy.DEFAULT;
    JsonNode retries = node.path("retries");
    JsonNode ejection = node.path("ejection");
    JsonNode concurrency = node.path("concurrency");
    return new TrafficPolicy(
        readWaits(node.path("timeouts")),
        new Retries(
            retries.path("tries").asInt(standard.retries().tries()),
            retries.path("budgetPercent").asInt(standard.retries().budgetPercent())),
        new Ejection(
            ejection.path("errors").asInt(standard.ejection().errors()),
            ejection.path("errorPercent").asInt(standard.ejection().errorPercent()),
            ejection.path("sharePercent").asInt(standard.ejection().sharePercent()),
            ejection.path("panicPercent").asInt(standard.ejection().panicPercent()),
            millis(ejection, "shortestMillis", standard.ejection().shortest()),
            millis(ejection, "longestMillis", standard.ejection().longest())),
        new Concurrency(
            concurrency.path("instance").asInt(standard.concurrency().instance()),
            concurrency.path("route").asInt(standard.concurrency().route()),
            concurrency.path("queue").asInt(standard.concurrency().queue()),
            millis(concurrency, "waitMillis", standard.concurrency().patience())),
        millis(node, "holdMillis", standard.hold()),
        millis(node, "slowStartMillis", standard.slowStart()),
        readBalancer(node.path("balancer")));
  }

  /** A strategy of a newer platform that is not known here stands for the default. */
  private static Balancing readBalancer(JsonNode node) {
    if (!node.isObject()) {
      return Balancing.DEFAULT;
    }
    JsonNode affinity = node.path("affinity");
    return new Balancing(
        Balancing.Strategy.of(node.path("strategy").asString(""))
            .orElse(Balancing.DEFAULT.strategy()),
        affinity.has("header")
            ? Affinity.header(affinity.path("header").asString(""))
            : affinity.has("cookie")
                ? Affinity.cookie(
                    affinity.path("cookie").asString(""),
                    affinity.path("path").asString("/"),
                    millis(affinity, "maxAgeMillis", Duration.ZERO),
                    affinity.path("secure").asBoolean(false))
                : Affinity.NONE);
  }

  /** Reads what a route has of its own. */
  static OfRoute readRoute(JsonNode node) {
    OfRoute own = new OfRoute(readWaits(node.path("timeouts")), node.path("concurrency").asInt(0));
    return own.equals(OfRoute.NONE) ? OfRoute.NONE : own;
  }

  private static Waits readWaits(JsonNode node) {
    return new Waits(
        millis(node, "connectMillis", Duration.ZERO),
        millis(node, "tryMillis", Duration.ZERO),
        millis(node, "totalMillis", Duration.ZERO),
        millis(node, "idleMillis", Duration.ZERO));
  }

  private static Duration millis(JsonNode node, String key, Duration fallback) {
    return Duration.ofMillis(Math.max(0, node.path(key).asLong(fallback.toMillis())));
  }
}
