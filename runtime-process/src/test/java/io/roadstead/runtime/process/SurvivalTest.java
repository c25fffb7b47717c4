package io.roadstead.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.rollout.Adoption;
import io.roadstead.rollout.Exit;
import io.roadstead.rollout.InstanceRecord;
import io.roadstead.rollout.ProcessMark;
import io.roadstead.rollout.RunningInstance;
import io.roadstead.rollout.Unrecorded;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An instance outlives the platform that started it, and the next platform has it again. */
class SurvivalTest {
  @TempDir Path data;

  /** A platform's process: starts one instance, says which, and goes on until it is killed. */
  static final class Platform {
    private Platform() {}

    public static void main(String[] args) throws Exception {
      var bench = new Bench(Path.of(args[0]));
      ProcessMark mark = bench.sh(args[1]).mark();
      System.out.println(mark.pid() + " " + mark.startedAt() + " " + mark.port());
      while (System.in.read() >= 0) {
        // until it is killed
      }
    }
  }

  @Test
  void anInstanceRunsOnWhenItsPlatformIsKilledAndIsTakenOver() throws Exception {
    ProcessMark mark = leftBy("i=0; while :; do i=$((i+1)); echo line $i; sleep 0.05; done");

    try (var next = new Bench(data)) {
      RunningInstance instance = ((Adoption.Runs) next.runtime.adopt(record(mark))).instance();
      List<String> before = instance.lastLogLines(1);
      await().until(() -> !instance.lastLogLines(1).equals(before));

      instance.kill();

      assertThat(instance.exited().get(10, TimeUnit.SECONDS).describe()).isEqualTo("SIGKILL");
    }
  }

  @Test
  void howItEndedWhileNobodyWatchedIsKnownLater() throws Exception {
    ProcessMark mark =
        leftBy("trap 'echo no database; exit 3' TERM; echo up; while :; do sleep 0.02; done");
    Path log = data.resolve("logs/orders/orders-1.log");
    await().until(() -> Files.readString(log).contains("up"));
    assertThat(ProcessHandle.of(mark.pid()).orElseThrow().destroy()).isTrue();
    await().until(() -> ProcessHandle.of(mark.pid()).filter(Adopted::runs).isEmpty());

    try (var next = new Bench(data)) {
      var ended = (Adoption.Ended) next.runtime.adopt(record(mark));

      assertThat(ended.exit()).isEqualTo(new Exit(OptionalInt.of(3), ""));
      assertThat(ended.lastLines()).containsExactly("up", "no database");
      assertThat(data.resolve("instances/orders-1")).doesNotExist();
    }
  }

  @Test
  void aSignalThatEndedItAndAllItsGroupWhileNobodyWatchedIsKnownToo() throws Exception {
    ProcessMark mark = leftBy("sleep 60 & echo $!; wait");
    Path log = data.resolve("logs/orders/orders-1.log");
    await().until(() -> Files.readString(log).endsWith("\n"));
    long child = Long.parseLong(Files.readString(log).strip());
    Signals.killGroup(mark.pid());
    await().until(() -> ProcessHandle.of(child).filter(Adopted::runs).isEmpty());

    try (var next = new Bench(data)) {
      var ended = (Adoption.Ended) next.runtime.adopt(record(mark));

      assertThat(ended.exit().describe()).isEqualTo("SIGKILL");
    }
  }

  @Test
  void whereItsShimWasKilledTooItsEndIsNotKnown() throws Exception {
    ProcessMark mark = leftBy("exec sleep 60");
    ProcessHandle leader = ProcessHandle.of(mark.pid()).orElseThrow();
    ProcessHandle shim = leader.parent().orElseThrow();
    assertThat(shim.destroyForcibly()).isTrue();
    await().until(() -> !Adopted.runs(shim));
    assertThat(leader.destroyForcibly()).isTrue();
    await().until(() -> !Adopted.runs(leader));

    try (var next = new Bench(data)) {
      var ended = (Adoption.Ended) next.runtime.adopt(record(mark));

      assertThat(ended.exit().describe()).isEqualTo("unknown exit");
    }
  }

  @Test
  void whatNoRecordTellsOfShowsItselfWhatItIs() throws Exception {
    ProcessMark mark = leftBy("sleep 60 & echo up; wait");
    Path log = data.resolve("logs/orders/orders-1.log");
    await().until(() -> Files.readString(log).contains("up"));

    try (var next = new Bench(data)) {
      assertThat(next.runtime.unrecorded(Set.of("orders-1"))).isEmpty();
      assertThat(next.runtime.unrecorded(Set.of()))
          .containsExactly(new Unrecorded("orders", "orders-1", "1.4", Bench.TOKEN, mark));

      ((Adoption.Runs) next.runtime.adopt(record(mark))).instance().kill();
    }
  }

  /** What a platform that has been killed has left running. */
  private ProcessMark leftBy(String script) throws Exception {
    Process platform =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Platform.class.getName(),
                data.toString(),
                script)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String[] said = platform.inputReader().readLine().split(" ", -1);
    Process _ = platform.destroyForcibly();
    assertThat(platform.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return new ProcessMark(
        Long.parseLong(said[0]), Instant.parse(said[1]), Integer.parseInt(said[2]));
  }

  private static InstanceRecord record(ProcessMark mark) {
    return new InstanceRecord("orders", "orders-1", 1, Bench.TOKEN, mark);
  }
}
