package io.roadstead.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.rollout.RunningInstance;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogRotationTest {
  private static final int MAX_TAIL = 1 << 20;

  @TempDir Path data;

  @Test
  void aWriterGoesOnAfterTheCutAndNoLineIsReadTwiceOrMissed() throws Exception {
    try (var bench = new Bench(data)) {
      RunningInstance instance =
          bench.sh(
              "i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo line $i; sleep 0.002; done; exec"
                  + " sleep 60");
      Path log = data.resolve("logs/orders/orders-1.log");
      var rotation = new LogRotation(500, () -> List.of(log));
      var followed = new ArrayList<String>();
      var tail = new LogTail(log, MAX_TAIL);
      await().until(() -> Files.exists(log));

      await()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(5))
          .until(
              () -> {
                rotation.rotate();
                int _ = tail.more(followed::add);
                return followed.contains("line 400");
              });

      assertThat(Files.size(log)).isLessThan(1000);
      // A line that comes between the copy and the cut is lost: a few on a busy machine.
      assertThat(followed).doesNotHaveDuplicates().hasSizeGreaterThan(360);
      assertThat(instance.lastLogLines(30))
          .isEqualTo(IntStream.rangeClosed(371, 400).mapToObj(i -> "line " + i).toList());
    }
  }

  @Test
  void whatAnInstanceLeftBeforeTheCutIsReadFromThePartBefore() throws Exception {
    Path log = Files.writeString(data.resolve("a.log"), "1\n2\n3\n");
    var tail = new LogTail(log, MAX_TAIL);
    var lines = new ArrayList<>(tail.open(1));
    Files.writeString(log, "4\n", StandardOpenOption.APPEND);

    new LogRotation(3, () -> List.of(log)).rotate();
    Files.writeString(log, "5\n", StandardOpenOption.APPEND);
    int _ = tail.more(lines::add);

    assertThat(lines).containsExactly("3", "4", "5");
    assertThat(LogTail.last(log, 3, MAX_TAIL)).containsExactly("3", "4", "5");
    assertThat(LogTail.last(log, 100, MAX_TAIL)).containsExactly("1", "2", "3", "4", "5");
  }

  @Test
  void aDeletedLogIsSaidAndTheInstanceRunsOn() throws Exception {
    try (var bench = new Bench(data)) {
      RunningInstance instance = bench.sh("echo up; exec sleep 60");
      await().until(() -> instance.lastLogLines(1).contains("up"));
      Files.delete(data.resolve("logs/orders/orders-1.log"));

      var said = new ArrayList<String>();
      bench.runtime.read("orders", "", 10, false, () -> true, said::add);

      assertThat(said)
          .singleElement()
          .asString()
          .contains("was deleted")
          .contains("roadstead restart orders");
      assertThat(bench.runtime.has("orders", "orders-1")).isTrue();
      assertThat(instance.exited()).isNotDone();
    }
  }
}
