package io.roadstead.rollout;

/**
 * What is durably wanted of one service.
 *
 * @param target number of the release that should run
 * @param lastGood number of the release that last became available, 0 for none yet
 * @param replicas how many instances should run, the specification's or the last scale's
 * @param scaled whether {@code replicas} was set by a scale, so that a later specification does not
 *     change it
 * @param removing whether it is on its way out
 */
public record ServiceState(
    String name, long target, long lastGood, int replicas, boolean scaled, boolean removing) {}
