package io.roadstead.platform.bench.proxy;

import io.roadstead.platform.Refused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Programs of the operating system. */
public final class Tool {
  private static final List<Path> PLACES =
      List.of(
          Path.of("/usr/local/sbin"),
          Path.of("/usr/local/bin"),
          Path.of("/usr/sbin"),
          Path.of("/usr/bin"),
          Path.of("/sbin"),
          Path.of("/bin"));

  private Tool() {}

  public static Optional<Path> find(String name) {
    return PLACES.stream()
        .map(place -> place.resolve(name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** The program, or a refusal that names the package. */
  public static Path need(String name, String debianPackage) {
    return find(name)
        .orElseThrow(
            () ->
                Refused.because(
                    "the benchmark needs " + name + ": apt-get install " + debianPackage));
  }

  /** Runs it to its end, and returns what it has written. */
  public static String run(List<String> command, long seconds) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(new ArrayList<>(command))
              .redirectErrorStream(true)
              .redirectInput(Path.of("/dev/null").toFile())
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw Refused.because(command + " does not end");
      }
      return said;
    } catch (IOException e) {
      throw Refused.because("cannot run " + command.getFirst() + ": " + e.getMessage());
    }
  }

  /** The first line of what a program says of its version. */
  public static String version(Path program, String option) throws InterruptedException {
    String said = run(List.of(program.toString(), option), 10).strip();
    return said.lines().findFirst().orElse("");
  }
}
