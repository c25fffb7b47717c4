package io.roadstead.control.watch;

import io.roadstead.control.http.Access.Needs;
import io.roadstead.control.http.Answer;
import io.roadstead.control.http.Call;
import io.roadstead.control.http.Caller;
import io.roadstead.control.http.Endpoint;
import io.roadstead.control.http.Refusal;
import io.roadstead.control.spec.Place;
import io.roadstead.control.spec.Problems;
import io.roadstead.control.spec.Section;
import io.roadstead.control.wire.Json;
import io.roadstead.control.wire.SubscriberJson;
import io.roadstead.registry.Cursor;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.InvalidRegistration;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Subscriber;
import io.roadstead.registry.SubscriberKind;
import io.roadstead.registry.Subscribers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** The watch's endpoints: streams, acknowledgements, and who subscribes. */
public final class Subscriptions {
  private static final int MAX_NAME = 255;
  private static final int MAX_BUSY = 100_000;

  private final WatchHub hub;
  private final Registry registry;
  private final Subscribers subscribers;

  public Subscriptions(WatchHub hub, Registry registry, Subscribers subscribers) {
    this.hub = hub;
    this.registry = registry;
    this.subscribers = subscribers;
  }

  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.streaming("GET", "/api/v1/registry", Needs.READING, hub::poll),
        Endpoint.streaming("GET", "/api/v1/watch", Needs.READING, hub::stream),
        Endpoint.quick("POST", "/api/v1/watch/ack", Needs.CREDENTIAL, this::acknowledge),
        Endpoint.quick("GET", "/api/v1/subscribers", Needs.READING, _ -> list()),
        Endpoint.quick("DELETE", "/api/v1/subscribers/{name}", Needs.CREDENTIAL, this::leave));
  }

  /** What kind of subscriber a stream asks to be: {@code kind=gateway}, else a plain watch. */
  static SubscriberKind kind(Call call) {
    return switch (call.query("kind")) {
      case "", "watch" -> SubscriberKind.WATCH;
      case "gateway" -> SubscriberKind.GATEWAY;
      default -> throw Refusal.invalid("invalid-kind", "kind is to be watch or gateway");
    };
  }

  /**
   * @throws Refusal where the caller may not subscribe, or acknowledge, under this name
   */
  static void requireMay(Caller caller, String name, SubscriberKind kind) {
    if (name.length() > MAX_NAME || !name.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw Refusal.invalid(
          "invalid-subscriber",
          "subscriber has "
              + name.length()
              + " characters; 1 to "
              + MAX_NAME
              + " printable ones without spaces are taken");
    }
    switch (caller) {
      case Caller.Operator _ -> {
        // any name
      }
      case Caller.OwnInstance(var service, var id, _) -> {
        boolean itself = name.equals(id) || name.equals(service + "/" + id);
        if (!itself || kind == SubscriberKind.GATEWAY) {
          throw new Refusal(
              403,
              "not-allowed",
              "with an instance's token the subscriber is that instance: " + id);
        }
      }
      case Caller.Nobody _, Caller.Stranger _ ->
          throw new Refusal(
                  401,
                  "credential-needed",
                  "a watch with a subscriber is waited for in drains and needs a credential: send"
                      + " 'Authorization: Bearer <token>', or leave subscriber out to observe")
              .header("WWW-Authenticate", "Basic realm=\"roadstead\", charset=\"UTF-8\"");
    }
  }

  private Answer acknowledge(Call call) {
    Problems problems = Problems.withoutLines();
    Section body = Section.of(call.json(), Place.ROOT, problems);
    String name = body.text("subscriber").orElse("");
    String stream = body.text("stream").orElse("");
    String version = body.text("version").orElse("");
    Map<InstanceKey, Integer> busy = busy(body.children("busy"), problems);
    body.noMore();
    for (String key : List.of("subscriber", "stream", "version")) {
      if (!body.has(key)) {
        body.problem(key, "is missing");
      }
    }
    if (!problems.none()) {
      throw Refusal.invalid(
          "invalid-acknowledgement",
          String.join("; ", problems.list().stream().map(Problems.Problem::sentence).toList()));
    }
    requireMay(call.caller(), name, SubscriberKind.WATCH);
    Optional<Cursor> applied = Cursor.parse(version);
    if (applied.isPresent() && published(applied.get())) {
      subscribers.acknowledge(name, stream, applied.get(), busy);
    }
    return Answer.noContent();
  }

  /** A subscriber says that it routes nothing any more. */
  private Answer leave(Call call) {
    String name = call.path("name");
    requireMay(call.caller(), name, SubscriberKind.WATCH);
    String stream = call.query("stream");
    if (stream.isEmpty()) {
      throw Refusal.invalid(
          "invalid-stream", "stream is missing: name the one that ends, as its first event did");
    }
    if (!subscribers.leave(name, stream)) {
      throw Refusal.notFound(
          "unknown-subscriber",
          "there is no subscriber '" + name + "' with the stream '" + stream + "'");
    }
    return Answer.noContent();
  }

  /** Nobody can have applied what is yet to come: it would prove drains that have not begun. */
  private boolean published(Cursor version) {
    return version.n() <= registry.snapshot().version().n();
  }

  private static Map<InstanceKey, Integer> busy(Map<String, JsonNode> nodes, Problems problems) {
    Map<InstanceKey, Integer> busy = new LinkedHashMap<>();
    Place place = Place.ROOT.key("busy");
    if (nodes.size() > MAX_BUSY) {
      problems.add(place, "has " + nodes.size() + " entries, at most " + MAX_BUSY);
      return busy;
    }
    nodes.forEach(
        (key, count) -> {
          int slash = key.indexOf('/');
          if (slash < 0 || !count.isIntegralNumber() || count.asLong(-1) < 0) {
            problems.add(place.key(key), "is to be \"<service>/<id>\": a count of 0 or more");
            return;
          }
          try {
            busy.put(
                new InstanceKey(key.substring(0, slash), key.substring(slash + 1)),
                (int) Math.min(Integer.MAX_VALUE, count.asLong(0)));
          } catch (InvalidRegistration e) {
            problems.add(place.key(key), e.code());
          }
        });
    return busy;
  }

  private Answer list() {
    ArrayNode list = Json.array();
    for (Subscriber subscriber : subscribers.list()) {
      list.add(SubscriberJson.one(subscriber).put("lastSeen", subscriber.lastSeen().toString()));
    }
    return Answer.json(200, list);
  }
}
