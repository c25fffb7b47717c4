package io.roadstead.gateway.route;

import io.roadstead.gateway.http.Ascii;
import io.roadstead.gateway.http.Head;
import io.roadstead.registry.PathForm;
import io.roadstead.registry.Route;
import io.roadstead.registry.TrafficPolicy;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A route as the request path uses it. Immutable; compared by identity, so the same object stays
 * while the route does.
 */
public final class RouteEntry {
  private final String label;
  private final String service;
  private final int serviceIndex;
  private final Route route;
  private final int prefixSegments;
  private final int stripSegments;
  private final byte[] forwardedPrefix;
  private final @Nullable Conditions conditions;
  private final @Nullable Template rewrite;
  private final @Nullable Template redirect;
  private final @Nullable HeaderChange requestChange;
  private final @Nullable HeaderChange responseChange;
  private final int allowed;

  RouteEntry(String label, String service, int serviceIndex, Route route) {
    this.label = label;
    this.service = service;
    this.serviceIndex = serviceIndex;
    this.route = route;
    List<String> segments = segments(route.path());
    this.prefixSegments = segments.size();
    this.rewrite =
        route.action().rewrite().isEmpty() ? null : new Template(route.action().rewrite());
    this.stripSegments = route.strip() && rewrite == null ? segments.size() : 0;
    this.forwardedPrefix =
        stripSegments == 0
            ? new byte[0]
            : Ascii.bytes("X-Forwarded-Prefix: /" + String.join("/", segments) + "\r\n");
    this.conditions = route.match().conditions() == 0 ? null : new Conditions(route.match());
    this.redirect = route.action().redirect().map(to -> new Template(to.to())).orElse(null);
    this.requestChange = HeaderChange.of(route.action().request());
    this.responseChange = HeaderChange.of(route.action().response());
    int forms = 0;
    for (PathForm form : route.action().allowed()) {
      forms |= form.bit();
    }
    this.allowed = forms;
  }

  /** The same without what it does to the path. */
  private RouteEntry(RouteEntry like) {
    label = like.label;
    service = like.service;
    serviceIndex = like.serviceIndex;
    route = like.route;
    prefixSegments = like.prefixSegments;
    rewrite = null;
    stripSegments = 0;
    forwardedPrefix = new byte[0];
    conditions = like.conditions;
    redirect = like.redirect;
    requestChange = like.requestChange;
    responseChange = like.responseChange;
    allowed = like.allowed;
  }

  /** The same route for a request whose path a filter has set: nothing is done to it any more. */
  public RouteEntry unchanged() {
    return new RouteEntry(this);
  }

  private static List<String> segments(String path) {
    String inner = path.startsWith("/") ? path.substring(1) : path;
    if (inner.endsWith("/")) {
      inner = inner.substring(0, inner.length() - 1);
    }
    return inner.isEmpty() ? List.of() : List.of(inner.split("/", -1));
  }

  /** Whether all that it asks for beside host and path is there. */
  boolean takes(Head request) {
    Conditions asked = conditions;
    return asked == null || asked.hold(request);
  }

  Route route() {
    return route;
  }

  /** How metrics name it: host, path, and what else it asks for. */
  public String label() {
    return label;
  }

  public String service() {
    return service;
  }

  /** The place of its service in {@link RouteTable#services}. */
  public int serviceIndex() {
    return serviceIndex;
  }

  /** The filters that look at its requests, in that order; as a rule none. */
  public List<String> filters() {
    return route.filters();
  }

  /** How its requests are treated otherwise than the service's others. */
  public TrafficPolicy.OfRoute traffic() {
    return route.traffic();
  }

  /** Whether it takes paths with all of these forms: bits of {@link PathForm#bit}. */
  public boolean allows(int forms) {
    return (forms & ~allowed) == 0;
  }

  /** How many leading segments of the path are taken off before forwarding. */
  public int stripSegments() {
    return stripSegments;
  }

  /** How many segments its own path has. */
  int prefixSegments() {
    return prefixSegments;
  }

  /** The path to forward instead; null where the path goes on, less what is stripped. */
  public @Nullable Template rewrite() {
    return rewrite;
  }

  /** Where the client is sent, with {@link #redirectStatus}; null where requests are forwarded. */
  public @Nullable Template redirect() {
    return redirect;
  }

  public int redirectStatus() {
    return route.action().redirect().map(to -> to.status()).orElse(0);
  }

  /** What changes in the request's headers; null for nothing. */
  public @Nullable HeaderChange requestChange() {
    return requestChange;
  }

  /** What changes in the answer's headers; null for nothing. */
  public @Nullable HeaderChange responseChange() {
    return responseChange;
  }

  /** The X-Forwarded-Prefix line, or nothing where nothing is stripped. */
  public byte[] forwardedPrefix() {
    return forwardedPrefix;
  }
}
