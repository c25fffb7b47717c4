package io.roadstead.control.spec;

import io.roadstead.registry.HeaderEdits;
import io.roadstead.registry.PathForm;
import io.roadstead.registry.Route;
import io.roadstead.registry.RouteAction;
import io.roadstead.registry.RouteMatch;
import io.roadstead.registry.TrafficPolicy;
import io.roadstead.rollout.ServiceSpec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads the routes of a service, and tells all that is wrong with them. */
final class RouteReader {
  static final int MAX_ROUTES = 1000;
  private static final int MAX_FILTERS = 16;
  private static final int MAX_CONDITIONS = 16;
  private static final int MAX_EDITS = 32;
  private static final int MAX_VALUE = 1024;
  private static final Pattern FILTER = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");
  private static final Pattern PATH = Pattern.compile("/[!-~&&[^?#\\\\%]]{0,1023}");
  private static final Pattern DOTS = Pattern.compile(".*/\\.{1,2}(;.*|/.*)?");
  private static final Pattern HOST =
      Pattern.compile("(\\*\\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");
  private static final Pattern METHOD = Pattern.compile("[A-Z][A-Z0-9_-]{0,31}");
  private static final Pattern HEADER = Pattern.compile("[a-z0-9!#$%&'*+.^`|~-]{1,64}");
  private static final Pattern COOKIE = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");
  private static final Pattern VALUE = Pattern.compile("[ -~]*");
  private static final Pattern TEMPLATE = Pattern.compile("([!-~&&[^{}#\\\\]]|\\{[a-z]+\\})*");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{[a-z]+\\}");

  /** What concerns a connection, frames a message or is written by the gateway itself. */
  private static final Set<String> OWN =
      Set.of(
          "host",
          "connection",
          "keep-alive",
          "te",
          "trailer",
          "transfer-encoding",
          "content-length",
          "upgrade",
          "expect",
          "date",
          "forwarded",
          "traceparent",
          "tracestate",
          "x-roadstead-reason");

  private final Section entry;

  private RouteReader(Section entry) {
    this.entry = entry;
  }

  static List<Route> routes(Section section) {
    List<Route> routes = new ArrayList<>();
    Map<Route, Integer> claims = new HashMap<>();
    List<Section> entries = section.sections("routes");
    if (entries.size() > MAX_ROUTES) {
      section.problem("routes", "has " + entries.size() + " entries, at most " + MAX_ROUTES);
      return routes;
    }
    for (Section entry : entries) {
      Route route = new RouteReader(entry).read();
      Integer first = claims.putIfAbsent(claim(route), routes.size());
      if (first != null) {
        entry.problem(
            "path",
            "'" + route.path() + "' is there twice: routes[" + first + "] asks for the same");
      }
      routes.add(route);
    }
    return routes;
  }

  /** Tells of routes that two services of one file claim, so that one would never be used. */
  static void conflicts(List<ServiceSpec> specs, Place place, Problems problems) {
    Map<Route, String> claims = new HashMap<>();
    for (ServiceSpec spec :
        specs.stream().sorted(Comparator.comparing(ServiceSpec::name)).toList()) {
      for (int i = 0; i < spec.routes().size(); i++) {
        Route route = spec.routes().get(i);
        String first = claims.putIfAbsent(claim(route), spec.name());
        if (first != null && !first.equals(spec.name())) {
          problems.add(
              place.key(spec.name()).key("routes").index(i).key("path"),
              "'"
                  + route.host()
                  + route.path()
                  + "' is claimed by service '"
                  + first
                  + "' too, which would get every request: give one of them another path, host"
                  + " or condition");
        }
      }
    }
  }

  private static Route claim(Route route) {
    return new Route(route.host(), route.claimedPath(), true).with(route.match());
  }

