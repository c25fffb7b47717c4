package io.roadstead.gateway.route;

import io.roadstead.gateway.http.Ascii;
import io.roadstead.registry.Route;
import io.roadstead.registry.Service;
import io.roadstead.registry.TrafficPolicy;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All routes of one version of the registry. Immutable.
 *
 * <p>Explicit routes come first: those of the request's own host, then those of any host; within
 * one host the longest prefix wins. Then, where they are on, the default routes {@code
 * /{service}/**}. Of two services that claim the same host and path, the first by name has it.
 */
public final class RouteTable {
  private final ByteMap<PathTree> byHost;
  private final boolean hosts;
  private final PathTree anyHost;
  private final ByteMap<RouteEntry> defaults;

  private RouteTable(
      ByteMap<PathTree> byHost, boolean hosts, PathTree anyHost, ByteMap<RouteEntry> defaults) {
    this.byHost = byHost;
    this.hosts = hosts;
    this.anyHost = anyHost;
    this.defaults = defaults;
  }

  /**
   * @param services in order of name; a route's {@link RouteEntry#serviceIndex} is the place here
   */
  public static RouteTable of(List<Service> services, boolean defaultRoutes) {
    Map<String, PathTree.Builder> hosts = new HashMap<>();
    Map<String, RouteEntry> defaults = new HashMap<>();
    for (int i = 0; i < services.size(); i++) {
      Service service = services.get(i);
      for (Route route : service.routes()) {
        String host = route.host().toLowerCase(Locale.ROOT);
        hosts
            .computeIfAbsent(host, _ -> new PathTree.Builder())
            .add(
                route.path(),
                new RouteEntry(
                    host + route.path(),
                    service.name(),
                    i,
                    route.path(),
                    route.strip(),
                    route.filters(),
                    route.traffic()));
      }
      if (defaultRoutes) {
        defaults.put(
            service.name(),
            new RouteEntry(
                "/" + service.name() + "/**",
                service.name(),
                i,
                "/" + service.name(),
                true,
                List.of(),
                TrafficPolicy.OfRoute.NONE));
      }
    }
    PathTree.Builder any = hosts.remove("");
    Map<String, PathTree> byHost = new HashMap<>();
    hosts.forEach((host, builder) -> byHost.put(host, builder.build()));
    return new RouteTable(
        new ByteMap<>(byHost, true),
        !byHost.isEmpty(),
        (any == null ? new PathTree.Builder() : any).build(),
        new ByteMap<>(defaults, true));
  }

  /**
   * The route of a request, or null.
   *
   * @param host the bytes that hold the host, with or without a port
   * @param path the bytes that hold the path, checked and decoded by {@link PathCheck}
   */
  public @Nullable RouteEntry match(
      byte[] host, int hostFrom, int hostTo, byte[] path, int from, int to) {
    if (hosts) {
      PathTree tree = byHost.get(host, hostFrom, hostEnd(host, hostFrom, hostTo));
      RouteEntry entry = tree == null ? null : tree.match(path, from, to);
      if (entry != null) {
        return entry;
      }
    }
    RouteEntry entry = anyHost.match(path, from, to);
    if (entry != null) {
      return entry;
    }
    int end = from + 1;
    while (end < to && path[end] != '/') {
      end++;
    }
    return defaults.get(path, Math.min(from + 1, to), end > to ? to : end);
  }

  private static int hostEnd(byte[] host, int from, int to) {
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
