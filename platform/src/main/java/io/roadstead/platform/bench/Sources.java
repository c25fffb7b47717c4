package io.roadstead.platform.bench;

import io.roadstead.platform.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The clone of the repository that this program was built in, for benchmarks that are no part of
 * what is shipped.
 */
record Sources(Path root) {
  private static final int LEVELS = 6;

  /** Those above the place of the program. */
  static Sources near(Path place) {
    Path directory = place.toAbsolutePath().normalize();
    for (int i = 0; i < LEVELS && directory != null; i++, directory = directory.getParent()) {
      if (Files.isRegularFile(directory.resolve("bench/pom.xml"))
          && Files.isRegularFile(directory.resolve("mvnw"))) {
        return new Sources(directory);
      }
    }
    throw Refused.because(
        "the benchmarks were not found near "
            + place
            + ": run them with ./roadstead from a clone of the repository");
  }

  Path module(String name) {
    return root.resolve(name);
  }

  /**
   * Runs Maven to its end.
   *
   * @param log where its output goes
   * @param otherwise what to say, with its first error, where it fails
   */
  void maven(Path log, String otherwise, List<String> words)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                root.resolve("mvnw").toString(),
                "-B",
                "-Dlint=off",
                "-f",
                root.resolve("pom.xml").toString()));
    command.addAll(words);
    ProcessBuilder maven =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    maven.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = maven.start();
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(process::destroy));
    int exit = process.waitFor();
    if (exit != 0) {
      throw Refused.because(
          otherwise
              + ": "
              + Files.readAllLines(log).stream()
                  .filter(line -> line.startsWith("[ERROR]"))
                  .findFirst()
                  .orElse("exit code " + exit));
    }
  }
}
