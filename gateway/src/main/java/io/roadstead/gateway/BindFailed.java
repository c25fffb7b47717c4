package io.roadstead.gateway;

import org.jspecify.annotations.Nullable;

/** The gateway could not take its port. The message names the port and what to do. */
public final class BindFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BindFailed(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
