package io.roadstead.registry;

import java.util.List;

/**
 * One route of a service, a versioned fact beside its instances.
 *
 * @param host the exact host it is for, lower case, or "" for every host
 * @param path the prefix, starting with a slash; it matches at segment boundaries
 * @param strip whether the prefix is taken off before forwarding
 * @param filters the names of the filters that look at its requests, in that order
 */
public record Route(String host, String path, boolean strip, List<String> filters) {
  public Route {
    filters = List.copyOf(filters);
  }

  /** A route without filters. */
  public Route(String host, String path, boolean strip) {
    this(host, path, strip, List.of());
  }
}
