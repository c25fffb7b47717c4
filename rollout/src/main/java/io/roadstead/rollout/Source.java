package io.roadstead.rollout;

import java.nio.file.Path;
import java.util.List;

/** What an instance of a service runs. */
public sealed interface Source {
  /**
   * A jar on this machine's disk; it is copied under its digest when the specification is accepted.
   */
  record Jar(Path path) implements Source {}

  /**
   * A jar that the platform already keeps.
   *
   * @param sha256 64 lower-case hex digits
   */
  record Artifact(String sha256) implements Source {}

  /** One line for {@code /bin/sh -c "exec …"}. */
  record Shell(String command) implements Source {}

  /**
   * A program and its arguments, run directly; {@code ${PORT}} and the other variables are
   * replaced.
   */
  record Exec(List<String> command) implements Source {
    public Exec {
      command = List.copyOf(command);
    }
  }
}
