package io.roadstead.gateway.route;

import io.roadstead.gateway.http.Ascii;
import io.roadstead.gateway.http.Head;
import io.roadstead.registry.Route;
import io.roadstead.registry.Service;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All routes of one version of the registry. Immutable.
 *
 * <p>Which route has a request, in this order: the host as it is before {@code *.host}, of those
 * the longest, before every host; within one host the longest path, and the exact one before the
 * prefix; of one path the route that asks for more; then services by name, and routes as they were
 * declared. A route whose conditions do not hold leaves the request to the next. After all declared
 * routes come, where they are on, the default routes {@code /{service}/**}.
 *
 * <p>A newer table is made from the one before: hosts whose routes are the same keep their trees,
 * routes that are the same keep their entries, services keep their places; where nothing differs,
 * so does the table.
 */
public final class RouteTable {
  /** No routes at all: what the first table is made from. */
  public static final RouteTable EMPTY =
      new RouteTable(List.of(), Map.of(), Map.of(), new ByteMap<>(Map.of(), true), false);

  /** What a service has declared, and what was made of it; the two lists go side by side. */
  private record Declared(int index, List<Route> routes, List<RouteEntry> entries) {}

  /** The routes of one host, and the tree made of them. */
  private record HostRoutes(List<RouteEntry> entries, PathTree tree) {}

  private final List<String> services;
  private final Map<String, Declared> declared;
  private final Map<String, HostRoutes> hosts;
  private final ByteMap<PathTree> exactHosts;
  private final boolean hasExactHosts;
  private final ByteMap<PathTree> wildcards;
  private final boolean hasWildcards;
  private final @Nullable PathTree anyHost;
  private final ByteMap<RouteEntry> defaults;
  private final boolean defaultRoutes;

  private RouteTable(
      List<String> services,
      Map<String, Declared> declared,
      Map<String, HostRoutes> hosts,
      ByteMap<RouteEntry> defaults,
      boolean defaultRoutes) {
    this.services = services;
    this.declared = declared;
    this.hosts = hosts;
    this.defaults = defaults;
    this.defaultRoutes = defaultRoutes;
    Map<String, PathTree> exact = new HashMap<>();
    Map<String, PathTree> wild = new HashMap<>();
    hosts.forEach(
        (host, routes) -> {
          if (host.startsWith("*.")) {
            wild.put(host.substring(2), routes.tree);
          } else if (!host.isEmpty()) {
            exact.put(host, routes.tree);
          }
        });
    this.exactHosts = new ByteMap<>(exact, true);
    this.hasExactHosts = !exact.isEmpty();
    this.wildcards = new ByteMap<>(wild, true);
    this.hasWildcards = !wild.isEmpty();
    HostRoutes any = hosts.get("");
    this.anyHost = any == null ? null : any.tree;
  }

  public static RouteTable of(List<Service> services, boolean defaultRoutes) {
    return EMPTY.next(services, defaultRoutes);
  }

  /**
   * The table of these services' routes; this one where they are the same.
   *
   * @param routed in order of name
   */
  public RouteTable next(List<Service> routed, boolean withDefaults) {
    Places places = new Places(services, routed, withDefaults);
    Map<String, Declared> newDeclared = HashMap.newHashMap(routed.size());
    Map<String, List<RouteEntry>> byHost = new HashMap<>();
    for (Service service : routed) {
      if (service.routes().isEmpty()) {
        continue;
      }
      Declared now = declared(service, places.of(service.name()));
      newDeclared.put(service.name(), now);
      for (int i = 0; i < now.entries.size(); i++) {
        byHost
            .computeIfAbsent(
                now.routes.get(i).host().toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
            .add(now.entries.get(i));
      }
    }
    boolean same = byHost.size() == hosts.size() && withDefaults == defaultRoutes;
    Map<String, HostRoutes> newHosts = HashMap.newHashMap(byHost.size());
    for (Map.Entry<String, List<RouteEntry>> each : byHost.entrySet()) {
      HostRoutes known = hosts.get(each.getKey());
      // Entries are compared by identity: those of routes that are the same are the same.
      boolean kept = known != null && known.entries.equals(each.getValue());
      same &= kept;
      newHosts.put(each.getKey(), kept && known != null ? known : hostRoutes(each.getValue()));
    }
    if (same && places.services().equals(services)) {
      return this;
    }
    return new RouteTable(
        places.services(),
        newDeclared,
        newHosts,
        places.services().equals(services) && withDefaults == defaultRoutes
            ? defaults
            : defaults(routed, places, withDefaults),
        withDefaults);
  }

  private static HostRoutes hostRoutes(List<RouteEntry> entries) {
    PathTree.Builder builder = new PathTree.Builder();
    entries.forEach(builder::add);
    return new HostRoutes(entries, builder.build());
  }

  /** What a service declares, with the entries that it had before where a route is the same. */
  private Declared declared(Service service, int index) {
    Declared before = declared.get(service.name());
    List<Route> routes = service.routes();
    if (before != null && before.index == index && before.routes.equals(routes)) {
      return before;
    }
    Map<Route, RouteEntry> known = new HashMap<>();
    if (before != null && before.index == index) {
      for (int i = 0; i < before.routes.size(); i++) {
        known.put(before.routes.get(i), before.entries.get(i));
      }
    }
    List<RouteEntry> entries = new ArrayList<>(routes.size());
    for (Route route : routes) {
      RouteEntry kept = known.isEmpty() ? null : known.get(route);
      entries.add(
          kept != null ? kept : new RouteEntry(route.label(), service.name(), index, route));
    }
    return new Declared(index, routes, entries);
  }

  private static ByteMap<RouteEntry> defaults(
      List<Service> routed, Places places, boolean withDefaults) {
    Map<String, RouteEntry> made = new HashMap<>();
    if (withDefaults) {
      for (Service service : routed) {
        String name = service.name();
        made.put(
            name,
            new RouteEntry(
                "/" + name + "/**", name, places.of(name), new Route("", "/" + name, true)));
      }
    }
    return new ByteMap<>(made, true);
  }

  /** Which service has which place; one that stays keeps its own. */
  private static final class Places {
    private final Map<String, Integer> byName = new HashMap<>();
    private final List<String> names;

    Places(List<String> before, List<Service> routed, boolean all) {
      names = new ArrayList<>(before);
      Map<String, Integer> known = new HashMap<>();
      for (int i = 0; i < before.size(); i++) {
        known.put(before.get(i), i);
      }
      List<String> fresh = new ArrayList<>();
      for (Service service : routed) {
        if (all || !service.routes().isEmpty()) {
          Integer place = known.remove(service.name());
          if (place == null) {
            fresh.add(service.name());
          } else {
            byName.put(service.name(), place);
          }
        }
      }
      known.forEach((_, place) -> names.set(place, ""));
      int at = 0;
      for (String name : fresh) {
        while (at < names.size() && !names.get(at).isEmpty()) {
          at++;
        }
        if (at == names.size()) {
          names.add(name);
        } else {
          names.set(at, name);
        }
        byName.put(name, at);
      }
    }

    int of(String service) {
      Integer place = byName.get(service);
      if (place == null) {
        throw new IllegalStateException("no place for service " + service);
      }
      return place;
    }

    List<String> services() {
      return List.copyOf(names);
    }
  }

  /** The services that routes lead to, each at its {@link RouteEntry#serviceIndex}; "" for none. */
  public List<String> services() {
    return services;
  }

  /** The tree of a host, to see what was kept. */
  @Nullable PathTree tree(String host) {
    HostRoutes routes = hosts.get(host);
    return routes == null ? null : routes.tree;
  }

  /**
   * The route of a request, or null.
   *
   * @param path the bytes that hold the path, checked and decoded by {@link PathCheck}
   */
  public @Nullable RouteEntry match(Head request, byte[] path, int from, int to) {
    if (hasExactHosts || hasWildcards) {
      RouteEntry entry = byHost(request, path, from, to);
      if (entry != null) {
        return entry;
      }
    }
    PathTree any = anyHost;
    if (any != null) {
      RouteEntry entry = any.match(path, from, to, request);
      if (entry != null) {
        return entry;
      }
    }
    int end = from + 1;
    while (end < to && path[end] != '/') {
      end++;
    }
    return defaults.get(path, Math.min(from + 1, to), end > to ? to : end);
  }

  private @Nullable RouteEntry byHost(Head request, byte[] path, int from, int to) {
    byte[] host = request.bytes();
    int start = request.hostStart();
    int end = hostEnd(host, start, request.hostEnd());
    PathTree exact = exactHosts.get(host, start, end);
    RouteEntry entry = exact == null ? null : exact.match(path, from, to, request);
    if (entry != null || !hasWildcards) {
      return entry;
    }
    // From the longest domain above the host to the shortest.
    for (int i = start + 1; i < end; i++) {
      if (host[i] == '.') {
        PathTree below = wildcards.get(host, i + 1, end);
        RouteEntry found = below == null ? null : below.match(path, from, to, request);
        if (found != null) {
          return found;
        }
      }
    }
    return null;
  }

  static int hostEnd(byte[] host, int from, int to) {
    for (int i = to - 1; i >= from && host[i] != ']'; i--) {
      if (host[i] == ':') {
        return i;
      }
    }
    return to;
  }

  /** Where the raw path goes on after {@code segments} of its segments. */
  public static int skip(byte[] path, int from, int to, int segments) {
    int at = from;
    for (int i = 0; i < segments && at < to; i++) {
      at++;
      while (at < to && path[at] != '/') {
        at++;
      }
    }
    return at;
  }

  /** Whether the bytes at {@code from} are {@code path}, to the end. */
  public static boolean is(byte[] bytes, int from, int to, String path) {
    return Ascii.is(bytes, from, to - from, path);
  }
}
