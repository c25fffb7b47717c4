package io.roadstead.registry;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a request must have, beside its host and path, for a route to take it. All of it must hold.
 *
 * @param exact whether the path must be the route's own, to the last byte
 * @param methods the methods that it takes, in upper case; none means every one
 * @param headers names, in lower case, and values; {@link #ANY} as a value: that there is one
 * @param query parameters and values, decoded; {@link #ANY} likewise
 * @param cookies names and values; {@link #ANY} likewise
 */
public record RouteMatch(
    boolean exact,
    List<String> methods,
    SortedMap<String, String> headers,
    SortedMap<String, String> query,
    SortedMap<String, String> cookies) {
  public static final String ANY = "*";
  public static final RouteMatch PREFIX =
      new RouteMatch(false, List.of(), Map.of(), Map.of(), Map.of());

  public RouteMatch {
    methods = methods.stream().distinct().sorted().toList();
    headers = copy(headers);
    query = copy(query);
    cookies = copy(cookies);
  }

  public RouteMatch(
      boolean exact,
      List<String> methods,
      Map<String, String> headers,
      Map<String, String> query,
      Map<String, String> cookies) {
    this(exact, methods, new TreeMap<>(headers), new TreeMap<>(query), new TreeMap<>(cookies));
  }

  private static SortedMap<String, String> copy(SortedMap<String, String> map) {
    return Collections.unmodifiableSortedMap(new TreeMap<>(map));
  }

  /** How many things it asks for beside host and path; of two routes the one with more wins. */
  public int conditions() {
    return (methods.isEmpty() ? 0 : 1) + headers.size() + query.size() + cookies.size();
  }
}
