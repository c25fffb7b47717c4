package io.roadstead.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.Event;
import io.roadstead.rollout.Health;
import io.roadstead.rollout.ProbeResult;
import io.roadstead.rollout.Release;
import io.roadstead.rollout.Resources;
import io.roadstead.rollout.RunningInstance;
import io.roadstead.rollout.Source;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalsTest {
  private static final Health HEALTH =
      new Health("/health", Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(60));

  @TempDir Path data;
  private final List<Event> events = new CopyOnWriteArrayList<>();
  private final AtomicBoolean quiet = new AtomicBoolean(true);
  private Bench bench;
  private Release release = Bench.release(new Source.Shell("none"), Map.of());
  private Rehearsals rehearsals;

  /** Answers with what its environment tells. */
  public static final class Served {
    private Served() {}

    public static void main(String[] args) throws IOException {
      if (System.getenv("FAIL") != null && System.getenv("ROADSTEAD_REHEARSAL") != null) {
        System.out.println("no database in a rehearsal");
        System.out.flush();
        Runtime.getRuntime().halt(9); // no cache is written so
      }
      String told = System.getenv("TELL");
      if (told != null) {
        Files.writeString(
            Path.of(told),
            System.getenv("ROADSTEAD_REHEARSAL")
                + " "
                + System.getenv("ROADSTEAD_REGISTRY")
                + " "
                + System.getenv("ROADSTEAD_INSTANCE_TOKEN")
                + " "
                + System.getenv("PORT"));
      }
      int port = Integer.parseInt(System.getenv("PORT"));
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 10);
      server.createContext(
          "/",
          exchange -> {
            byte[] answer = "ok".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
          });
      server.start();
    }
  }

  @BeforeEach
  void open() {
    bench = new Bench(data);
    rehearsals = rehearsals();
  }

  @AfterEach
  void close() {
    rehearsals.close();
    bench.close();
  }

  @Test
  void aCacheIsMadeByARunThatReachesNobodyAndUsedByTheNextUnlessItIsDamaged() throws Exception {
    rehearse(Map.of("TELL", data.resolve("told").toString()));
    rehearsals.start();
    await().atMost(Duration.ofSeconds(60)).until(() -> !events.isEmpty());

    assertThat(events.getFirst().kind()).as(events.getFirst().message()).isEqualTo("cache.made");
    assertThat(Files.readString(data.resolve("told"))).startsWith("1 http://127.0.0.1:1 null 21");
    assertThat(data.resolve("tmp")).isEmptyDirectory();
    assertThat(data.resolve("artifacts/served")).isDirectoryNotContaining("glob:**.{part,config}");

    RunningInstance instance = healthy();
    Path maps = Path.of("/proc/" + instance.mark().pid() + "/maps");
    if (Files.isReadable(maps)) { // where there is a /proc
      assertThat(Files.readString(maps)).contains(cache().toString());
    }

    try (var file = new RandomAccessFile(cache().toFile(), "rw")) {
      file.setLength(file.length() / 2);
    }
    assertThat(healthy().lastLogLines(10)).isEmpty();
  }

  @Test
  void whatFailsInARehearsalIsToldAndTriedOnceMoreAndStartsAsBefore() throws Exception {
    rehearse(Map.of("FAIL", "1"));
    for (int i = 0; i < 3; i++) {
      assertThat(rehearsals.rehearse(release).isPresent()).isEqualTo(i < 2);
    }

    assertThat(events).extracting(Event::kind).containsExactly("cache.failed", "cache.failed");
    assertThat(events.getLast().message())
        .contains("exit code 9")
        .contains("no database in a rehearsal")
        .contains("start: { cache: false }");
    assertThat(healthy()).isNotNull();
  }

  @Test
  void anInstanceThatStartsEndsARehearsalThatRuns() throws Exception {
    rehearse(Map.of("TELL", data.resolve("told").toString()));
    rehearsals.start();
    await().atMost(Duration.ofSeconds(30)).until(this::told, said -> !said.isEmpty());
    quiet.set(false);
    String port = told().replaceFirst(".* ", "");

    await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () ->
                !new Probe(Ticker.system())
                    .connect("127.0.0.1", port(port), HEALTH.timeout())
                    .healthy());
    assertThat(events).isEmpty();
    assertThat(cache()).doesNotExist();
  }

  private void rehearse(Map<String, String> env) throws Exception {
    Source jar = bench.jar("served", Served.class.getName(), List.of(), Served.class);
    release = Bench.release(jar, env, HEALTH, new Resources(128L << 20, 1));
    rehearsals = rehearsals();
  }

  private Rehearsals rehearsals() {
    return new Rehearsals(
        bench.runtime,
        () -> List.of(release),
        quiet::get,
        InstantSource.system(),
        Ticker.system(),
        events::add);
  }

  private RunningInstance healthy() throws Exception {
    RunningInstance instance = bench.start(release);
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                bench.runtime.probe(release, instance, HEALTH.timeout())
                    instanceof ProbeResult.Healthy);
    return instance;
  }

  private Path cache() throws IOException {
    try (var files = Files.list(data.resolve("artifacts/served"))) {
      return files
          .filter(file -> file.toString().endsWith(".aot"))
          .findFirst()
          .orElse(data.resolve("none"));
    }
  }

  private String told() throws IOException {
    Path file = data.resolve("told");
    return Files.exists(file) ? Files.readString(file) : "";
  }

  private static int port(String text) {
    return Integer.parseInt(text);
  }
}
