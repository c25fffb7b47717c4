package io.roadstead.rollout;

/**
 * What is durably known of an instance that was started.
 *
 * @param release number of its release
 * @param token its credential; a secret, never logged
 * @param draining the platform's mark, kept over a restart
 * @param detached drained by an operator: runs on, out of the count of replicas
 * @param leaving an operator has asked for its drain, which begins when it is replaced
 * @param available it has been ready for as long as its release asks for; not noted where that is
 *     no time at all
 * @param mark its process
 */
public record InstanceRecord(
    String service,
    String id,
    long release,
    String token,
    boolean draining,
    boolean detached,
    boolean leaving,
    boolean available,
    ProcessMark mark) {
  /** Of an instance that has only just been started. */
  public InstanceRecord(String service, String id, long release, String token, ProcessMark mark) {
    this(service, id, release, token, false, false, false, false, mark);
  }

  /** The same instance, in traffic again. */
  InstanceRecord back() {
    return new InstanceRecord(service, id, release, token, false, false, false, available, mark);
  }

  /** Drains, to be ended or to run on. */
  InstanceRecord drains(boolean runsOn) {
    return new InstanceRecord(service, id, release, token, true, runsOn, false, available, mark);
  }

  InstanceRecord leaves() {
    return new InstanceRecord(
        service, id, release, token, draining, detached, true, available, mark);
  }

  InstanceRecord isAvailable() {
    return new InstanceRecord(service, id, release, token, draining, detached, leaving, true, mark);
  }

  @Override
  public String toString() {
    return "InstanceRecord[" + service + "/" + id + ", release " + release + ", " + mark + "]";
  }
}
