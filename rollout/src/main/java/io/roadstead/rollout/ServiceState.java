package io.roadstead.rollout;

import java.time.Instant;
import java.util.Optional;

/**
 * What is durably wanted of one service.
 *
 * @param target number of the release that should run
 * @param lastGood number of the release that last became available, 0 for none yet
 * @param replicas how many instances should run, the specification's or the last scale's
 * @param scaled whether {@code replicas} was set by a scale, so that a later specification does not
 *     change it
 * @param removing whether it is on its way out
 * @param warm the release before, where it still runs so that it can be gone back to at once
 */
public record ServiceState(
    String name,
    long target,
    long lastGood,
    int replicas,
    boolean scaled,
    boolean removing,
    Optional<Warm> warm) {

  /**
   * A release that is kept running without traffic.
   *
   * @param until when its instances are let go
   */
  public record Warm(long release, Instant until) {}

  /** One with nothing kept warm. */
  public ServiceState(
      String name, long target, long lastGood, int replicas, boolean scaled, boolean removing) {
    this(name, target, lastGood, replicas, scaled, removing, Optional.empty());
  }

  ServiceState withReplicas(int count, boolean byScale) {
    return new ServiceState(name, target, lastGood, count, byScale, false, warm);
  }

  /** The target works. */
  ServiceState good() {
    return new ServiceState(name, target, target, replicas, scaled, false, warm);
  }

  ServiceState withWarm(Optional<Warm> kept) {
    return new ServiceState(name, target, lastGood, replicas, scaled, removing, kept);
  }

  /** Whether this release is kept warm. */
  boolean keeps(long release) {
    return warm.filter(kept -> kept.release() == release).isPresent();
  }
}
