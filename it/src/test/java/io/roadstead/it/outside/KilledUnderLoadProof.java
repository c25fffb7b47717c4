package io.roadstead.it.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.it.EchoService;
import io.roadstead.it.outside.Launcher.Said;
import io.roadstead.it.outside.OpenLoad.Asked;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Instances, their shims and the platform are killed one after the other, by SIGKILL and under an
 * open load: nothing is lost but what an instance had in its hands and may not be done twice.
 */
@Tag("proof")
final class KilledUnderLoadProof {
  private static final int ROUNDS = 3;
  private static final int PER_SECOND = 100;
  private static final Duration REPLACED_WITHIN = Duration.ofMillis(500);
  private static final Duration SERVES_AGAIN_WITHIN = Duration.ofSeconds(3);
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir private Path directory;
  private final HttpClient http = HttpClient.newHttpClient();
  private final JsonMapper json = JsonMapper.shared();

  /** A moment in which an instance died: from the signal until nothing was left of it. */
  private record Death(long fromNanos, long toNanos) {}

  @Test
  void withAGatewayOfItsOwnOnlyWhatADyingInstanceHeldIsLost() throws Exception {
    try (Launcher roadstead = new Launcher(directory)) {
      Process platform = roadstead.up("none");
      Process gateway = roadstead.gatewayProcess();
      deploy(roadstead, 3);
      List<Long> first = pids(roadstead);
      List<Death> deaths = new ArrayList<>();
      List<Long> replaced = new ArrayList<>();

      OpenLoad load = load(roadstead);
      try (load) {
        for (int round = 0; round < ROUNDS; round++) {
          goesOn(load);
          Instant at = Instant.now();
          long victim = first.get(round);
          deaths.add(kill(victim));
          await()
              .atMost(LONG)
              .until(() -> pids(roadstead), now -> now.size() == 3 && !now.contains(victim));
          replaced.add(replacedAfter(roadstead, at));
          List<Long> pids = pids(roadstead);

          int events = events(roadstead).size();
          shim(pids).destroyForcibly();
          goesOn(load);
          platform.destroyForcibly().waitFor();
          goesOn(load);
          platform = roadstead.up("none");
          goesOn(load);

          assertThat(pids(roadstead)).containsExactlyInAnyOrderElementsOf(pids);
          assertThat(events(roadstead).stream().skip(events).map(e -> e.path("kind").asString()))
              .contains("instance.adopted")
              .doesNotContain("instance.started", "instance.crashed", "instance.stopped");
        }
      }
      assertThat(gateway.isAlive()).isTrue();

      List<Asked> asked = load.asked();
      List<Asked> failed = asked.stream().filter(Asked::failed).toList();
      assertThat(failed)
          .as("none but what was under way at an instance's death, and may not be repeated")
          .allMatch(one -> one.method().equals("POST"))
          .allMatch(one -> deaths.stream().anyMatch(d -> one.within(d.fromNanos, d.toNanos)));
      long held =
          asked.stream()
              .filter(one -> deaths.stream().anyMatch(d -> one.within(d.fromNanos, d.toNanos)))
              .count();
      assertThat(failed.size()).as("of the %d under way on three instances", held).isLessThan(60);
      System.out.printf(
          "%d requests; %d instances, shims and platforms killed; of %d requests under way at a"
              + " death %d failed, each a POST; replacements began after %s ms%n",
          asked.size(), ROUNDS, held, failed.size(), replaced);
      assertThat(replaced.stream().sorted().toList().get(ROUNDS / 2))
          .as("the median, on a machine that others share: %s", replaced)
          .isLessThanOrEqualTo(REPLACED_WITHIN.toMillis());
    }
  }

