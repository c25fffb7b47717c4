package io.roadstead.rollout;

/**
 * An instance that runs, and that no record tells of: what it shows of itself.
 *
 * @param version the label of its release
 * @param token its credential; a secret, never logged
 * @param mark its process
 */
public record Unrecorded(
    String service, String id, String version, String token, ProcessMark mark) {
  @Override
  public String toString() {
    return "Unrecorded[" + service + "/" + id + ", version " + version + ", " + mark + "]";
  }
}
