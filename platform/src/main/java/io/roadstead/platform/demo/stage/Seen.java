package io.roadstead.platform.demo.stage;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** What the demo sees of a platform, read from its API as any client would. */
public final class Seen {
  private Seen() {}

  /**
   * A service.
   *
   * @param version what is wanted
   * @param requests how many the gateways have sent to it, as far as they have told
   */
  public record Service(
      String name,
      String version,
      int desired,
      int ready,
      long requests,
      List<Instance> instances,
      Optional<Rollout> rollout) {
    public Service {
      instances = List.copyOf(instances);
    }
  }

  /**
   * An instance.
   *
   * @param pid 0 while there is no process
   */
  public record Instance(String id, String version, String status, String phase, long pid) {}

  /** A roll-out; states and steps by their words in the API. */
  public record Rollout(
      String id,
      String from,
      String to,
      String kind,
      String state,
      String reason,
      List<Step> steps) {
    public Rollout {
      steps = List.copyOf(steps);
    }

    public boolean ended() {
      return switch (state) {
        case "queued", "running", "paused" -> false;
        default -> true;
      };
    }
  }

  /** A step of a roll-out. */
  public record Step(String name, String instance, String state, String detail) {}

  /** Something that has happened. */
  public record Event(
      String cursor, Instant at, String kind, String service, String instance, String message) {}

  static Service service(JsonNode json) {
    List<Instance> instances = new ArrayList<>();
    for (JsonNode one : json.path("instances")) {
      instances.add(
          new Instance(
              text(one, "id"),
              text(one, "version"),
              text(one, "status"),
              text(one, "phase"),
              one.path("pid").asLong(0)));
    }
    JsonNode rollout = json.path("rollout");
    return new Service(
        text(json, "name"),
        text(json, "version"),
        json.path("desired").asInt(0),
        json.path("ready").asInt(0),
        json.path("requests").asLong(0),
        instances,
        rollout.isObject() ? Optional.of(rollout(rollout)) : Optional.empty());
  }

  static Rollout rollout(JsonNode json) {
    List<Step> steps = new ArrayList<>();
    for (JsonNode step : json.path("steps")) {
      steps.add(
          new Step(
              text(step, "name"),
              text(step, "instance"),
              text(step, "state"),
              text(step, "detail")));
    }
    return new Rollout(
        text(json, "id"),
        text(json, "from"),
        text(json, "to"),
        text(json, "kind"),
        text(json, "state"),
        text(json, "reason"),
        steps);
  }

  static List<Event> events(JsonNode json) {
    List<Event> events = new ArrayList<>();
    for (JsonNode event : json) {
      events.add(
          new Event(
              text(event, "cursor"),
              Instant.parse(event.path("at").asString("1970-01-01T00:00:00Z")),
              text(event, "kind"),
              text(event, "service"),
              text(event, "instance"),
              text(event, "message")));
    }
    return events;
  }

  private static String text(JsonNode json, String field) {
    return json.path(field).asString("");
  }
}
