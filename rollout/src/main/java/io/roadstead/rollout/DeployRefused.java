package io.roadstead.rollout;

/** A request that cannot be done; nothing has been changed. */
public final class DeployRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What kind of answer it is. */
  public enum Kind {
    /** No such service, instance, release or roll-out. */
    NOT_FOUND,
    /** It contradicts what is there. */
    CONFLICT,
    /** It is not something that can be asked. */
    INVALID
  }

  private final Kind kind;
  private final String code;

  /**
   * @param code a stable word for programs, such as {@code unknown-service}
   * @param message what, which, limit against actual, and what to do
   */
  public DeployRefused(Kind kind, String code, String message) {
    super(message);
    this.kind = kind;
    this.code = code;
  }

  public Kind kind() {
    return kind;
  }

  public String code() {
    return code;
  }
}
