package io.roadstead.gateway;

import java.time.Duration;

/**
 * How long a gateway waits.
 *
 * @param connect for an instance to accept a connection
 * @param responseHead for an instance to begin its answer, once it has the whole request
 * @param bodyIdle for the next byte of a body, or for a peer to take one
 * @param eventStreamIdle for the next byte of an event stream
 * @param header for a request's head to be whole, from its first byte on
 * @param clientIdle for the next request on a connection
 * @param upstreamIdle for the next use of a pooled connection; shorter than the half minute after
 *     which many servers close one, so that ours is the side that closes
 * @param close for requests in flight when the gateway is closed
 * @param leave for requests in flight when another gateway has taken the port over
 */
public record GatewayTimeouts(
    Duration connect,
    Duration responseHead,
    Duration bodyIdle,
    Duration eventStreamIdle,
    Duration header,
    Duration clientIdle,
    Duration upstreamIdle,
    Duration close,
    Duration leave) {
  public static final GatewayTimeouts DEFAULT =
      new GatewayTimeouts(
          Duration.ofSeconds(1),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          Duration.ofHours(1),
          Duration.ofSeconds(10),
          Duration.ofSeconds(75),
          Duration.ofSeconds(25),
          Duration.ofSeconds(10),
          Duration.ofSeconds(60));
}
