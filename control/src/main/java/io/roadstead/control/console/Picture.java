package io.roadstead.control.console;

import io.roadstead.control.wire.EventJson;
import io.roadstead.control.wire.Json;
import io.roadstead.control.wire.RolloutJson;
import io.roadstead.rollout.Rollout;
import io.roadstead.rollout.StateStore.StoredEvent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import tools.jackson.core.JsonGenerator;

/**
 * All that the console shows, as it was at one moment. Never changed once it is made.
 *
 * @param version of the registry
 * @param services by name, as JSON
 * @param rollouts by id, newest first
 * @param events the newest, oldest first
 * @param routes as JSON
 * @param subscribers as JSON
 * @param platform as JSON
 */
@SuppressWarnings("ArrayRecordComponent") // JSON, compared by Arrays.equals
record Picture(
    Instant at,
    String version,
    byte[] platform,
    SortedMap<String, byte[]> services,
    Map<String, Rollout> rollouts,
    List<StoredEvent> events,
    byte[] routes,
    byte[] subscribers) {

  /** The number of the newest event. */
  long lastEvent() {
    return events.isEmpty() ? 0 : events.getLast().number();
  }

  /** The whole. */
  byte[] state() {
    return written(
        json -> {
          raw(json, "platform", platform);
          array(json, "services", services.values());
          array(json, "rollouts", rolloutsAsJson(rollouts.values()));
          array(json, "events", eventsAsJson(events));
          raw(json, "routes", routes);
          raw(json, "subscribers", subscribers);
        });
  }

  /** What differs from an earlier one; nothing where nothing does. */
  Optional<byte[]> since(Picture before) {
    List<byte[]> newServices = new ArrayList<>();
    services.forEach(
        (name, service) -> {
          if (!Arrays.equals(service, before.services.get(name))) {
            newServices.add(service);
          }
        });
    List<String> removed =
        before.services.keySet().stream().filter(name -> !services.containsKey(name)).toList();
    List<Rollout> newRollouts =
        rollouts.values().stream()
            .filter(rollout -> !rollout.equals(before.rollouts.get(rollout.id())))
            .toList();
    List<StoredEvent> newEvents =
        events.stream().filter(event -> event.number() > before.lastEvent()).toList();
    boolean samePlatform = Arrays.equals(platform, before.platform);
    boolean sameRoutes = Arrays.equals(routes, before.routes);
    boolean sameSubscribers = Arrays.equals(subscribers, before.subscribers);
    if (newServices.isEmpty()
        && removed.isEmpty()
        && newRollouts.isEmpty()
        && newEvents.isEmpty()
        && version.equals(before.version)
        && samePlatform
        && sameRoutes
        && sameSubscribers) {
      return Optional.empty();
    }
    return Optional.of(
        written(
            json -> {
              rawUnless(samePlatform, json, "platform", platform);
              arrayUnlessEmpty(json, "services", newServices);
              if (!removed.isEmpty()) {
                json.writeArrayPropertyStart("servicesRemoved");
                removed.forEach(json::writeString);
                json.writeEndArray();
              }
              arrayUnlessEmpty(json, "rollouts", rolloutsAsJson(newRollouts));
              arrayUnlessEmpty(json, "events", eventsAsJson(newEvents));
              rawUnless(sameRoutes, json, "routes", routes);
              rawUnless(sameSubscribers, json, "subscribers", subscribers);
            }));
  }

  private interface Writing {
    void write(JsonGenerator json);
  }

  private byte[] written(Writing writing) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(4096);
    try (JsonGenerator json = Json.mapper().createGenerator(out)) {
      json.writeStartObject();
      json.writeStringProperty("at", at.toString());
      json.writeStringProperty("version", version);
      writing.write(json);
      json.writeEndObject();
    }
    return out.toByteArray();
  }

  private static void raw(JsonGenerator json, String name, byte[] value) {
    json.writeName(name);
    json.writeRawValue(new String(value, StandardCharsets.UTF_8));
  }

  private static void rawUnless(boolean same, JsonGenerator json, String name, byte[] value) {
    if (!same) {
      raw(json, name, value);
    }
  }

  private static void array(JsonGenerator json, String name, Collection<byte[]> values) {
    json.writeArrayPropertyStart(name);
    for (byte[] value : values) {
      json.writeRawValue(new String(value, StandardCharsets.UTF_8));
    }
    json.writeEndArray();
  }

  private static void arrayUnlessEmpty(JsonGenerator json, String name, Collection<byte[]> values) {
    if (!values.isEmpty()) {
      array(json, name, values);
    }
  }

  private static List<byte[]> rolloutsAsJson(Collection<Rollout> rollouts) {
    return rollouts.stream().map(rollout -> Json.bytes(RolloutJson.one(rollout))).toList();
  }

  private static List<byte[]> eventsAsJson(List<StoredEvent> events) {
    return events.stream().map(event -> Json.bytes(EventJson.one(event))).toList();
  }
}
