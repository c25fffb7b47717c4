package io.roadstead.it.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.roadstead.it.outside.Launcher.Said;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What can befall whole processes: a clear answer each, and services go on. */
@Tag("proof")
final class MisfortunesProof {
  private static final List<Path> FAKETIME =
      List.of(
          Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"),
          Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1"));

  private static final String PORT = "$PORT";

  @TempDir private Path directory;

  @Test
  void aClockThatJumpsAnHourAheadAndBackDisturbsNobody() throws Exception {
    Path library = FAKETIME.stream().filter(Files::exists).findFirst().orElse(Path.of(""));
    assumeTrue(
        Files.isRegularFile(library), "libfaketime is not installed (apt-get install faketime)");
    try (Launcher roadstead = new Launcher(directory)) {
      roadstead.run("--version"); // built before the clock goes astray
      Path clock = Files.writeString(directory.resolve("clock"), "+0");
      roadstead.up(
          Map.of(
              "LD_PRELOAD",
              library.toString(),
              "FAKETIME_TIMESTAMP_FILE",
              clock.toString(),
              "FAKETIME_NO_CACHE",
              "1",
              "FAKETIME_DONT_FAKE_MONOTONIC",
              "1"));
      deploy(roadstead, "before");
      String instances = instances(roadstead);
      for (String hours : List.of("+1h", "-1h", "+0")) {
        Files.writeString(clock, hours);
        // Longer than the leases of a gateway and of a stream.
        Awaitility.await("the service to answer on, the clock at " + hours)
            .during(Duration.ofSeconds(4))
            .atMost(Duration.ofSeconds(20))
            .until(() -> roadstead.status("http://" + roadstead.gateway() + "/before/") == 200);
        assertThat(instances(roadstead)).as("the clock at %s", hours).isEqualTo(instances);
      }
      deploy(roadstead, "after");
    }
  }

  @Test
  void aGatewayThatHasBeenStoppedIsNamedAndItsPortIsHadOnceItHasEnded() throws Exception {
    try (Launcher roadstead = new Launcher(directory)) {
      roadstead.up("none");
      Process old = roadstead.gatewayProcess();
      signal("STOP", old);
      Said said =
          roadstead.run(
              "gateway", "--control", roadstead.control(), "--listen", roadstead.gateway());
      assertThat(said.exit()).isNotZero();
      assertThat(said.err()).contains("was not handed over", "silent", "ss -ltnp");
      signal("KILL", old);
      assertThat(old.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(roadstead.gatewayProcess().isAlive()).isTrue();
    }
  }

  private static void signal(String name, Process process) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).isZero();
  }

  private void deploy(Launcher roadstead, String name) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Said said =
        roadstead.run(
            "deploy",
            name,
            "--command",
            "env -u LD_PRELOAD " + java + " -m jdk.httpserver -b 127.0.0.1 -d / -p " + PORT,
            "--route",
            "/" + name,
            "--wait");
    assertThat(said.exit()).as(said.err()).isZero();
  }

  /** Ids and pids: the same ones run on. */
  private static String instances(Launcher roadstead) throws Exception {
    try (Stream<String> lines = roadstead.run("instances").out().lines()) {
      return lines
          .skip(1)
          .map(line -> line.split(" +"))
          .map(cells -> cells[0] + " " + cells[4])
          .sorted()
          .toList()
          .toString();
    }
  }
}
