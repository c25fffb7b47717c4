package io.roadstead.registry;

import java.util.List;

/**
 * One route of a service, a versioned fact beside its instances.
 *
 * @param host the exact host it is for, lower case, or "" for every host
 * @param path the prefix, starting with a slash; it matches at segment boundaries
 * @param strip whether the prefix is taken off before forwarding
 * @param filters the names of the filters that look at its requests, in that order
 * @param traffic how its requests are treated otherwise than the service's others
 */
public record Route(
    String host, String path, boolean strip, List<String> filters, TrafficPolicy.OfRoute traffic) {
  public Route {
    filters = List.copyOf(filters);
  }

  /** One whose requests are treated as all of its service. */
  public Route(String host, String path, boolean strip, List<String> filters) {
    this(host, path, strip, filters, TrafficPolicy.OfRoute.NONE);
  }

  /** One without filters, whose requests are treated as all of its service. */
  public Route(String host, String path, boolean strip) {
    this(host, path, strip, List.of());
  }
}
