package io.roadstead.gateway.filter;

/**
 * Looks at the requests of the routes that name it, before they go to an instance, and at their
 * answers before they go to the client. Found by {@link java.util.ServiceLoader}: a jar names its
 * filters in {@code META-INF/services/io.roadstead.gateway.filter.Filter}.
 *
 * <p>One object serves all requests, so it is safe from any thread. Each call is on a virtual
 * thread of its own, off the event loops, while the exchange waits and no more of the request is
 * read: a filter may block, for the gateway's limit at most, after which it is interrupted and the
 * client gets a 504. What it throws is a 500 for the client and a line in the gateway's log.
 *
 * <p>A filter sees and changes heads, never bodies.
 */
public interface Filter {
  /** How routes name it: {@code [a-z0-9][a-z0-9._-]{0,62}}. */
  String name();

  /**
   * A request, before it is sent. The filters of a route are asked in the order in which the route
   * names them, each seeing what those before it have changed.
   *
   * @return whether it goes on, or what the client is answered instead; then no filter after this
   *     one is asked, and none sees that answer
   * @throws Exception where it cannot tell; the request goes no further
   */
  default Verdict request(FilterRequest request) throws Exception {
    return Verdict.next();
  }

  /**
   * An instance's answer, before it is sent on; not for interim answers, for 101, and for those
   * that the gateway gives by itself. In the opposite order of the requests.
   *
   * @param request as it was sent to the instance, with what the filters have noted on it
   * @throws Exception where the answer is not to go on
   */
  default void answer(FilterRequest request, FilterAnswer answer) throws Exception {}
}
