package io.roadstead.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.platform.Platform;
import io.roadstead.platform.PlatformConfig;
import io.roadstead.registry.Route;
import io.roadstead.rollout.Health;
import io.roadstead.rollout.Resources;
import io.roadstead.rollout.Rollout;
import io.roadstead.rollout.Rollout.State;
import io.roadstead.rollout.RolloutPolicy;
import io.roadstead.rollout.ServiceSpec;
import io.roadstead.rollout.Source;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole platform in this process, with real services in processes of their own. */
class EndToEndTest {
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

  private ServiceSpec echo(String word, int replicas) throws IOException {
    return new ServiceSpec(
        "echo",
        new Source.Jar(EchoService.jar(directory, word)),
        word,
        replicas,
        List.of(new Route("", "/echo", true)),
        new Health(
            "/health", Duration.ofMillis(100), Duration.ofSeconds(1), Duration.ofSeconds(20)),
        Map.of(),
        Resources.UNLIMITED,
        RolloutPolicy.DEFAULT);
  }

  private Rollout deploy(String word, int replicas) throws Exception {
    return ended(platform.deployer().apply(echo(word, replicas), "test").orElseThrow());
  }

  private Rollout ended(String id) throws InterruptedException {
    Optional<Rollout> rollout = platform.deployer().rollout(id);
    while (rollout.isPresent() && !rollout.get().state().ended()) {
      rollout = platform.deployer().await(id, rollout, LONG);
    }
    return rollout.orElseThrow();
  }

  private URI gateway(String path) {
    return URI.create("http://" + platform.gateway() + path);
  }

  private HttpResponse<String> get(String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(gateway(path)).timeout(LONG).build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  @Test
  void aServiceIsDeployedFoundAndRouted() throws Exception {
    Rollout first = deploy("one", 2);
    assertThat(first.state()).as(first.toString()).isEqualTo(State.SUCCEEDED);
    assertThat(get("/echo/x").body()).isEqualTo("one");
    assertThat(get("/echo").statusCode()).isEqualTo(200);
    HttpResponse<String> nothing = get("/nothing/here");
    assertThat(nothing.statusCode()).isEqualTo(404);
    assertThat(nothing.headers().firstValue("X-Roadstead-Reason")).isPresent();
  }

  @Test
  void newVersionsComeUnderLoadWithoutOneFailedRequest() throws Exception {
    assertThat(deploy("one", 2).state()).isEqualTo(State.SUCCEEDED);
    try (Load load = new Load(gateway("/echo/load"), 4)) {
      for (String word : List.of("two", "three", "four")) {
        Rollout rollout = deploy(word, 2);
        assertThat(rollout.state()).as(rollout.toString()).isEqualTo(State.SUCCEEDED);
        await().atMost(LONG).until(() -> load.answers(word) > 50);
      }
      String restart = platform.deployer().restart("echo", "test");
      assertThat(ended(restart).state()).isEqualTo(State.SUCCEEDED);
      assertThat(load.failures()).isEmpty();
      assertThat(load.requests()).isGreaterThan(500);
    }
  }

  @Test
  void aVersionThatEndsAtOnceIsRolledBackWithItsLastWordsAndNobodyNotices() throws Exception {
    assertThat(deploy("one", 2).state()).isEqualTo(State.SUCCEEDED);
    try (Load load = new Load(gateway("/echo/load"), 2)) {
      Rollout bad = deploy("exit-bad", 2);
      assertThat(bad.state()).as(bad.toString()).isEqualTo(State.ROLLED_BACK);
      assertThat(bad.reason()).contains("this version does not start: exit-bad");
      assertThat(load.failures()).isEmpty();
    }
    assertThat(get("/echo").body()).isEqualTo("one");
  }
}
