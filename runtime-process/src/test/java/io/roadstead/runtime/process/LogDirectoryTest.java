package io.roadstead.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogDirectoryTest {
  @TempDir Path data;
  private final Set<String> running = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean open = new AtomicBoolean(true);
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private LogDirectory logs;

  @BeforeEach
  void open() {
    var settings =
        new ProcessSettings(
            data, data, data, () -> "", () -> "", Map.of(), 20_000, 29_999, 2, 1 << 20);
    logs = new LogDirectory(settings, running::contains);
  }

  @AfterEach
  void close() {
    open.set(false);
    logs.close();
  }

  @Test
  void theLastLinesAreRead() throws Exception {
    write("a", "one\ntwo\nthree\nhalf", 1);

    assertThat(tail("", 2)).containsExactly("three", "half");
    assertThat(tail("a", 100)).containsExactly("one", "two", "three", "half");
    assertThat(tail("", 0)).isEmpty();
    assertThat(tail("b", 10)).isEmpty();
    assertThat(logs.has("orders", "a")).isTrue();
    assertThat(logs.has("orders", "b")).isFalse();
  }

  @Test
  void aLongFileIsReadFromItsEnd() throws Exception {
    String text =
        IntStream.range(0, 300_000).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());
    write("a", text, 1);

    assertThat(tail("", 3)).containsExactly("line 299997", "line 299998", "line 299999");
    assertThat(tail("", 20_000)).hasSize(20_000).startsWith("line 280000");
    assertThat(tail("", 300_000))
        .hasSizeBetween(50_000, 150_000)
        .allMatch(line -> line.startsWith("line "));
  }

  @Test
  void linesOfSeveralInstancesSayWhoseTheyAre() throws Exception {
    running.addAll(List.of("a", "b"));
    write("a", "from a\n", 1);
    write("b", "from b\n", 2);

    assertThat(tail("", 10)).containsExactly("a | from a", "b | from b");
    assertThat(tail("b", 10)).containsExactly("from b");
  }

  @Test
  void theLastWordsOfTheLatestThatEndedFillUp() throws Exception {
    running.add("now");
    write("older", "o1\no2\n", 1);
    write("crashed", "c1\nc2\n", 2);
    write("now", "n1\n", 3);

    assertThat(tail("", 2)).containsExactly("crashed | c2", "now | n1");
    assertThat(tail("", 3)).containsExactly("crashed | c1", "crashed | c2", "now | n1");
  }

  @Test
  void newLinesAreFollowedWhole() throws Exception {
    write("a", "old\n", 1);
    Thread reader = follow("a", 10);
    await().until(() -> seen.contains("old"));

    append("a", "ne");
    append("a", "w\nläs");
    append("a", "t\n");

    await().until(() -> seen.equals(List.of("old", "new", "läst")));
    open.set(false);
    reader.join();
  }

  @Test
  void anInstanceThatComesLaterIsFollowedFromItsFirstLine() throws Exception {
    write("a", "of a\n", 1);
    Thread reader = follow("", 10);
    await().until(() -> seen.contains("of a"));

    write("b", "of b\n", 2);

    await().until(() -> seen.contains("b | of b"));
    logs.close();
    reader.join();
  }

  @Test
  void aFileThatWasCutIsFollowedFromItsStart() throws Exception {
    write("a", "a long first life\n", 1);
    Thread reader = follow("a", 10);
    await().until(() -> seen.size() == 1);

    write("a", "short\n", 2);

    await().until(() -> seen.contains("short"));
    open.set(false);
    reader.join();
  }

  @Test
  void onlyTheLatestLogsOfEndedInstancesAreKept() throws Exception {
    running.add("a");
    for (String id : List.of("a", "b", "c", "d")) {
      write(id, id, id.charAt(0));
    }
    Files.writeString(data.resolve("logs/orders/b.hs_err"), "SIGSEGV");

    logs.starting("orders", "e");

    try (var left = Files.list(data.resolve("logs/orders"))) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder("a.log", "c.log", "d.log", "order");
    }
  }

  @Test
  void theLatestAreThoseThatWereStartedLastWhateverTheClockSays() throws Exception {
    Files.createDirectories(data.resolve("logs/orders"));
    for (String id : List.of("d", "c", "b", "a")) {
      logs.starting("orders", id);
      write(id, id, id.charAt(0));
    }

    logs.starting("orders", "e");

    try (var left = Files.list(data.resolve("logs/orders"))) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder("a.log", "b.log", "order");
    }
    assertThat(data.resolve("logs/orders/order")).hasContent("b\na\ne");
  }

  private List<String> tail(String instance, int lines) throws InterruptedException {
    var read = new ArrayList<String>();
    logs.read("orders", instance, lines, false, () -> true, read::add);
    return read;
  }

  private Thread follow(String instance, int lines) {
    return Thread.startVirtualThread(
        () -> {
          try {
            logs.read("orders", instance, lines, true, open::get, seen::add);
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private void write(String id, String text, int second) throws IOException {
    Path folder = Files.createDirectories(data.resolve("logs/orders"));
    Path file = Files.writeString(folder.resolve(id + ".log"), text);
    Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(second)));
  }

  private void append(String id, String text) throws IOException {
    Files.writeString(data.resolve("logs/orders/" + id + ".log"), text, StandardOpenOption.APPEND);
  }
}
