package io.roadstead.platform.bench.deploys;

/**
 * What one run is like.
 *
 * @param without what it does without
 * @param sameJars whether releases have one of two jars, of which there are start caches
 * @param kills whether instances are killed between deployments
 * @param seed of the kills
 */
record DeploysRun(
    Protection without, int services, int seconds, boolean sameJars, boolean kills, long seed) {}
