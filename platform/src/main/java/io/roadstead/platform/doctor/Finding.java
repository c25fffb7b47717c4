package io.roadstead.platform.doctor;

/**
 * What one look came to.
 *
 * @param check what was looked at, a word or two
 * @param found what is there, and what is needed
 * @param advice what to do; "" where all is well
 */
public record Finding(Level level, String check, String found, String advice) {
  /** How bad it is. */
  public enum Level {
    OK,
    /** It works, but less well, or not for long. */
    WARNING,
    /** Roadstead cannot work, or something is lost. */
    PROBLEM
  }

  static Finding ok(String check, String found) {
    return new Finding(Level.OK, check, found, "");
  }

  static Finding warning(String check, String found, String advice) {
    return new Finding(Level.WARNING, check, found, advice);
  }

  static Finding problem(String check, String found, String advice) {
    return new Finding(Level.PROBLEM, check, found, advice);
  }
}
