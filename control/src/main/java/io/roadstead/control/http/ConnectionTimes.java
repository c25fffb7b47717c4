package io.roadstead.control.http;

import java.time.Duration;

/**
 * How long a connection may keep the control plane waiting. What waits for the platform itself (a
 * long poll, a quiet stream of events or log lines) is not bounded by these.
 *
 * @param head from the connection, later from the first byte of a request, until its head is whole
 * @param body between two pieces of a body, while they are wanted
 * @param taking without the peer taking anything of an answer that waits for it
 * @param idle between the end of an answer and the first byte of the next request
 */
public record ConnectionTimes(Duration head, Duration body, Duration taking, Duration idle) {
  /** Clients keep idle connections for 30 to 60 s: they should be the ones that close first. */
  public static final ConnectionTimes USUAL =
      new ConnectionTimes(
          Duration.ofSeconds(10),
          Duration.ofSeconds(20),
          Duration.ofSeconds(60),
          Duration.ofSeconds(75));

  public ConnectionTimes {
    for (Duration each : new Duration[] {head, body, taking, idle}) {
      if (!each.isPositive()) {
        throw new IllegalArgumentException(each + " is no time to wait: it is to be positive");
      }
    }
  }

  /** How often connections are looked at: an eighth of the shortest time, at most each second. */
  Duration period() {
    Duration shortest = head;
    for (Duration each : new Duration[] {body, taking, idle}) {
      shortest = each.compareTo(shortest) < 0 ? each : shortest;
    }
    Duration eighth = shortest.dividedBy(8);
    Duration longest = Duration.ofSeconds(1);
    Duration least = Duration.ofMillis(1);
    return eighth.compareTo(longest) > 0 ? longest : eighth.compareTo(least) < 0 ? least : eighth;
  }
}
