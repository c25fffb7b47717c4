package io.roadstead.rollout;

/** A process could not be started; the message says what, why and what to do. */
public final class LaunchFailed extends Exception {
  private static final long serialVersionUID = 1L;

  public LaunchFailed(String message) {
    super(message);
  }
}
