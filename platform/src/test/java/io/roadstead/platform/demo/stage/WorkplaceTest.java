package io.roadstead.platform.demo.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing of a demo is left, however it ends: real processes, a real guard. */
class WorkplaceTest {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir private Path parent;

  static Process platform(Workplace workplace) throws IOException {
    return marked(workplace, "sleep", "600");
  }

  private static Process marked(Workplace workplace, String... command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put(Workplace.MARK, workplace.path().toString());
    return builder.start();
  }

  /** Known only by its temporary files, as one that the platform has started. */
  static Process instance(Workplace workplace) throws IOException {
    ProcessBuilder builder = new ProcessBuilder("sleep", "600");
    builder.environment().put("TMPDIR", workplace.path().resolve("data/tmp/x-1").toString());
    return builder.start();
  }

  @Test
  void closingEndsWhatRunsFromItAndDeletesItAndLeavesOthersAlone() throws Exception {
    Process other = new ProcessBuilder("sleep", "600").start();
    try {
      Workplace workplace = Workplace.in(parent, new Random());
      Files.createDirectories(workplace.path().resolve("data/logs"));
      // Asked to end, it does not: the guard has to insist.
      Process platform =
          marked(workplace, "/bin/sh", "-c", "trap '' TERM; while :; do sleep 0.2; done");
      Process instance = instance(workplace);

      workplace.close();

      assertThat(platform.waitFor()).isEqualTo(128 + 9);
      assertThat(instance.waitFor()).isEqualTo(128 + 15);
      assertThat(other.isAlive()).isTrue();
      try (Stream<Path> left = Files.list(parent)) {
        assertThat(left).isEmpty();
      }
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void aKilledDriverTakesAllWithIt() throws Exception {
    Process driver = driver();
    String[] said = driver.inputReader().readLine().split(" ", -1);
    assertThat(Path.of(said[0])).isDirectory();

    driver.destroyForcibly().waitFor();

    await().atMost(SOON).until(() -> !Files.exists(Path.of(said[0])));
    assertThat(alive(said[1])).isFalse();
    assertThat(alive(said[2])).isFalse();
  }

  @Test
  void whatADriverLeftThatWasKilledWithItsGuardIsClearedByTheNext() throws Exception {
    Process driver = driver();
    String[] said = driver.inputReader().readLine().split(" ", -1);
    Path abandoned = Path.of(said[0]);
    long guard = Long.parseLong(Files.readString(abandoned.resolve("guard")).strip());
    ProcessHandle.of(guard).orElseThrow().destroyForcibly();
    await().atMost(SOON).until(() -> !alive(Long.toString(guard)));
    driver.destroyForcibly().waitFor();
    assertThat(abandoned).isDirectory();
    assertThat(alive(said[2])).isTrue();

    try (Workplace next = Workplace.in(parent, new Random())) {
      assertThat(next.path()).isDirectory();
      assertThat(abandoned).doesNotExist();
      assertThat(alive(said[1])).isFalse();
      assertThat(alive(said[2])).isFalse();
    }
  }

  @Test
  void theNextLeavesADemoAloneThatRuns() {
    try (Workplace first = Workplace.in(parent, new Random(1));
        Workplace second = Workplace.in(parent, new Random(2))) {
      assertThat(first.path()).isDirectory();
      assertThat(second.path()).isDirectory();
    }
  }

  private Process driver() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-cp",
            System.getProperty("java.class.path"),
            AbandonedDriver.class.getName(),
            parent.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** What has ended but has not been asked after has no command line any more. */
  private static boolean alive(String pid) {
    try {
      return !Files.readString(Path.of("/proc", pid, "cmdline")).isEmpty();
    } catch (IOException e) {
      return false;
    }
  }
}
