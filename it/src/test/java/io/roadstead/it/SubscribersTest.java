package io.roadstead.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.gateway.PortUse;
import io.roadstead.platform.HostPort;
import io.roadstead.platform.Platform;
import io.roadstead.platform.PlatformConfig;
import io.roadstead.platform.StandaloneGateway;
import io.roadstead.registry.Subscriber;
import io.roadstead.rollout.Rollout;
import io.roadstead.rollout.Rollout.State;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deployments with others than the platform's own gateway at the registry. */
class SubscribersTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path directory;
  private Platform platform;
  private EchoDeployments deployments;

  @BeforeEach
  void start() {
    platform = Platform.start(PlatformConfig.local(directory.resolve("data")));
    deployments = new EchoDeployments(platform, directory);
  }

  @AfterEach
  void stop() throws InterruptedException {
    platform.stopServices();
    platform.close();
  }

  private URI control(String path) {
    return URI.create("http://" + platform.control() + path);
  }

  private StandaloneGateway secondGateway() {
    return StandaloneGateway.start(
        control(""),
        platform.token(),
        "test",
        new HostPort("127.0.0.1", 0),
        PortUse.TAKE_OVER,
        Optional.empty());
  }

  private List<String> subscribers() {
    return platform.subscribers().list().stream().map(Subscriber::name).toList();
  }

  @Test
  void aGatewayOverTheWatchLosesNoRequestInADeployment() throws Exception {
    assertThat(deployments.deploy("one", 2).state()).isEqualTo(State.SUCCEEDED);
    try (StandaloneGateway gateway = secondGateway();
        Load load = new Load(URI.create("http://" + gateway.listen() + "/echo/far"), 3);
        Load near = new Load(URI.create("http://" + platform.gateway() + "/echo/near"), 1)) {
      await().atMost(LONG).until(() -> subscribers().size() == 2);
      for (String word : List.of("two", "three")) {
        Rollout rollout = deployments.deploy(word, 2);
        assertThat(rollout.state()).as(rollout.toString()).isEqualTo(State.SUCCEEDED);
        await().atMost(LONG).until(() -> load.answers(word) > 50 && near.answers(word) > 10);
      }
      assertThat(load.failures()).isEmpty();
      assertThat(near.failures()).isEmpty();
    }
  }

  @Test
  void aWatchThatNeverAcknowledgesIsNamedAndDoesNotHoldADeployment() throws Exception {
    assertThat(deployments.deploy("one", 1).state()).isEqualTo(State.SUCCEEDED);
    try (HttpClient client = HttpClient.newHttpClient();
        InputStream named = watch(client, "/api/v1/watch?subscriber=deaf", platform.token());
        InputStream observer = watch(client, "/api/v1/watch", "");
        Load load = new Load(URI.create("http://" + platform.gateway() + "/echo"), 2)) {
      assertThat(named.read()).isPositive();
      assertThat(observer.read()).isPositive();
      assertThat(subscribers()).contains("deaf");

      Rollout rollout = deployments.deploy("two", 1);

      assertThat(rollout.state()).as(rollout.toString()).isEqualTo(State.SUCCEEDED);
      Duration took = Duration.between(rollout.startedAt(), rollout.endedAt().orElseThrow());
      assertThat(took).isLessThan(Duration.ofSeconds(30));
      assertThat(rollout.steps())
          .as("a step names whom it did not hear")
          .anySatisfy(step -> assertThat(step.detail()).contains("deaf"));
      assertThat(load.failures()).isEmpty();
    }
  }

  private InputStream watch(HttpClient client, String path, String token) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(control(path)).header("Accept", "text/event-stream");
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    HttpResponse<InputStream> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    return response.body();
  }
}
