package io.roadstead.registry;

/**
 * What an instance is ready for, as every reader of the registry sees it. It is derived: the
 * platform's own marks come first (see {@link Marks#effective}), then what the instance says of
 * itself.
 */
public enum Status {
  /** Takes traffic. */
  UP,
  /** Runs, has not said or shown yet that it is ready. */
  STARTING,
  /** Started and warm, given no traffic. */
  STANDBY,
  /** Being taken out of service: finishes what it has, is given nothing new. */
  DRAINING,
  /** Taken out of service by its own word or an operator's. */
  OUT_OF_SERVICE,
  /** Says of itself that it cannot serve. */
  DOWN,
  /** Missed something and is being checked; a gateway avoids it while others are there. */
  SUSPECT,
  /** Nothing is known. */
  UNKNOWN;

  /** Whether a balancer may pick an instance of this status at all. */
  public boolean takesTraffic() {
    return this == UP || this == SUSPECT;
  }
}
