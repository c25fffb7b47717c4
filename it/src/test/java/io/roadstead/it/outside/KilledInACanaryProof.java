package io.roadstead.it.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.it.EchoService;
import io.roadstead.it.outside.Launcher.Said;
import io.roadstead.it.outside.OpenLoad.Asked;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The platform, its gateway in it, is killed by SIGKILL in the middle of a canary under an open
 * load, and started again: between two steps, and while it promotes. The canary goes on from where
 * it was, or the version before has everything again; no process is left over, and no request fails
 * but while there is no platform.
 */
@Tag("proof")
final class KilledInACanaryProof {
  private static final int PER_SECOND = 200;
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path directory;
  private final HttpClient http = HttpClient.newHttpClient();
  private final JsonMapper json = JsonMapper.shared();

  /** From the kill until a request that was sent after the new start had been answered. */
  private record Outage(long killedNanos, long startedNanos) {
    long endNanos(List<Asked> asked) {
      return asked.stream()
          .filter(one -> !one.failed() && one.sentNanos() > startedNanos)
          .mapToLong(Asked::doneNanos)
          .min()
          .orElseThrow();
    }
  }

  @Test
  void itGoesOnOrReturnsAndNothingIsLostButWhileNobodyIsThere() throws Exception {
    try (Launcher roadstead = new Launcher(directory)) {
      Process platform = roadstead.up();
      apply(roadstead, "one", "4s");
      String url = "http://" + roadstead.gateway() + "/echo/";
      await().atMost(LONG).until(() -> roadstead.status(url) == 200);
      await().atMost(LONG).until(() -> latest(roadstead).path("endedAt").isString());
      List<Outage> outages = new ArrayList<>();

      OpenLoad load = new OpenLoad(URI.create(url), PER_SECOND);
      String now;
      try (load) {
        apply(roadstead, "two", "4s");
        until(roadstead, rollout -> steps(rollout, "canary", "done") == 1);
        outages.add(kill(platform));
        platform = roadstead.up();
        JsonNode first = ended(roadstead);
        assertThat(first.path("state").asString())
            .as(first.toString())
            .isIn("succeeded", "rolled-back");
        now = first.path("state").asString().equals("succeeded") ? "two" : "one";
        assertThat(steps(first, "canary", "done"))
            .as("no step is gone through again: %s", first)
            .isLessThanOrEqualTo(2);
        settled(roadstead, now);
        System.out.println(
            "killed between two steps: "
                + first.path("state").asString()
                + " "
                + first.path("reason").asString(""));

        apply(roadstead, "three", "1h");
        until(roadstead, rollout -> steps(rollout, "canary", "running") == 1);
        Said said = roadstead.run("rollout", "echo", "promote");
        assertThat(said.exit()).as(said.err()).isZero();
        JsonNode promoted = latest(roadstead);
        assertThat(promoted.path("state").asString()).as(promoted.toString()).isEqualTo("running");
        outages.add(kill(platform));
        roadstead.up();
        JsonNode second = ended(roadstead);
        assertThat(second.path("state").asString())
            .as("what somebody promoted is: %s", second)
            .isEqualTo("succeeded");
        settled(roadstead, "three");
        long enough = load.answered() + PER_SECOND;
        await().atMost(LONG).until(() -> load.answered() > enough);
      }

      List<Asked> asked = load.asked();
      List<Asked> failed = asked.stream().filter(Asked::failed).toList();
      System.out.printf(
          "%d requests, %d of them failed, in outages of %s ms%n",
          asked.size(),
          failed.size(),
          outages.stream()
              .map(one -> (one.endNanos(asked) - one.killedNanos) / 1_000_000)
              .toList());
      assertThat(failed)
          .as("requests fail only while there is no platform")
          .allMatch(
              one -> outages.stream().anyMatch(o -> one.within(o.killedNanos, o.endNanos(asked))));
      assertThat(asked.getLast().body()).isIn("three", "");
    }
  }

  /** The platform is started again after that. */
  private static Outage kill(Process platform) throws InterruptedException {
    long killed = System.nanoTime();
    platform.destroyForcibly().waitFor();
    return new Outage(killed, System.nanoTime());
  }

  private void apply(Launcher roadstead, String word, String step) throws Exception {
    Path jar = EchoService.jar(directory, word);
    Path file =
        Files.writeString(
            directory.resolve(word + ".yaml"),
            """
            services:
              echo:
                jar: %s
                version: %s
                replicas: 2
                health: { path: /health }
                rollout: { strategy: canary, steps: [ { share: 40, for: %s }, { share: 60, for: %s } ] }
            """
                .formatted(jar, word, step, step));
    Said said = roadstead.run("apply", "-f", file.toString());
    assertThat(said.exit()).as(said.err()).isZero();
  }

  private interface Reached {
    boolean by(JsonNode rollout);
  }

  private void until(Launcher roadstead, Reached reached) {
    await()
        .atMost(LONG)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> reached.by(latest(roadstead)));
  }

  private static long steps(JsonNode rollout, String name, String state) {
    return rollout
        .path("steps")
        .valueStream()
        .filter(step -> step.path("name").asString().equals(name))
        .filter(step -> step.path("state").asString().equals(state))
        .count();
  }

  private JsonNode ended(Launcher roadstead) throws Exception {
    until(roadstead, rollout -> rollout.path("endedAt").isString());
    return latest(roadstead);
  }

  /** The roll-out that began last. */
  private JsonNode latest(Launcher roadstead) throws Exception {
    return get(roadstead, "/api/v1/rollouts?service=echo")
        .valueStream()
        .max(Comparator.comparing(one -> one.path("startedAt").asString()))
        .orElse(json.createObjectNode());
  }

  /** Two instances take requests, all of one version, and there is no process but those listed. */
  private void settled(Launcher roadstead, String version) {
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> {
              List<JsonNode> all =
                  get(roadstead, "/api/v1/instances?service=echo").valueStream().toList();
              assertThat(all)
                  .filteredOn(one -> one.path("phase").asString().equals("available"))
                  .hasSize(2)
                  .allMatch(one -> one.path("version").asString().equals(version));
              Set<Long> listed =
                  all.stream()
                      .map(one -> one.path("pid").asLong())
                      .collect(Collectors.toCollection(TreeSet::new));
              assertThat(processes()).isEqualTo(listed);
            });
  }

  /** The processes of the service's instances, their shims apart. */
  private Set<Long> processes() {
    String mark = "ROADSTEAD_MARK=" + directory.resolve("data/instances") + "/echo-";
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      return all.map(ProcessHandle::pid)
          .filter(pid -> environment(pid).contains(mark))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static String environment(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/environ"), StandardCharsets.ISO_8859_1);
    } catch (IOException _) {
      return "";
    }
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
