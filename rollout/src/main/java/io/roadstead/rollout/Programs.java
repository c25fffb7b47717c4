package io.roadstead.rollout;

import io.roadstead.rollout.DeployRefused.Kind;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether a program that is to be run directly is there, as far as that can be known before. */
final class Programs {
  private Programs() {}

  static void check(String service, Source.Exec exec) {
    if (exec.command().isEmpty() || exec.command().getFirst().isBlank()) {
      throw new DeployRefused(
          Kind.INVALID, "empty-command", service + ": the command is empty: say what to run");
    }
    String program = exec.command().getFirst();
    if (program.contains("${")) {
      return;
    }
    if (program.startsWith("/")) {
      Path path = Path.of(program);
      if (!Files.exists(path)) {
        throw refused(service, program, "does not exist: correct the path");
      }
      if (Files.isDirectory(path)) {
        throw refused(service, program, "is a directory: name the program in it");
      }
      if (!Files.isExecutable(path)) {
        throw refused(service, program, "is not executable: chmod +x " + program);
      }
    } else if (!program.contains("/") && !onPath(program)) {
      throw refused(
          service, program, "is not on the platform's PATH: install it, or give its path");
    }
  }

  private static boolean onPath(String program) {
    String path = System.getenv("PATH");
    if (path == null) {
      return true;
    }
    for (String directory : path.split(File.pathSeparator, -1)) {
      if (Files.isExecutable(Path.of(directory.isEmpty() ? "." : directory, program))) {
        return true;
      }
    }
    return false;
  }

  private static DeployRefused refused(String service, String program, String what) {
    return new DeployRefused(
        Kind.INVALID, "program-unusable", service + ": the program " + program + " " + what);
  }
}
