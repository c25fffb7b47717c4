package io.roadstead.it.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.it.EchoService;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/**
 * Going back to what is kept warm, by the HTTP API of {@code roadstead up} and under load, many
 * times; in between the newer version is started again and switched to. The time is from just
 * before the call is sent, which is before it arrives, until the last request was sent that the
 * version before still answered; and no request fails.
 *
 * <p>The median is what the limit is held to, for a neighbour may take the processors for longer
 * than that; each is printed, and the first, of a platform that has done no such thing yet, by
 * itself.
 */
@Tag("proof")
final class WarmRollbackProof {
  private static final Duration AT_ONCE = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int TRIPS = 10;
  private static final int CLIENTS = 4;
  private static final int WARM_UP = 2_000;

  private record Answer(long sentNanos, String version) {}

  private record Trip(long fromNanos, long toNanos) {}

  @TempDir private Path directory;
  private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
  private final Queue<String> broken = new ConcurrentLinkedQueue<>();
  private volatile boolean open = true;

  @Test
  void allRequestsAreBackWithinATenthOfASecondOfTheCall() throws Exception {
    List<Trip> trips = new ArrayList<>();
    try (Launcher roadstead = new Launcher(directory);
        HttpClient operator = HttpClient.newHttpClient()) {
      Process _ = roadstead.up();
      deploy(roadstead, "one");
      deploy(roadstead, "two");
      List<Thread> clients = clients(roadstead);
      try {
        await().atMost(PATIENCE).until(() -> answers.size() > WARM_UP);
        connect(roadstead, operator);
        for (int i = 0; i < TRIPS; i++) {
          long at = System.nanoTime();
          goTo("one", roadstead, operator);
          trips.add(new Trip(at, System.nanoTime()));
          goTo("two", roadstead, operator);
        }
      } finally {
        open = false;
        for (Thread client : clients) {
          client.join();
        }
      }
    }
    List<Duration> times = trips.stream().map(this::longestOf).toList();
    List<Duration> sorted = times.stream().sorted().toList();
    Duration median = sorted.get(sorted.size() / 2);
    System.out.printf(
        "back on the warm version, %d times over %d requests: the first %d ms, median %d ms,"
            + " longest %d ms; each: %s ms%n",
        times.size(),
        answers.size(),
        times.getFirst().toMillis(),
        median.toMillis(),
        sorted.getLast().toMillis(),
        times.stream().map(Duration::toMillis).toList());
    assertThat(broken).isEmpty();
    assertThat(median).isLessThan(AT_ONCE);
  }

  /** Until the last request of the trip that the version left has answered was sent. */
  private Duration longestOf(Trip trip) {
    return answers.stream()
        .filter(a -> a.sentNanos() >= trip.fromNanos() && a.sentNanos() < trip.toNanos())
        .filter(answer -> answer.version().equals("two"))
        .map(answer -> Duration.ofNanos(answer.sentNanos() - trip.fromNanos()))
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }

  /** The operator's client is not what is measured: its first call loads classes and connects. */
  private static void connect(Launcher roadstead, HttpClient operator)
      throws IOException, InterruptedException {
    URI services = URI.create("http://" + roadstead.control() + "/api/v1/services");
    HttpResponse<String> said =
        operator.send(HttpRequest.newBuilder(services).build(), BodyHandlers.ofString());
    assertThat(said.statusCode()).as(said.body()).isEqualTo(200);
  }

  private void goTo(String version, Launcher roadstead, HttpClient operator)
      throws IOException, InterruptedException {
    String api = "http://" + roadstead.control() + "/api/v1/";
    HttpRequest call =
        HttpRequest.newBuilder(URI.create(api + "services/echo/rollback"))
            .header(
                "Authorization",
                "Bearer " + Files.readString(directory.resolve("data/token")).strip())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"to\":\"" + version + "\"}"))
            .build();
    HttpResponse<String> said = operator.send(call, BodyHandlers.ofString());
    assertThat(said.statusCode()).as(said.body()).isEqualTo(202);
    long asked = System.nanoTime();
    String id = JsonMapper.shared().readTree(said.body()).path("rollout").asString();
    HttpRequest wait =
        HttpRequest.newBuilder(URI.create(api + "rollouts/" + id + "?wait=60s")).build();
    HttpResponse<String> ended = operator.send(wait, BodyHandlers.ofString());
    assertThat(JsonMapper.shared().readTree(ended.body()).path("state").asString())
        .as(ended.body())
        .isEqualTo("succeeded");
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                answers.stream()
                    .anyMatch(a -> a.sentNanos() > asked && a.version().equals(version)));
  }

  private void deploy(Launcher roadstead, String word) throws IOException, InterruptedException {
    Launcher.Said said =
        roadstead.run(
            "deploy",
            "echo",
            "--jar",
            EchoService.jar(directory, word).toString(),
            "--version",
            word,
            "--replicas",
            "2",
            "--route",
            "/echo",
            "--health",
            "/health",
            "--strategy",
            "blue-green",
            "--wait");
    assertThat(said.exit()).as(said.err()).isZero();
  }

  private List<Thread> clients(Launcher roadstead) {
    URI target = URI.create("http://" + roadstead.gateway() + "/echo/");
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(Thread.ofVirtual().name("client-" + i).start(() -> ask(target)));
    }
    return clients;
  }

  private void ask(URI target) {
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      HttpRequest request = HttpRequest.newBuilder(target).timeout(Duration.ofSeconds(10)).build();
      while (open) {
        long sent = System.nanoTime();
        try {
          HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
          if (answer.statusCode() == 200) {
            answers.add(new Answer(sent, answer.body()));
          } else {
            broken.add(answer.statusCode() + " " + answer.body());
          }
        } catch (IOException e) {
          broken.add(e.toString());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
