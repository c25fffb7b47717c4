package io.roadstead.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.platform.GatewayListen;
import io.roadstead.platform.HostPort;
import io.roadstead.platform.Platform;
import io.roadstead.platform.PlatformConfig;
import io.roadstead.rollout.Deployer.InstanceStatus;
import io.roadstead.rollout.Rollout;
import io.roadstead.rollout.Rollout.State;
import io.roadstead.rollout.Rollout.StepState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is applied already when a platform that was away serves again. */
class StartOrderTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path directory;
  private Platform platform;

  @BeforeEach
  void start() {
    platform = Platform.start(PlatformConfig.local(directory.resolve("data")));
  }

  @AfterEach
  void stop() throws InterruptedException {
    platform.stopServices();
    platform.close();
  }

  /** The next life of the platform, at the same ports. */
  private void startAgain(HostPort control, HostPort gateway) {
    platform =
        Platform.start(
            new PlatformConfig(
                directory.resolve("data"),
                control,
                GatewayListen.at(gateway),
                Map.of(),
                Optional.empty(),
                false));
  }

  @Test
  void fromTheFirstRequestOnItFindsWhatRunsAndNothingThatWasDrained() throws Exception {
    assertThat(new EchoDeployments(platform, directory).deploy("one", 2).state())
        .isEqualTo(State.SUCCEEDED);
    InstanceStatus drained = instances().getFirst();
    platform.deployer().drain(drained.id(), "test");
    await()
        .atMost(LONG)
        .until(
            () ->
                instances().stream()
                    .anyMatch(i -> i.id().equals(drained.id()) && i.phase().equals("detached")));
    HostPort control = platform.control();
    HostPort gateway = platform.gateway();
    platform.close();

    Queue<String> answers = new ConcurrentLinkedQueue<>();
    Thread impatient = Thread.ofVirtual().name("impatient").start(() -> ask(gateway, answers));
    startAgain(control, gateway);
    impatient.join();

    assertThat(answers).hasSize(20).doesNotContain(Long.toString(drained.pid()));
    assertThat(answers).allMatch(body -> body.matches("\\d+"), "answered by an instance");
  }

  /**
   * Asks until there are twenty answers, whatever they are; the first as soon as the port opens.
   */
  private static void ask(HostPort gateway, Queue<String> answers) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://" + gateway + "/echo/who"))
              .timeout(LONG)
              .build();
      while (answers.size() < 20) {
        try {
          HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
          answers.add((answer.statusCode() == 200 ? "" : "not well: ") + answer.body());
        } catch (IOException _) {
          LockSupport.parkNanos(1_000_000); // nobody listens yet
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void whoeverConfirmedBeforeIsWaitedForThoughItHasNotComeBackYet() throws Exception {
    assertThat(new EchoDeployments(platform, directory).deploy("one", 1).state())
        .isEqualTo(State.SUCCEEDED);
    HostPort control = platform.control();
    HostPort gateway = platform.gateway();
    try (Confirming _ = new Confirming(platform, "late")) {
      await().atMost(LONG).until(() -> applied("late"));
      platform.close();
    }
    startAgain(control, gateway);
    assertThat(applied("late")).isFalse();

    String id = new EchoDeployments(platform, directory).begin("two", 1);
    await().atMost(LONG).until(() -> drain(id).equals("waits for subscribers"));
    try (Confirming _ = new Confirming(platform, "late")) {
      Rollout rollout = new EchoDeployments(platform, directory).ended(id);
      assertThat(rollout.state()).isEqualTo(State.SUCCEEDED);
      assertThat(drain(id)).isEqualTo("proven by 2 subscribers");
    }
  }

  private String drain(String rollout) {
    return platform.deployer().rollout(rollout).orElseThrow().steps().stream()
        .filter(step -> step.name().equals("drain") && step.state() != StepState.SKIPPED)
        .map(Rollout.Step::detail)
        .findFirst()
        .orElse("");
  }

  private boolean applied(String subscriber) {
    return platform.subscribers().list().stream()
        .anyMatch(one -> one.name().equals(subscriber) && !one.applied().isEmpty());
  }

  private List<InstanceStatus> instances() {
    return platform.deployer().service("echo").orElseThrow().instances();
  }

  /** A watch that acknowledges all that it is told. */
  private static final class Confirming implements AutoCloseable {
    private final HttpClient client = HttpClient.newHttpClient();
    private final JsonMapper json = JsonMapper.shared();
    private final Platform platform;
    private final String name;

    Confirming(Platform platform, String name) {
      this.platform = platform;
      this.name = name;
      Thread.ofVirtual().name("confirming").start(this::read);
    }

    private void read() {
      try (BufferedReader in =
          new BufferedReader(
              new InputStreamReader(
                  client
                      .send(
                          request("/api/v1/watch?subscriber=" + name).build(),
                          HttpResponse.BodyHandlers.ofInputStream())
                      .body(),
                  StandardCharsets.UTF_8))) {
        String stream = "";
        for (String line = in.readLine(); line != null; line = in.readLine()) {
          if (line.startsWith("data:")) {
            JsonNode said = json.readTree(line.substring(5));
            if (said.has("stream")) {
              stream = said.path("stream").asString();
            } else if (said.has("version")) {
              acknowledge(stream, said.path("version").asString());
            }
          }
        }
      } catch (IOException _) {
        // the platform has gone, or the test is over
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void acknowledge(String stream, String version)
        throws IOException, InterruptedException {
      String body =
          json.writeValueAsString(
              Map.of("subscriber", name, "stream", stream, "version", version, "busy", Map.of()));
      client.send(
          request("/api/v1/watch/ack")
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.discarding());
    }

    private HttpRequest.Builder request(String path) {
      return HttpRequest.newBuilder(URI.create("http://" + platform.control() + path))
          .header("Authorization", "Bearer " + platform.token());
    }

    @Override
    public void close() {
      client.shutdownNow();
    }
  }
}
