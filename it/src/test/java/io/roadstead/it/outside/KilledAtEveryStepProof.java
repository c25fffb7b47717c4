package io.roadstead.it.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.it.EchoService;
import io.roadstead.platform.LeftRunning;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The platform dies at each write of a roll-out, before it and after it, and is started again. What
 * was asked for then comes to its end; there are never more instances than the surge allows, no
 * process is left over, and the other service has noticed nothing. {@code ./mvnw -Plong-proof -pl
 * it -am verify}
 *
 * <p>Two commands are tried at a time: each has a platform, a data directory and ports of its own,
 * and mostly waits.
 */
@Tag("long-proof")
@Execution(ExecutionMode.CONCURRENT)
final class KilledAtEveryStepProof {
  private static final int SURGE = 1;

  /** A process that is there for less is none that could take a request. */
  private static final long LOOK_MILLIS = 20;

  @TempDir private Path directory;
  private Path jar;
  private Process process;
  private BufferedReader out;
  private BufferedWriter in;
  private volatile int allowed;
  private final Queue<String> tooMany = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void begin() throws IOException {
    jar = EchoService.jar(directory, "steady");
    start();
  }

  @ParameterizedTest
  @ValueSource(strings = {"deploy", "restart", "scale", "remove"})
  void whateverWriteItDiesAtTheRollOutComesToItsEnd(String asked) throws Exception {
    ask("deploy steady 1 1");
    ask("deploy echo 0 2");
    ask("ended");
    String steady = instances("steady").getFirst();
    allowed = 2 + SURGE;
    int moments = 0;
    try (ScheduledExecutorService watcher =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("counts-processes").factory())) {
      var _ = watcher.scheduleWithFixedDelay(this::look, 0, LOOK_MILLIS, TimeUnit.MILLISECONDS);
      int version = 0;
      boolean killed = true;
      for (int write = 1; killed; write++) {
        killed = false;
        for (String when : List.of("before", "after")) {
          moments++;
          String where = asked + ", " + when + " write " + write;
          version++;
          int replicas = asked.equals("scale") ? 2 + version % 2 : 2;
          allowed = 2 + (asked.equals("scale") ? 1 : 0) + SURGE;
          String command =
              switch (asked) {
                case "deploy" -> "deploy echo " + version + " 2";
                case "scale" -> "scale echo " + replicas;
                default -> asked + " echo";
              };
          assertThat(ask("die " + when + " " + write)).isEqualTo("ok");
          boolean died = ask(command) == null || ask("ended") == null || ask("live") == null;
          killed |= died;
          if (died) {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).as(where).isTrue();
            start();
          }

          assertThat(ask("ended"))
              .as(where)
              .doesNotContain("FAILED")
              .doesNotContain("ABORTED")
              .doesNotContain("ROLLED_BACK");
          // What no roll-out stood for yet is put right, and what was stopped ends, after that.
          await()
              .pollInSameThread()
              .pollDelay(Duration.ZERO)
              .pollInterval(Duration.ofMillis(20))
              .atMost(Duration.ofSeconds(60))
              .untilAsserted(() -> settled(asked, replicas, steady, where));
          if (asked.equals("remove") && instances("echo").isEmpty()) {
            ask("deploy echo 0 2");
            ask("ended");
          }
        }
      }
    } finally {
      stop();
    }
    assertThat(tooMany).isEmpty();
    System.out.println(asked + ": killed at " + (moments - 2) + " moments");
    assertThat(moments).isGreaterThan(10);
  }

  private void settled(String asked, int replicas, String steady, String where) {
    List<String> echo = instances("echo");
    assertThat(instances("steady")).as(where).containsExactly(steady);
    assertThat(echo).as(where).allMatch(line -> line.contains("/available/"));
    assertThat(echo.stream().map(line -> line.split("/", -1)[1]).distinct().count())
        .as(where + ": " + echo)
        .isLessThanOrEqualTo(1);
    assertThat(echo.size())
        .as(where)
        .isIn(asked.equals("remove") ? List.of(0, 2) : List.of(2, replicas, 5 - replicas));
    assertThat(marked("echo")).as(where).hasSize(echo.size());
    assertThat(marked("steady")).as(where).hasSize(1);
  }

  private void start() throws IOException {
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                MortalPlatform.class.getName(),
                data().toString(),
                jar.toString())
            .redirectError(directory.resolve("platform.log").toFile())
            .start();
    out = process.inputReader();
    in = process.outputWriter();
    String said = out.readLine();
    while (said != null && !said.equals("ready")) {
      said = out.readLine();
    }
    assertThat(said).as(Files.readString(directory.resolve("platform.log"))).isEqualTo("ready");
  }

  /** What it answers; nothing where it has died meanwhile. */
  private @Nullable String ask(String line) {
    try {
      in.write(line);
      in.newLine();
      in.flush();
      return out.readLine();
    } catch (IOException _) {
      return null;
    }
  }

  private List<String> instances(String service) {
    String said = ask("instances " + service);
    return said == null || said.isEmpty() ? List.of() : List.of(said.split(" ", -1));
  }

  /** Looks how many processes there are that are not on their way out. */
  private void look() {
    try {
      Set<Long> seen = marked("echo");
      if (seen.size() > allowed) {
        seen.removeAll(leaving());
        seen.retainAll(marked("echo"));
        if (seen.size() > allowed) {
          tooMany.add(seen.size() + " processes count, of " + allowed);
        }
      }
    } catch (RuntimeException | AssertionError e) {
      tooMany.add("the look itself failed: " + e);
    }
  }

  /** The processes of the service's instances, their shims apart. */
  private Set<Long> marked(String service) {
    String mark = "ROADSTEAD_MARK=" + data().resolve("instances") + "/" + service + "-";
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.map(ProcessHandle::pid)
          .filter(pid -> environment(pid).contains(mark))
          .collect(Collectors.toCollection(HashSet::new));
    }
  }

  private static String environment(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/environ"), StandardCharsets.ISO_8859_1);
    } catch (IOException _) {
      return "";
    }
  }

  private Set<Long> leaving() {
    Set<Long> pids = new HashSet<>();
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + data().resolve("state.db"));
        Statement statement = db.createStatement();
        ResultSet row = statement.executeQuery("SELECT pid FROM instance WHERE draining")) {
      while (row.next()) {
        pids.add(row.getLong(1));
      }
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    return pids;
  }

  private Path data() {
    return directory.resolve("data");
  }

  /** Leaves no process and no control group behind. */
  private void stop() throws InterruptedException {
    process.destroyForcibly().waitFor();
    int _ = LeftRunning.stop(data());
  }
}
