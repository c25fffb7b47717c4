package io.roadstead.rollout;

import java.util.OptionalInt;

/**
 * How a process ended.
 *
 * @param code its exit code; empty where nobody was there to see it
 * @param signal the signal's name ({@code SIGKILL}) where one ended it, or ""
 */
public record Exit(OptionalInt code, String signal) {
  /** For a sentence: {@code exit code 3}, {@code SIGKILL}, {@code unknown exit}. */
  public String describe() {
    if (!signal.isEmpty()) {
      return signal;
    }
    return code.isPresent() ? "exit code " + code.getAsInt() : "unknown exit";
  }
}
