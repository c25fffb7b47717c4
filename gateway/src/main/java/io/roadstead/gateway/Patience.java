package io.roadstead.gateway;

import io.roadstead.registry.TrafficPolicy.Waits;
import java.time.Duration;

/**
 * How long the requests of a route wait: what the route says, else its service, else the gateway.
 * Immutable.
 *
 * @param connectMillis for an instance to accept a connection
 * @param attemptNanos for one instance to begin its answer
 * @param totalNanos for all of it; 0 for ever
 * @param idleNanos for the next byte of a body
 */
record Patience(int connectMillis, long attemptNanos, long totalNanos, long idleNanos) {
  static Patience of(Waits waits, GatewayTimeouts gateway) {
    return new Patience(
        Math.clamp(or(waits.connect(), gateway.connect()).toMillis(), 1, Integer.MAX_VALUE),
        or(waits.attempt(), gateway.responseHead()).toNanos(),
        waits.total().toNanos(),
        or(waits.idle(), gateway.bodyIdle()).toNanos());
  }

  private static Duration or(Duration own, Duration other) {
    return own.isZero() ? other : own;
  }
}
