package io.roadstead.rollout;

/**
 * What may be done to start a jar sooner. Of no meaning for a command.
 *
 * @param extract whether a Spring Boot jar may be run from what was extracted of it
 * @param cache whether an ahead-of-time cache may be made by a rehearsal, and used
 */
public record JarStart(boolean extract, boolean cache) {
  public static final JarStart FAST = new JarStart(true, true);
}
