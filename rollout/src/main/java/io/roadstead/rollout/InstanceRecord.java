package io.roadstead.rollout;

/**
 * What is durably known of an instance that was started.
 *
 * @param release number of its release
 * @param token its credential; a secret, never logged
 * @param draining the platform's mark, kept over a restart
 * @param detached drained by an operator: runs on, out of the count of replicas
 * @param mark its process
 */
public record InstanceRecord(
    String service,
    String id,
    long release,
    String token,
    boolean draining,
    boolean detached,
    ProcessMark mark) {
  @Override
  public String toString() {
    return "InstanceRecord[" + service + "/" + id + ", release " + release + ", " + mark + "]";
  }
}
