package io.roadstead.it.outside;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGINT ends the platform as SIGTERM does, also where a shell without job control started it with
 * {@code &}: such a shell has its background commands ignore SIGINT.
 */
@Tag("proof")
final class SignalsProof {
  @TempDir private Path directory;

  @Test
  void sigintEndsAPlatformThatAScriptStartedInTheBackground() throws Exception {
    try (Launcher roadstead = new Launcher(directory)) {
      Process shell =
          new ProcessBuilder(
                  "sh",
                  "-c",
                  "\"$0\" up --control \"$1\" --gateway \"$2\" --data \"$3\" >up.log 2>&1 & echo $!"
                      + " && wait $!",
                  Launcher.ROOT.resolve("roadstead").toString(),
                  roadstead.control(),
                  roadstead.gateway(),
                  directory.resolve("data").toString())
              .directory(directory.toFile())
              .start();
      try (BufferedReader out = shell.inputReader()) {
        long pid = Long.parseLong(out.readLine());
        Awaitility.await("the platform to be ready")
            .atMost(Duration.ofMinutes(4))
            .until(
                () -> roadstead.status("http://" + roadstead.control() + "/health/ready") == 200);
        new ProcessBuilder("kill", "-INT", Long.toString(pid)).start().waitFor();
        assertThat(shell.waitFor(20, TimeUnit.SECONDS)).as("the platform has ended").isTrue();
      } finally {
        shell.destroyForcibly();
      }
    }
  }
}
