package io.roadstead.rollout;

/**
 * What one instance may use.
 *
 * @param memoryBytes 0 for no limit
 * @param cpu cores; 0 for no limit
 */
public record Resources(long memoryBytes, double cpu) {
  public static final Resources UNLIMITED = new Resources(0, 0);
}