  private Route read() {
    String path = entry.text("path").orElse("");
    if (!PATH.matcher(path).matches() || path.contains("//") || DOTS.matcher(path).matches()) {
      entry.problem(
          "path",
          "'"
              + path
              + "' is not a path such as /orders: a slash, then up to 1023 visible characters"
              + " without '?', '#', '%', backslashes, empty and dot segments");
    }
    String host = entry.text("host").orElse("").toLowerCase(Locale.ROOT);
    if (!host.isEmpty() && (host.length() > 253 || !HOST.matcher(host).matches())) {
      entry.problem(
          "host",
          "'"
              + host
              + "' is not a host name such as shop.example, or *.shop.example for all below it"
              + " (no port)");
    }
    boolean exact = entry.flag("exact", false);
    boolean strip = entry.flag("strip", true);
    RouteMatch match =
        new RouteMatch(
            exact,
            methods(),
            conditions("headers", HEADER, true),
            conditions("query", VALUE, false),
            conditions("cookies", COOKIE, false));
    RouteAction action =
        new RouteAction(
            rewrite(), redirect(), edits("requestHeaders"), edits("responseHeaders"), allowed());
    if (action.redirect().isPresent()) {
      if (!action.rewrite().isEmpty()) {
        entry.problem("rewrite", "and redirect are both there: a redirect forwards nothing");
      }
      if (!action.request().none()) {
        entry.problem("requestHeaders", "and redirect are both there: a redirect forwards nothing");
      }
      if (action.allowed().contains(PathForm.DOUBLE_SLASH)) {
        entry.problem(
            "allow",
            "has double-slash beside a redirect: '//host' in a Location leads to another host");
      }
    }
    List<String> filters = filters();
    if (action.redirect().isPresent() && !filters.isEmpty()) {
      entry.problem("filters", "and redirect are both there: no filter sees what is redirected");
    }
    TrafficPolicy.OfRoute traffic = TrafficSpec.readRoute(entry);
    entry.noMore();
    return new Route(host, path, strip, filters, traffic, match, action);
  }

  private List<String> methods() {
    List<String> methods = new ArrayList<>();
    for (String word : words("methods", MAX_CONDITIONS)) {
      String method = word.toUpperCase(Locale.ROOT);
      if (!METHOD.matcher(method).matches()) {
        entry.problem("methods", "'" + word + "' is not a method such as GET");
      } else if (method.equals("CONNECT") || method.equals("TRACE")) {
        entry.problem("methods", method + " is never forwarded; take it off the list");
      } else {
        methods.add(method);
      }
    }
    return methods;
  }

  private Map<String, String> conditions(String key, Pattern names, boolean headers) {
    Map<String, String> conditions = new TreeMap<>();
    for (Map.Entry<String, String> each : entry.texts(key).entrySet()) {
      String name = headers ? each.getKey().toLowerCase(Locale.ROOT) : each.getKey();
      if (name.isEmpty() || name.length() > 64 || !names.matcher(name).matches()) {
        entry.problem(
            key,
            "'"
                + each.getKey()
                + "' is not a name that can be asked for: 1 to 64 characters"
                + (headers ? ", none of them an underscore" : ""));
      } else if (headers && own(name)) {
        entry.problem(
            key, "'" + name + "' cannot be asked for: it concerns the gateway's own connection");
      } else if (value(key, each.getKey(), each.getValue())) {
        conditions.put(name, each.getValue());
      }
    }
    if (conditions.size() > MAX_CONDITIONS) {
      entry.problem(key, "has " + conditions.size() + " entries, at most " + MAX_CONDITIONS);
    }
    return conditions;
  }

  private boolean value(String key, String name, String value) {
    if (value.length() <= MAX_VALUE
        && VALUE.matcher(value).matches()
        && value.equals(value.strip())) {
      return true;
    }
    entry.problem(
        key,
        "the value of '"
            + name
            + "' has "
            + value.length()
            + " characters; allowed are up to "
            + MAX_VALUE
            + " of visible ASCII, with spaces only inside");
    return false;
  }

  private static boolean own(String header) {
    return OWN.contains(header) || header.startsWith("proxy") || header.startsWith("x-forwarded-");
  }

  private String rewrite() {
    String template = entry.text("rewrite").orElse("");
    if (template.isEmpty()) {
      return template;
    }
    boolean starts =
        (template.startsWith("/") && !template.startsWith("//")) || template.startsWith("{path}");
    template("rewrite", template, List.of("{path}", "{rest}"));
    if (!starts || template.contains("/../") || template.contains("/./")) {
      entry.problem(
          "rewrite",
          "'" + template + "' is not a path such as /v2{rest}: it starts with one slash");
    }
    return template;
  }

