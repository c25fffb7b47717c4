package io.roadstead.store;

import io.roadstead.rollout.StateNotKept;

/** Something could not be read or kept; nothing of it was. The message says what and what to do. */
public final class StoreFailed extends StateNotKept {
  private static final long serialVersionUID = 1L;

  public StoreFailed(String message) {
    super(message);
  }

  public StoreFailed(String message, Throwable cause) {
    super(message, cause);
  }
}
