package io.roadstead.control.wire;

import io.roadstead.registry.HeaderEdits;
import io.roadstead.registry.PathForm;
import io.roadstead.registry.Route;
import io.roadstead.registry.RouteAction;
import io.roadstead.registry.RouteMatch;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a route has beside host, path and strip, under the keys of the file: in kept specifications,
 * in the watch and in the API's answers. What says nothing is left out.
 */
public final class RouteFields {
  private RouteFields() {}

  public static void write(Route route, ObjectNode out) {
    names(out, "filters", route.filters());
    RouteMatch match = route.match();
    if (match.exact()) {
      out.put("exact", true);
    }
    names(out, "methods", match.methods());
    values(out, "headers", match.headers());
    values(out, "query", match.query());
    values(out, "cookies", match.cookies());
    RouteAction action = route.action();
    if (!action.rewrite().isEmpty()) {
      out.put("rewrite", action.rewrite());
    }
    action
        .redirect()
        .ifPresent(to -> out.putObject("redirect").put("status", to.status()).put("to", to.to()));
    edits(out, "requestHeaders", action.request());
    edits(out, "responseHeaders", action.response());
    names(out, "allow", action.allowed().stream().map(PathForm::word).toList());
  }

  /** Whether {@link #write} would write anything. */
  static boolean any(Route route) {
    return !route.filters().isEmpty()
        || !route.match().equals(RouteMatch.PREFIX)
        || !route.action().equals(RouteAction.FORWARD);
  }

  /** Reads what {@link #write} wrote; what it does not know is passed over. */
  static Route read(String host, String path, boolean strip, JsonNode node) {
    Optional<RouteAction.Redirect> redirect =
        node.has("redirect")
            ? Optional.of(
                new RouteAction.Redirect(
                    node.path("redirect").path("status").asInt(307),
                    node.path("redirect").path("to").asString("")))
            : Optional.empty();
    Set<PathForm> allowed = EnumSet.noneOf(PathForm.class);
    List<String> words = names(node.path("allow"));
    for (PathForm form : PathForm.values()) {
      if (words.contains(form.word())) {
        allowed.add(form);
      }
    }
    return new Route(
        host,
        path,
        strip,
        names(node.path("filters")),
        TrafficJson.readRoute(node),
        new RouteMatch(
            node.path("exact").asBoolean(false),
            names(node.path("methods")),
            values(node.path("headers")),
            values(node.path("query")),
            values(node.path("cookies"))),
        new RouteAction(
            node.path("rewrite").asString(""),
            redirect,
            edits(node.path("requestHeaders")),
            edits(node.path("responseHeaders")),
            allowed));
  }

  private static void names(ObjectNode out, String key, Collection<String> names) {
    if (!names.isEmpty()) {
      ArrayNode list = out.putArray(key);
      names.forEach(list::add);
    }
  }

  private static void values(ObjectNode out, String key, Map<String, String> values) {
    if (!values.isEmpty()) {
      ObjectNode group = out.putObject(key);
      values.forEach(group::put);
    }
  }

  private static void edits(ObjectNode out, String key, HeaderEdits edits) {
    if (!edits.none()) {
      ObjectNode group = out.putObject(key);
      values(group, "set", edits.set());
      names(group, "remove", edits.remove());
    }
  }

  private static List<String> names(JsonNode list) {
    List<String> names = new ArrayList<>();
    list.forEach(each -> names.add(each.asString("")));
    return names;
  }

  private static Map<String, String> values(JsonNode group) {
    Map<String, String> values = new TreeMap<>();
    group.properties().forEach(each -> values.put(each.getKey(), each.getValue().asString("")));
    return values;
  }

  private static HeaderEdits edits(JsonNode group) {
    return new HeaderEdits(values(group.path("set")), names(group.path("remove")));
  }
}
