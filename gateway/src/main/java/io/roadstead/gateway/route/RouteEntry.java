package io.roadstead.gateway.route;

import io.roadstead.gateway.http.Ascii;
import io.roadstead.registry.TrafficPolicy;
import java.util.List;

/**
 * A route as the request path uses it. Immutable; compared by identity, so the same object stays
 * while the route does.
 */
public final class RouteEntry {
  private final String label;
  private final String service;
  private final int serviceIndex;
  private final int stripSegments;
  private final byte[] forwardedPrefix;
  private final List<String> filters;

  private final TrafficPolicy.OfRoute traffic;

  RouteEntry(
      String label,
      String service,
      int serviceIndex,
      String path,
      boolean strip,
      List<String> filters,
      TrafficPolicy.OfRoute traffic) {
    this.filters = filters;
    this.traffic = traffic;
    this.label = label;
    this.service = service;
    this.serviceIndex = serviceIndex;
    List<String> segments = segments(path);
    this.stripSegments = strip ? segments.size() : 0;
    this.forwardedPrefix =
        stripSegments == 0
            ? new byte[0]
            : Ascii.bytes("X-Forwarded-Prefix: /" + String.join("/", segments) + "\r\n");
  }

  /** The same without what it does to the path. */
  private RouteEntry(RouteEntry like) {
    label = like.label;
    service = like.service;
    serviceIndex = like.serviceIndex;
    filters = like.filters;
    traffic = like.traffic;
    stripSegments = 0;
    forwardedPrefix = new byte[0];
  }

  /** The same route for a request whose path a filter has set: nothing is done to it any more. */
  public RouteEntry unchanged() {
    return new RouteEntry(this);
  }

  static List<String> segments(String path) {
    String inner = path.startsWith("/") ? path.substring(1) : path;
    if (inner.endsWith("/")) {
      inner = inner.substring(0, inner.length() - 1);
    }
    return inner.isEmpty() ? List.of() : List.of(inner.split("/", -1));
  }

  /** How metrics name it: host and path. */
  public String label() {
    return label;
  }

  public String service() {
    return service;
  }

  /** The place of its service in the table that the route belongs to. */
  public int serviceIndex() {
    return serviceIndex;
  }

  /** The filters that look at its requests, in that order; as a rule none. */
  public List<String> filters() {
    return filters;
  }

  /** What its requests have of their own. */
  public TrafficPolicy.OfRoute traffic() {
    return traffic;
  }

  /** How many leading segments of the path are taken off before forwarding. */
  public int stripSegments() {
    return stripSegments;
  }

  /** The X-Forwarded-Prefix line, or nothing where nothing is stripped. */
  public byte[] forwardedPrefix() {
    return forwardedPrefix;
  }
}
