package io.roadstead.registry;

/**
 * A registration, renewal or mark that is outside what the registry accepts; nothing has been
 * changed.
 */
public final class InvalidRegistration extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String code;

  /**
   * @param code a stable word for programs, such as {@code invalid-service-name}
   * @param message what, which, limit against actual, and what to do
   */
  public InvalidRegistration(String code, String message) {
    super(message);
    this.code = code;
  }

  public String code() {
    return code;
  }
}
