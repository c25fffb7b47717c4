package io.roadstead.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.roadstead.rollout.Adoption;
import io.roadstead.rollout.Exit;
import io.roadstead.rollout.InstanceRecord;
import io.roadstead.rollout.LaunchFailed;
import io.roadstead.rollout.ProcessMark;
import io.roadstead.rollout.RunningInstance;
import io.roadstead.rollout.Source;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessRuntimeTest {
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
  void anInstanceLeadsAGroupOfItsOwn() throws Exception {
    RunningInstance instance = bench.sh("exec sleep 60");

    await().until(() -> Signals.group(instance.mark().pid()) == instance.mark().pid());
    assertThat(Signals.group(ProcessHandle.current().pid())).isNotEqualTo(instance.mark().pid());
  }

  @Test
  void killTakesGrandchildrenToo() throws Exception {
    RunningInstance instance = bench.sh("sh -c 'sleep 60 & echo $!; wait' & wait");
    ProcessHandle grandchild = writtenPid(instance);

    instance.kill();

    assertThat(exit(instance).describe()).isEqualTo("SIGKILL");
    await().until(() -> !Adopted.runs(grandchild));
  }

  @Test
  void whatTheLeaderLeavesBehindIsKilled() throws Exception {
    RunningInstance instance = bench.sh("trap '' HUP; sleep 60 & echo $!; exit 3");
    ProcessHandle orphan = writtenPid(instance);

    assertThat(exit(instance).code()).hasValue(3);
    await().until(() -> !Adopted.runs(orphan));
  }

  @Test
  void terminateLetsTheProcessFinish() throws Exception {
    RunningInstance instance =
        bench.sh("trap 'echo finished; exit 7' TERM; echo ready; while :; do sleep 0.05; done");
    await().until(() -> instance.lastLogLines(1).contains("ready"));

    instance.terminate();

    assertThat(exit(instance)).isEqualTo(new Exit(java.util.OptionalInt.of(7), ""));
    assertThat(instance.lastLogLines(1)).containsExactly("finished");
  }

  @Test
  void theSignalThatEndedItIsNamed() throws Exception {
    RunningInstance instance = bench.sh("exec sleep 60");

    instance.terminate();

    assertThat(exit(instance).signal()).isEqualTo("SIGTERM");
    assertThat(exit(instance).code()).hasValue(143);
  }

  @Test
  void signalsAfterTheEndDoNothing() throws Exception {
    RunningInstance instance = bench.sh("exit 0");
    Exit first = exit(instance);

    instance.terminate();
    instance.kill();

    assertThat(exit(instance)).isEqualTo(first);
  }

  @Test
  void aRunningProcessIsTakenOverAndItsEndIsSeen() throws Exception {
    RunningInstance instance = bench.sh("echo before; exec sleep 60");
    try (var next = new Bench(data)) {
      RunningInstance taken = runs(next.runtime.adopt(record(instance.mark())));
      await().until(() -> taken.lastLogLines(5).equals(List.of("before")));

      taken.kill();

      Exit _ = exit(taken);
      assertThat(ProcessHandle.of(instance.mark().pid()).filter(Adopted::runs)).isEmpty();
    }
  }

  @Test
  void aProcessWithAnotherStartTimeIsNotTakenOver() throws Exception {
    Process stranger = new ProcessBuilder("sleep", "60").start();
    try {
      ProcessHandle handle = stranger.toHandle();
      var same = new ProcessMark(handle.pid(), handle.info().startInstant().orElseThrow(), 20001);
      var other = new ProcessMark(handle.pid(), same.startedAt().minusSeconds(60), 20001);

      assertThat(bench.runtime.adopt(record(other))).isInstanceOf(Adoption.Ended.class);
      assertThat(stranger.isAlive()).isTrue();
      assertThat(bench.runtime.adopt(record(same))).isInstanceOf(Adoption.Runs.class);
    } finally {
      stranger.destroyForcibly();
    }
  }

  @Test
  void aProcessWithAnotherInstancesMarkIsNotTakenOverThoughItsStartTimeFits() throws Exception {
    RunningInstance instance = bench.sh("echo up; exec sleep 60");
    await().until(() -> !instance.lastLogLines(1).isEmpty());

    var other = new InstanceRecord("orders", "orders-9", 1, "other", instance.mark());

    assertThat(bench.runtime.adopt(other)).isInstanceOf(Adoption.Ended.class);
    assertThat(ProcessHandle.of(instance.mark().pid()).filter(Adopted::runs)).isPresent();
  }

  @Test
  void aJumpOfTheClockDoesNotHideAnInstance() throws Exception {
    RunningInstance instance = bench.sh("echo up; exec sleep 60");
    ProcessMark mark = instance.mark();
    await().until(() -> !instance.lastLogLines(1).isEmpty());

    var jumped = new ProcessMark(mark.pid(), mark.startedAt().minusSeconds(3600), mark.port());

    assertThat(bench.runtime.adopt(record(jumped))).isInstanceOf(Adoption.Runs.class);
  }

  @Test
  void whatAnInstanceLeftWhileNobodyWatchedIsKilled() throws Exception {
    Process outside =
        new ProcessBuilder("/usr/bin/setsid", "/bin/sh", "-c", "sleep 60 & echo $! $$; exit 0")
            .start();
    String[] pids = outside.inputReader().readLine().split(" ", -1);
    assertThat(outside.waitFor(20, TimeUnit.SECONDS)).isTrue();
    ProcessHandle stranger = ProcessHandle.of(Long.parseLong(pids[0])).orElseThrow();
    var mark = new ProcessMark(Long.parseLong(pids[1]), Instant.EPOCH, 20001);

    assertThat(bench.runtime.adopt(record(mark))).isInstanceOf(Adoption.Ended.class);
    assertThat(Adopted.runs(stranger)).isTrue();
    assertThat(stranger.destroyForcibly()).isTrue();

    var builder =
        new ProcessBuilder("/usr/bin/setsid", "/bin/sh", "-c", "sleep 60 & echo $! $$; exit 0");
    builder.environment().put(Environment.TOKEN, Bench.TOKEN);
    Process ours = builder.start();
    pids = ours.inputReader().readLine().split(" ", -1);
    assertThat(ours.waitFor(20, TimeUnit.SECONDS)).isTrue();
    ProcessHandle left = ProcessHandle.of(Long.parseLong(pids[0])).orElseThrow();

    mark = new ProcessMark(Long.parseLong(pids[1]), Instant.EPOCH, 20001);
    assertThat(bench.runtime.adopt(record(mark))).isInstanceOf(Adoption.Ended.class);
    await().until(() -> !Adopted.runs(left));
  }

  @Test
  void aProcessThatHasEndedIsNotTakenOver() throws Exception {
    RunningInstance instance = bench.sh("exit 0");
    Exit _ = exit(instance);

    assertThat(bench.runtime.adopt(record(instance.mark()))).isInstanceOf(Adoption.Ended.class);
  }

  @Test
  void temporaryFilesGoWithTheInstance() throws Exception {
    RunningInstance instance = bench.sh("mkdir $TMPDIR/a && touch $TMPDIR/a/b && exec sleep 60");
    Path folder = data.resolve("tmp/orders-1");
    await().until(() -> Files.exists(folder.resolve("a/b")));

    instance.kill();

    await().until(() -> !Files.exists(folder));
  }

  @Test
  void aPortThatAnotherTookIsRecognised() throws Exception {
    RunningInstance python =
        bench.sh("echo 'OSError: [Errno 98] Address already in use' >&2; exit 1");
    RunningInstance spring =
        bench.sh("echo \"Web server failed to start. Port $PORT was already in use.\"; exit 1");
    RunningInstance other = bench.sh("echo 'no database'; exit 1");
    List.of(python, spring, other).forEach(i -> assertThat(i.exited().join().code()).hasValue(1));

    assertThat(bench.runtime.portWasTaken(python)).isTrue();
    assertThat(bench.runtime.portWasTaken(spring)).isTrue();
    assertThat(bench.runtime.portWasTaken(other)).isFalse();
  }

  @Test
  void portsInUseArePassedOverAndTheEndOfTheRangeIsSaid() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      try (var narrow = new Bench(data, Map.of("PATH", "/bin:/usr/bin"), port, port)) {
        assertThatThrownBy(() -> narrow.sh("exec sleep 60"))
            .isInstanceOf(LaunchFailed.class)
            .hasMessageContaining("no free port in " + port + "–" + port)
            .hasMessageContaining("1 taken by other processes");
      }
    }
  }

  @Test
  void noTwoInstancesGetOnePort() throws Exception {
    RunningInstance one = bench.sh("exec sleep 60");
    RunningInstance two = bench.sh("exec sleep 60");

    assertThat(one.port()).isNotEqualTo(two.port()).isBetween(21_000, 21_999);
  }

  @Test
  void whatCannotBeRunIsNamedWithTheFix() throws Exception {
    Path text = Files.writeString(data.resolve("server.txt"), "no program");

    failsToStart(
        new Source.Exec(List.of(text.toString())), text + " is not executable", "chmod +x");
    failsToStart(new Source.Exec(List.of("./gone")), "/gone is not there", "correct the command");
    failsToStart(new Source.Exec(List.of("no-such-program")), "PATH", "install it");
    failsToStart(new Source.Exec(List.of()), "empty", "name a program");
    failsToStart(new Source.Jar(data.resolve("gone.jar")), "gone.jar is not there", "--jar FILE");
    failsToStart(new Source.Jar(text), "cannot be read as a jar", "build it anew");
    failsToStart(new Source.Artifact("cafe"), "artifact cafe", "--jar FILE");
    failsToStart(bench.jar("library", "", List.of("a/")), "no Main-Class", "executable jar");
  }

  private void failsToStart(Source source, String what, String fix) {
    assertThatThrownBy(() -> bench.start(source, Map.of()))
        .isInstanceOf(LaunchFailed.class)
        .hasMessageContaining(what)
        .hasMessageContaining(fix);
  }

  private static InstanceRecord record(ProcessMark mark) {
    return new InstanceRecord("orders", "orders-1", 1, Bench.TOKEN, mark);
  }

  private static RunningInstance runs(Adoption adoption) {
    assertThat(adoption).isInstanceOf(Adoption.Runs.class);
    return ((Adoption.Runs) adoption).instance();
  }

  private static ProcessHandle writtenPid(RunningInstance instance) {
    await().until(() -> !instance.lastLogLines(1).isEmpty());
    return ProcessHandle.of(Long.parseLong(instance.lastLogLines(1).getFirst())).orElseThrow();
  }

  private static Exit exit(RunningInstance instance) throws Exception {
    return instance.exited().get(20, TimeUnit.SECONDS);
  }
}
