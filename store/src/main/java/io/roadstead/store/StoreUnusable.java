package io.roadstead.store;

/**
 * The data directory or what is kept in it cannot be used, so the platform cannot start. The
 * message names the file, what is wrong with it and what to do.
 */
public final class StoreUnusable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StoreUnusable(String message) {
    super(message);
  }

  public StoreUnusable(String message, Throwable cause) {
    super(message, cause);
  }
}
