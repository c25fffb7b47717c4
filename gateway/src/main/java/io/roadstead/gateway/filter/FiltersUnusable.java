package io.roadstead.gateway.filter;

/** Filters that cannot be loaded; the message says which and why. */
public final class FiltersUnusable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FiltersUnusable(String message) {
    super(message);
  }

  FiltersUnusable(String message, Throwable cause) {
    super(message, cause);
  }
}
