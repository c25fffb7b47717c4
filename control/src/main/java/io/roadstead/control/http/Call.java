package io.roadstead.control.http;

import io.roadstead.control.spec.Quantities;
import io.roadstead.control.wire.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * One request to an endpoint, read and checked. Immutable, safe from any thread.
 *
 * @param parameters of the path, decoded
 * @param query decoded
 * @param accept the header Accept, or ""
 * @param ifNoneMatch the header If-None-Match, or ""
 * @param lastEventId the header Last-Event-ID, or ""
 * @param head whether only the head of the answer is wanted
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are passed on, never compared
public record Call(
    Caller caller,
    Map<String, String> parameters,
    Map<String, List<String>> query,
    String accept,
    String ifNoneMatch,
    String lastEventId,
    boolean head,
    byte[] body) {

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

  /** A parameter of the path. */
  public String path(String name) {
    String value = parameters.get(name);
    if (value == null) {
      throw new IllegalArgumentException("the path has no parameter " + name);
    }
    return value;
  }

  /** A parameter of the query, or "". */
  public String query(String name) {
    List<String> values = query.get(name);
    return values == null ? "" : values.getFirst();
  }

  /** All values of a parameter of the query, given several times or with commas. */
  public List<String> queries(String name) {
    List<String> all = new ArrayList<>();
    for (String value : query.getOrDefault(name, List.of())) {
      for (String part : value.split(",", -1)) {
        if (!part.isBlank()) {
          all.add(part.strip());
        }
      }
    }
    return all;
  }

  /** How long the client wants to wait for news; zero where it does not, at most 60 s. */
  public Duration waiting() {
    String text = query("wait");
    if (text.isEmpty()) {
      return Duration.ZERO;
    }
    Optional<Duration> wait = Quantities.duration(text);
    if (wait.isEmpty()) {
      throw Refusal.invalid(
          "invalid-wait", "wait '" + shown(text) + "' is not a length of time such as 30s");
    }
    return wait.get().compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait.get();
  }

  /** A whole number of the query within bounds. */
  public int number(String name, int fallback, int least, int most) {
    String text = query(name);
    if (text.isEmpty()) {
      return fallback;
    }
    try {
      int value = Integer.parseInt(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // told below, as any other wrong value
    }
    throw Refusal.invalid(
        "invalid-" + name,
        name + " '" + shown(text) + "' is not a whole number from " + least + " to " + most);
  }

  public boolean flag(String name) {
    return switch (query.containsKey(name) ? query(name) : "false") {
      case "", "true", "1" -> true;
      case "false", "0" -> false;
      default ->
          throw Refusal.invalid(
              "invalid-" + name, name + " '" + shown(query(name)) + "' is not true or false");
    };
  }

  /** The body as JSON; an empty object where there was none. */
  public JsonNode json() {
    if (body.length == 0) {
      return Json.object();
    }
    try {
      return Json.read(body);
    } catch (Json.Malformed e) {
      throw Refusal.invalid("malformed-json", "the body is not JSON: " + e.getMessage());
    }
  }

  /** Who asks, for histories and events. */
  public String by() {
    return switch (caller) {
      case Caller.Operator(var name) -> name;
      case Caller.OwnInstance(_, var id, _) -> id;
      case Caller.Nobody _, Caller.Stranger _ -> "anybody";
    };
  }

  private static String shown(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }
}
