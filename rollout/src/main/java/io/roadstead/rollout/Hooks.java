package io.roadstead.rollout;

import java.util.Optional;

/**
 * What is run around a deployment.
 *
 * @param before where it fails, the deployment does not begin
 * @param after at its end, however it ended; where it fails, that is told and changes nothing
 */
public record Hooks(Optional<Hook> before, Optional<Hook> after) {
  public static final Hooks NONE = new Hooks(Optional.empty(), Optional.empty());
}
