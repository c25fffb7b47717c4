package io.roadstead.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.rollout.InstanceRecord;
import io.roadstead.rollout.ProcessMark;
import io.roadstead.rollout.RunningInstance;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
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
      ProcessMark mark =
          bench.sh("i=0; while :; do i=$((i+1)); echo line $i; sleep 0.05; done").mark();
      System.out.println(mark.pid() + " " + mark.startedAt() + " " + mark.port());
      while (System.in.read() >= 0) {
        // until it is killed
      }
    }
  }

  @Test
  void anInstanceRunsOnWhenItsPlatformIsKilledAndIsTakenOver() throws Exception {
    Process platform =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Platform.class.getName(),
                data.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String[] said = platform.inputReader().readLine().split(" ", -1);
    var mark =
        new ProcessMark(Long.parseLong(said[0]), Instant.parse(said[1]), Integer.parseInt(said[2]));
    Process _ = platform.destroyForcibly();
    assertThat(platform.waitFor(20, TimeUnit.SECONDS)).isTrue();

    try (var next = new Bench(data)) {
      RunningInstance instance =
          next.runtime
              .adopt(new InstanceRecord("orders", "orders-1", 1, Bench.TOKEN, false, false, mark))
              .orElseThrow();
      List<String> before = instance.lastLogLines(1);
      await().until(() -> !instance.lastLogLines(1).equals(before));

      instance.kill();

      assertThat(instance.exited().get(10, TimeUnit.SECONDS).code()).isEmpty();
    }
  }
}