  @Test
  void inOneProcessItServesAgainSoonAndSendsNothingToWhatWasDrained() throws Exception {
    try (Launcher roadstead = new Launcher(directory)) {
      Process platform = roadstead.up();
      deploy(roadstead, 2);
      JsonNode drained = instances(roadstead).getFirst();
      String id = drained.path("id").asString();
      assertThat(roadstead.run("drain", id).exit()).isZero();
      await().atMost(LONG).until(() -> phase(roadstead, id).equals("detached"));
      List<Long> before = all(roadstead, "pid");

      long killed;
      long started;
      OpenLoad load = load(roadstead);
      try (load) {
        goesOn(load);
        killed = System.nanoTime();
        platform.destroyForcibly().waitFor();
        started = System.nanoTime();
        roadstead.up();
        goesOn(load);
        assertThat(phase(roadstead, id)).isEqualTo("detached");
        assertThat(all(roadstead, "pid")).containsExactlyInAnyOrderElementsOf(before);
      }

      List<Asked> asked = load.asked();
      long served =
          asked.stream()
              .filter(one -> !one.failed() && one.sentNanos() > started)
              .mapToLong(Asked::doneNanos)
              .min()
              .orElseThrow();
      assertThat(asked.stream().map(Asked::body))
          .as("the drained instance answers nobody, not for a moment")
          .doesNotContain(drained.path("pid").asString());
      assertThat(asked.stream().filter(Asked::failed))
          .as("requests fail only while it is down")
          .allMatch(one -> one.within(killed, served));
      Duration took = Duration.ofNanos(served - started);
      System.out.printf("served again %d ms after the new start%n", took.toMillis());
      assertThat(took).isLessThan(SERVES_AGAIN_WITHIN);
    }
  }

  private void deploy(Launcher roadstead, int replicas) throws Exception {
    Said said =
        roadstead.run(
            "deploy",
            "echo",
            "--jar",
            EchoService.jar(directory, "well").toString(),
            "--version",
            "1",
            "--health",
            "/health",
            "--replicas",
            Integer.toString(replicas),
            "--wait");
    assertThat(said.exit()).as(said.err()).isZero();
  }

  /** Of an instance that has one still: those of earlier rounds are gone. */
  private static ProcessHandle shim(List<Long> pids) {
    return pids.stream()
        .map(pid -> process(pid).parent().orElseThrow())
        .filter(parent -> parent.pid() > 1)
        .findFirst()
        .orElseThrow();
  }

  private static OpenLoad load(Launcher roadstead) {
    String url = "http://" + roadstead.gateway() + "/echo/who";
    await().atMost(LONG).until(() -> roadstead.status(url) == 200);
    return new OpenLoad(URI.create(url), PER_SECOND);
  }

  /** Half a second of load. */
  private static void goesOn(OpenLoad load) {
    long enough = load.answered() + PER_SECOND / 2;
    await().atMost(LONG).pollInterval(Duration.ofMillis(20)).until(() -> load.answered() > enough);
  }

  private static Death kill(long pid) {
    ProcessHandle process = process(pid);
    long from = System.nanoTime();
    process.destroyForcibly();
    await()
        .atMost(LONG)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(2))
        .until(() -> ProcessHandle.of(pid).isEmpty());
    return new Death(from, System.nanoTime());
  }

  private static ProcessHandle process(long pid) {
    return ProcessHandle.of(pid).orElseThrow();
  }

  /** How long after the kill the next instance was begun: the rest is its own start time. */
  private long replacedAfter(Launcher roadstead, Instant killed) throws Exception {
    return events(roadstead).stream()
        .filter(event -> event.path("kind").asString().equals("instance.started"))
        .map(event -> Instant.parse(event.path("at").asString()))
        .filter(at -> at.isAfter(killed))
        .map(at -> Duration.between(killed, at).toMillis())
        .findFirst()
        .orElseThrow();
  }

  /** The pids of those that take traffic. */
  private List<Long> pids(Launcher roadstead) throws Exception {
    return instances(roadstead).stream()
        .filter(instance -> instance.path("phase").asString().equals("available"))
        .map(instance -> instance.path("pid").asLong())
        .toList();
  }

  private List<Long> all(Launcher roadstead, String field) throws Exception {
    return instances(roadstead).stream().map(instance -> instance.path(field).asLong()).toList();
  }

  private String phase(Launcher roadstead, String id) throws Exception {
    return instances(roadstead).stream()
        .filter(instance -> instance.path("id").asString().equals(id))
        .map(instance -> instance.path("phase").asString())
        .findFirst()
        .orElse("");
  }

  private List<JsonNode> instances(Launcher roadstead) throws Exception {
    return List.copyOf(get(roadstead, "/api/v1/instances?service=echo").values());
  }

  private List<JsonNode> events(Launcher roadstead) throws Exception {
    JsonNode said = get(roadstead, "/api/v1/events");
    return List.copyOf((said.isArray() ? said : said.path("events")).values());
  }

  private JsonNode get(Launcher roadstead, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + roadstead.control() + path))
            .timeout(LONG)
            .build();
    HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(path + ": " + answer.body()).isEqualTo(200);
    return json.readTree(answer.body());
  }
}
