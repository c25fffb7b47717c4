package io.roadstead.rollout;

/**
 * One instance to start.
 *
 * @param id the instance's id
 * @param token its credential for the registry; a secret, never logged
 */
public record Launch(String id, Release release, String token) {
  @Override
  public String toString() {
    return "Launch[" + release.service() + "/" + id + "]";
  }
}
