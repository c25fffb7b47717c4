package io.roadstead.gateway;

/** Why a request was sent once more. */
public enum RetryReason {
  /** A pooled connection turned out to be dead before any byte of an answer. */
  STALE_CONNECTION("stale-connection"),
  /** An instance ended the connection, or itself, before any byte of an answer. */
  INSTANCE_CLOSED("instance-closed"),
  /** An instance did not accept a connection. */
  CONNECT_FAILED("connect-failed"),
  /** An instance did not begin its answer in time. */
  TRY_TIMEOUT("try-timeout");

  private final String label;

  RetryReason(String label) {
    this.label = label;
  }

  /** How metrics name it. */
  public String label() {
    return label;
  }
}