  private Optional<RouteAction.Redirect> redirect() {
    if (!entry.has("redirect")) {
      return Optional.empty();
    }
    Section section = entry.section("redirect");
    int status = section.integer("status", 307, 300, 399);
    if (!RouteAction.Redirect.STATUSES.contains(status)) {
      section.problem("status", "is " + status + ", allowed are 301, 302, 307 and 308");
    }
    String to = section.text("to").orElse("");
    template("redirect", to, List.of("{host}", "{path}", "{rest}"));
    if (!(to.startsWith("/") && !to.startsWith("//"))
        && !to.startsWith("{path}")
        && !to.startsWith("https://")
        && !to.startsWith("http://")) {
      section.problem(
          "to",
          "'" + to + "' is no place to go to: expected is https://… , http://…, /… or {path}");
    }
    section.noMore();
    return Optional.of(new RouteAction.Redirect(status, to));
  }

  private void template(String key, String template, List<String> known) {
    if (template.contains("/{path}") || template.contains("/{rest}")) {
      entry.problem(
          key,
          "'" + template + "' would have two slashes in a row: {path} and {rest} begin with one");
      return;
    }
    if (template.length() > MAX_VALUE || !TEMPLATE.matcher(template).matches()) {
      entry.problem(
          key,
          "'"
              + template
              + "' is not a template: up to "
              + MAX_VALUE
              + " visible characters without '#' and backslashes, braces only in "
              + String.join(", ", known));
      return;
    }
    PLACEHOLDER
        .matcher(template)
        .results()
        .map(found -> found.group())
        .filter(found -> !known.contains(found))
        .forEach(
            found ->
                entry.problem(
                    key, found + " is not known here; known are " + String.join(", ", known)));
  }

  private HeaderEdits edits(String key) {
    if (!entry.has(key)) {
      return HeaderEdits.NONE;
    }
    Section section = entry.section(key);
    Map<String, String> set = new TreeMap<>();
    section
        .texts("set")
        .forEach(
            (name, value) -> {
              if (editable(section, "set", name) && value(key, name, value)) {
                set.put(name.toLowerCase(Locale.ROOT), value);
              }
            });
    List<String> remove = new ArrayList<>();
    for (String name : words(section, "remove", MAX_EDITS)) {
      if (editable(section, "remove", name)) {
        remove.add(name.toLowerCase(Locale.ROOT));
      }
      if (set.containsKey(name.toLowerCase(Locale.ROOT))) {
        section.problem("remove", "'" + name + "' is set as well; setting it replaces what came");
      }
    }
    if (set.size() > MAX_EDITS) {
      section.problem("set", "has " + set.size() + " entries, at most " + MAX_EDITS);
    }
    section.noMore();
    return new HeaderEdits(set, remove);
  }

  private static boolean editable(Section section, String key, String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (!HEADER.matcher(lower).matches()) {
      section.problem(
          key, "'" + name + "' is not a header's name: 1 to 64 letters, digits and hyphens");
      return false;
    }
    if (own(lower)) {
      section.problem(
          key,
          "'" + name + "' frames the message, or is written by the gateway itself; leave it out");
      return false;
    }
    return true;
  }

  private Set<PathForm> allowed() {
    Set<PathForm> allowed = EnumSet.noneOf(PathForm.class);
    for (String word : words("allow", PathForm.values().length)) {
      PathForm found = form(word);
      if (found == null) {
        entry.problem(
            "allow", "'" + word + "' is not known; known are encoded-slash and double-slash");
      } else {
        allowed.add(found);
      }
    }
    return allowed;
  }

  private static @Nullable PathForm form(String word) {
    for (PathForm form : PathForm.values()) {
      if (form.word().equals(word)) {
        return form;
      }
    }
    return null;
  }

  private List<String> filters() {
    List<String> filters = new ArrayList<>();
    for (String name : words("filters", MAX_FILTERS)) {
      if (!FILTER.matcher(name).matches()) {
        entry.problem(
            "filters",
            "'" + name + "' is not a filter's name: [a-z0-9][a-z0-9._-]{0,62} is expected");
      } else if (filters.contains(name)) {
        entry.problem("filters", "names '" + name + "' twice");
      } else {
        filters.add(name);
      }
    }
    return filters;
  }

  private List<String> words(String key, int most) {
    return words(entry, key, most);
  }

  private static List<String> words(Section section, String key, int most) {
    JsonNode list = section.node(key);
    List<String> words = new ArrayList<>();
    if (list == null) {
      return words;
    }
    if (!list.isArray() || list.size() > most) {
      section.problem(key, "is to be a list of at most " + most + " names");
      return words;
    }
    for (JsonNode each : list) {
      if (each.isString()) {
        words.add(each.stringValue());
      } else {
        section.problem(key, "has an entry that is not text");
      }
    }
    return words;
  }
}
