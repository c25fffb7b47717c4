package io.roadstead.rollout;

/**
 * Something could not be read from, or kept in, what outlives the platform: a full disk, say.
 * Nothing of it was. The message says what, which file, and what to do.
 */
public class StateNotKept extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StateNotKept(String message) {
    super(message);
  }

  public StateNotKept(String message, Throwable cause) {
    super(message, cause);
  }
}
