package io.roadstead.control;

/** The control plane cannot listen; the message is one line that says why and what to do. */
public final class ListenFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ListenFailed(String message, Throwable cause) {
    super(message, cause);
  }
}
