package io.roadstead.registry.liveness;

import java.time.Duration;

/**
 * How the platform looks at registered instances by itself.
 *
 * @param how by a connection, or by a GET of the health URL where one is known; or not at all
 * @param interval in which each instance is looked at once
 * @param limit of one look
 * @param suspectAfter looks that must fail in a row before gateways avoid it
 * @param downAfter looks that must fail in a row before it is taken out
 */
public record ActiveChecks(
    How how, Duration interval, Duration limit, int suspectAfter, int downAfter) {
  /** The way of looking. */
  public enum How {
    NONE,
    TCP,
    HTTP
  }

  public static final ActiveChecks NONE =
      new ActiveChecks(How.NONE, Duration.ofSeconds(30), Duration.ofSeconds(2), 2, 3);

  public boolean on() {
    return how != How.NONE;
  }
}
