package io.roadstead.balancer;

import java.util.Objects;

/**
 * One destination that can be picked. Immutable.
 *
 * @param key what tells it from all others; statistics are kept for as long as the key stays
 * @param target what the caller needs to reach it; the balancer never looks at it
 * @param weight its share of the traffic relative to the others, 0–1000; 0 is used only where
 *     nothing else is left
 * @param zone where it is, for {@link ZoneFirst}; empty where nobody said
 */
public record Endpoint<T>(String key, T target, int weight, String zone) {
  /** The weight of an endpoint of which nobody said anything else. */
  public static final int DEFAULT_WEIGHT = 100;

  /** The largest weight. */
  public static final int MAX_WEIGHT = 1000;

  public Endpoint {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(target, "target");
    Objects.requireNonNull(zone, "zone");
    if (weight < 0 || weight > MAX_WEIGHT) {
      throw new IllegalArgumentException(
          "the weight of " + key + " is " + weight + "; it must be 0 to " + MAX_WEIGHT);
    }
  }

  public Endpoint(String key, T target) {
    this(key, target, DEFAULT_WEIGHT);
  }

  /** One that nobody said the zone of. */
  public Endpoint(String key, T target, int weight) {
    this(key, target, weight, "");
  }
}
