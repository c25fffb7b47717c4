package io.roadstead.registry;

import java.util.List;
import java.util.Map;

/**
 * One route of a service, a versioned fact beside its instances.
 *
 * @param host the host it is for, lower case: exact, {@code *.example.org} for all below one, or ""
 *     for every host
 * @param path the prefix, starting with a slash; it matches at segment boundaries; the whole path
 *     where {@link RouteMatch#exact}
 * @param strip whether the prefix is taken off before forwarding
 * @param filters the names of the filters that look at its requests, in that order
 * @param traffic how its requests are treated otherwise than the service's others
 * @param match what else the request must have
 * @param action what else is done with it
 */
public record Route(
    String host,
    String path,
    boolean strip,
    List<String> filters,
    TrafficPolicy.OfRoute traffic,
    RouteMatch match,
    RouteAction action) {
  public Route {
    filters = List.copyOf(filters);
  }

  /** A route by host and path that forwards. */
  public Route(
      String host,
      String path,
      boolean strip,
      List<String> filters,
      TrafficPolicy.OfRoute traffic) {
    this(host, path, strip, filters, traffic, RouteMatch.PREFIX, RouteAction.FORWARD);
  }

  /** A route by host and path that forwards, its requests treated as all of its service. */
  public Route(String host, String path, boolean strip, List<String> filters) {
    this(host, path, strip, filters, TrafficPolicy.OfRoute.NONE);
  }

  /** A route by host and path that forwards, without filters. */
  public Route(String host, String path, boolean strip) {
    this(host, path, strip, List.of());
  }

  public Route with(RouteMatch value) {
    return new Route(host, path, strip, filters, traffic, value, action);
  }

  public Route with(RouteAction value) {
    return new Route(host, path, strip, filters, traffic, match, value);
  }

  /** Whether the two ask for the same of a request, so that only one of them can have it. */
  public boolean sameClaim(Route other) {
    return host.equals(other.host)
        && match.equals(other.match)
        && claimedPath().equals(other.claimedPath());
  }

  /** The path that is compared: a prefix is the same with and without a slash at its end. */
  public String claimedPath() {
    return !match.exact() && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  /**
   * How metrics, the access log and the API name it where it was declared: host, path, and what
   * else it asks for.
   */
  public String label() {
    StringBuilder label = new StringBuilder(host).append(path);
    if (match.exact()) {
      label.append(" exact");
    }
    match.methods().forEach(method -> label.append(' ').append(method));
    append(label, " header ", match.headers());
    append(label, " query ", match.query());
    append(label, " cookie ", match.cookies());
    return label.toString();
  }

  private static void append(StringBuilder label, String kind, Map<String, String> conditions) {
    conditions.forEach(
        (name, value) -> {
          label.append(kind).append(name);
          if (!value.equals(RouteMatch.ANY)) {
            label.append('=').append(value);
          }
        });
  }
}
