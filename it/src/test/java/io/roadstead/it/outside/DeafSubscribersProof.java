package io.roadstead.it.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.roadstead.it.outside.Launcher.Said;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A watch that never acknowledges, an anonymous one, and a second gateway that is killed in the
 * middle of a roll-out: the roll-out ends within its bounds and says whom it did not hear, and the
 * living gateway fails no request.
 */
@Tag("proof")
final class DeafSubscribersProof {
  /**
   * The barrier, at most 10 s, once for each of two drains, and what starting and stopping take on
   * a slow machine.
   */
  private static final Duration BOUND = Duration.ofSeconds(60);

  @TempDir private Path directory;

  @Test
  void aRolloutEndsAndNamesWhomItDidNotHear() throws Exception {
    assumeTrue(Wrk.installed(), "wrk is not installed (apt-get install wrk)");
    Path jars = Launcher.ROOT.resolve("examples/plain/target");
    List<Process> watches = new ArrayList<>();
    try (Launcher roadstead = new Launcher(directory)) {
      roadstead.up();
      deploy(roadstead, jars.resolve("shop-catalogue-1.jar"), "--wait");
      Process second = roadstead.gatewayProcess(Launcher.freePort());
      String token = Files.readString(directory.resolve("data/token")).strip();
      watches.add(watch(roadstead, "?subscriber=deaf", token));
      watches.add(watch(roadstead, "", ""));
      Awaitility.await("the deaf watch to be listed")
          .until(() -> roadstead.run("status", "-o", "json").exit() == 0);

      Wrk load =
          Wrk.against("GET", "http://" + roadstead.gateway() + "/catalogue/health", directory);
      Instant began = Instant.now();
      deploy(roadstead, jars.resolve("shop-catalogue-2.jar"));
      second.destroyForcibly();
      Awaitility.await("the roll-out to end")
          .atMost(BOUND)
          .until(() -> history(roadstead).contains("\"succeeded\""));
      Duration took = Duration.between(began, Instant.now());
      load.stopLossless();

      assertThat(took).isLessThan(BOUND);
      Said events = roadstead.run("events", "-o", "json");
      assertThat(events.out()).contains("deaf");
    } finally {
      watches.forEach(Process::destroyForcibly);
    }
  }

  private static String history(Launcher roadstead) throws Exception {
    String all = roadstead.run("history", "catalogue", "-o", "json").out();
    // The first entry is the newest.
    int end = all.indexOf('}');
    return end < 0 ? "" : all.substring(0, end);
  }

  private static void deploy(Launcher roadstead, Path jar, String... more) throws Exception {
    List<String> line =
        new ArrayList<>(List.of("deploy", "catalogue", "--jar", jar.toString(), "--replicas", "2"));
    line.addAll(List.of(more));
    Said said = roadstead.run(line.toArray(String[]::new));
    assertThat(said.exit()).as(said.err()).isZero();
  }

  private Process watch(Launcher roadstead, String query, String token) throws Exception {
    List<String> line =
        new ArrayList<>(
            List.of("curl", "-sN", "http://" + roadstead.control() + "/api/v1/watch" + query));
    if (!token.isEmpty()) {
      line.addAll(List.of("-H", "Authorization: Bearer " + token));
    }
    return new ProcessBuilder(line)
        .redirectOutput(Files.createTempFile(directory, "watch", ".txt").toFile())
        .start();
  }
}
