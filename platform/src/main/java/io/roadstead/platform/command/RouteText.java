package io.roadstead.platform.command;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What a route asks for and does, in few words. */
final class RouteText {
  private RouteText() {}

  /** What a request must have beside host and path. */
  static String asks(JsonNode route) {
    List<String> words = new ArrayList<>();
    if (route.path("exact").asBoolean(false)) {
      words.add("exact");
    }
    route.path("methods").forEach(method -> words.add(method.asString("")));
    pairs(words, "", ": ", route.path("headers"));
    pairs(words, "?", "=", route.path("query"));
    pairs(words, "cookie ", "=", route.path("cookies"));
    return words.isEmpty() ? "-" : String.join(", ", words);
  }

  private static void pairs(List<String> words, String before, String between, JsonNode group) {
    group
        .properties()
        .forEach(
            each -> words.add(before + each.getKey() + between + each.getValue().asString("")));
  }

  static String does(JsonNode route) {
    List<String> words = new ArrayList<>();
    JsonNode redirect = route.path("redirect");
    if (redirect.isObject()) {
      words.add(redirect.path("status").asInt(0) + " to " + redirect.path("to").asString(""));
    } else if (route.has("rewrite")) {
      words.add("rewrite " + route.path("rewrite").asString(""));
    } else if (route.path("strip").asBoolean(true)
        && !route.path("path").asString("").equals("/")) {
      words.add("strip");
    }
    edits(words, "request", route.path("requestHeaders"));
    edits(words, "response", route.path("responseHeaders"));
    route.path("allow").forEach(form -> words.add("allow " + form.asString("")));
    route.path("filters").forEach(filter -> words.add("filter " + filter.asString("")));
    return words.isEmpty() ? "-" : String.join(", ", words);
  }

  private static void edits(List<String> words, String whose, JsonNode edits) {
    int count = edits.path("set").size() + edits.path("remove").size();
    if (count > 0) {
      words.add(count + " " + whose + (count == 1 ? " header" : " headers"));
    }
  }

  /** Where it was declared, and which service has its requests where its own has not. */
  static String from(JsonNode route) {
    String source = route.path("source").asString("");
    return route.has("shadowedBy")
        ? source + ", hidden by " + route.path("shadowedBy").asString("")
        : source;
  }
}
