package io.roadstead.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.rollout.RunningInstance;
import io.roadstead.rollout.Source;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An instance has a parent that outlives the platform and knows how it ended. */
class ShimTest {
  private static final Duration AT_ONCE = Duration.ZERO;

  @TempDir Path data;
  private Bench bench;

  @BeforeEach
  void open() {
    bench = new Bench(data);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void aShimThatIsKilledTakesNothingWithIt() throws Exception {
    RunningInstance instance = bench.sh("echo up; exec sleep 60");
    saysLast(instance, "up");
    ProcessHandle shim = shimOf(instance);

    assertThat(shim.destroyForcibly()).isTrue();
    await().until(() -> !Adopted.runs(shim));

    assertThat(Adopted.runs(leader(instance))).isTrue();
    assertThat(instance.exited()).isNotDone();
    instance.kill();
    assertThat(instance.exited().get(10, TimeUnit.SECONDS).describe()).isEqualTo("unknown exit");
  }

  @Test
  void shimAndInstanceKilledTogetherIsAnEndLikeAnyOther() throws Exception {
    RunningInstance instance = bench.sh("echo up; exec sleep 60");
    saysLast(instance, "up");
    ProcessHandle shim = shimOf(instance);

    assertThat(shim.destroyForcibly()).isTrue();
    instance.kill();

    assertThat(instance.exited().get(10, TimeUnit.SECONDS)).isNotNull();
    assertThat(ProcessHandle.of(instance.mark().pid()).filter(Adopted::runs)).isEmpty();
  }

  @Test
  void signalsToTheShimLeaveBothAlone() throws Exception {
    RunningInstance instance = bench.sh("trap 'exit 5' USR1; echo up; " + IDLE);
    saysLast(instance, "up");
    ProcessHandle shim = shimOf(instance);

    for (String signal : List.of("TERM", "INT", "HUP", "QUIT")) {
      signal(signal, shim.pid());
    }
    assertThat(Adopted.runs(shim)).isTrue();
    signal("USR1", instance.mark().pid());

    assertThat(instance.exited().get(10, TimeUnit.SECONDS).code()).hasValue(5);
  }

  @Test
  void noSignalIsIgnoredInTheInstanceThatWasNotBefore() throws Exception {
    RunningInstance instance = bench.sh("grep -E 'Sig(Ign|Blk)' /proc/self/status");
    instance.exited().get(10, TimeUnit.SECONDS);

    assertThat(instance.lastLogLines(2)).contains(own("SigBlk"));
    assertThat(instance.lastLogLines(2).getLast()).matches("SigIgn:\\s+0+[0-9a-f]*");
    long terminal = (1L << (2 - 1)) | (1L << (3 - 1)) | (1L << (15 - 1)) | (1L << (1 - 1));
    // Under nohup, or in the background of a shell, some are ignored from the start.
    long more = mask(instance.lastLogLines(2).getLast()) & ~mask(own("SigIgn"));
    assertThat(more & terminal).isZero();
  }

  /** A line of this process's own status. */
  private static String own(String field) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith(field))
        .findFirst()
        .orElseThrow();
  }

  private static long mask(String line) {
    return Long.parseLong(line.split("\\s+", -1)[1], 16);
  }

  @Test
  void wordsAndVariablesReachTheProgramAsTheyAre() throws Exception {
    RunningInstance instance =
        bench.start(
            new Source.Exec(
                List.of(
                    "/usr/bin/env",
                    "sh",
                    "-c",
                    "printf '[%s]' \"$@\"; env",
                    "x",
                    "it's \"\n$HOME `id` \\",
                    "")),
            Map.of("logging.level.root", "it's $DEBUG", "shim", "mine"));
    instance.exited().get(10, TimeUnit.SECONDS);

    assertThat(String.join("\n", instance.lastLogLines(100)))
        .startsWith("[it's \"\n$HOME `id` \\][]")
        .contains("shim=mine");
    RunningInstance plain =
        bench.start(
            new Source.Exec(List.of("/usr/bin/env")), Map.of("logging.level.root", "it's $DEBUG"));
    plain.exited().get(10, TimeUnit.SECONDS);
    assertThat(plain.lastLogLines(100))
        .contains(
            "logging.level.root=it's $DEBUG",
            "ROADSTEAD_MARK=" + data.resolve("instances/orders-2"));
  }

  @Test
  void theShellsOwnRemarksAreNoLinesOfTheInstance() throws Exception {
    RunningInstance instance = bench.sh("echo up; exec sleep 60");
    saysLast(instance, "up");

    instance.kill();
    instance.exited().get(10, TimeUnit.SECONDS);

    assertThat(instance.lastLogLines(10)).containsExactly("up");
  }

  @Test
  void whatWasStartedAndNeverRecordedIsFoundByItsMarkAndEnded() throws Exception {
    RunningInstance kept = bench.sh("echo up; exec sleep 60");
    RunningInstance orphan = bench.sh("setsid sleep 60 & echo $!; exec sleep 60");
    await().until(() -> !orphan.lastLogLines(1).isEmpty());
    ProcessHandle strayed =
        ProcessHandle.of(Long.parseLong(orphan.lastLogLines(1).getFirst())).orElseThrow();
    await().until(() -> Signals.group(strayed.pid()) == strayed.pid());

    try (var next = new Bench(data)) {
      Set<String> ended = next.runtime.endAllBut(Set.of("orders-1"), AT_ONCE);

      assertThat(ended).containsExactly("orders-2");
      assertThat(orphan.exited().get(10, TimeUnit.SECONDS)).isNotNull();
      await().until(() -> !Adopted.runs(strayed));
      assertThat(Adopted.runs(leader(kept))).isTrue();
      assertThat(data.resolve("instances/orders-1")).exists();
      assertThat(next.runtime.endAllBut(Set.of("orders-1"), AT_ONCE)).isEmpty();
    }
  }

  @Test
  void processesOfAnotherDataDirectoryAreLeftAlone(@TempDir Path elsewhere) throws Exception {
    RunningInstance instance = bench.sh("echo up; exec sleep 60");
    saysLast(instance, "up");

    try (var other = new Bench(elsewhere)) {
      assertThat(other.runtime.endAllBut(Set.of(), AT_ONCE)).isEmpty();
    }
    assertThat(Adopted.runs(leader(instance))).isTrue();
  }

  @Test
  void patienceLetsThemEndByThemselves() throws Exception {
    RunningInstance orphan = bench.sh("trap 'echo finished; exit 0' TERM; echo up; " + IDLE);
    saysLast(orphan, "up");

    try (var next = new Bench(data)) {
      assertThat(next.runtime.endAllBut(Set.of(), Duration.ofSeconds(10)))
          .containsExactly("orders-1");
    }
    assertThat(orphan.lastLogLines(1)).containsExactly("finished");
  }

  private static final String IDLE = "while :; do sleep 0.02; done";

  private static void saysLast(RunningInstance instance, String line) {
    await().until(() -> instance.lastLogLines(1).contains(line));
  }

  private static ProcessHandle leader(RunningInstance instance) {
    return ProcessHandle.of(instance.mark().pid()).orElseThrow();
  }

  private static ProcessHandle shimOf(RunningInstance instance) {
    return leader(instance).parent().orElseThrow();
  }

  private static void signal(String name, long pid) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor())
        .isZero();
  }
}
