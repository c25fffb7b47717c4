package io.roadstead.platform;

/**
 * Something that was asked for cannot be done. The message is for a person: what, which, limit
 * against actual, and what to do; one line for each problem. Nothing is half done.
 */
public final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean usage;

  private Refused(String message, boolean usage) {
    super(message);
    this.usage = usage;
  }

  /** It failed: exit code 1. */
  public static Refused because(String message) {
    return new Refused(message, false);
  }

  /** It was asked for wrongly: exit code 2. */
  public static Refused usage(String message) {
    return new Refused(message, true);
  }

  public int exitCode() {
    return usage ? 2 : 1;
  }
}
