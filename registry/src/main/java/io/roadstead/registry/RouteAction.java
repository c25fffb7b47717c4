package io.roadstead.registry;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a route does with a request that it takes, beside forwarding it.
 *
 * @param rewrite the path to forward, a template; "" where the path goes on as {@link Route#strip}
 *     says
 * @param redirect where the client is sent instead of an instance
 * @param request what it changes in the request's headers
 * @param response what it changes in the answer's headers
 * @param allowed the ambiguous forms of a path that it takes all the same
 */
public record RouteAction(
    String rewrite,
    Optional<Redirect> redirect,
    HeaderEdits request,
    HeaderEdits response,
    Set<PathForm> allowed) {
  public static final RouteAction FORWARD =
      new RouteAction("", Optional.empty(), HeaderEdits.NONE, HeaderEdits.NONE, Set.of());

  public RouteAction {
    allowed = java.util.Collections.unmodifiableSet(new TreeSet<>(allowed));
  }

  /**
   * An answer that sends the client elsewhere.
   *
   * @param status 301, 302, 307 or 308
   * @param to the Location, a template
   */
  public record Redirect(int status, String to) {
    public static final List<Integer> STATUSES = List.of(301, 302, 307, 308);
  }
}
