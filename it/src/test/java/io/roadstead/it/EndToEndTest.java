package io.roadstead.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.roadstead.platform.Platform;
import io.roadstead.platform.PlatformConfig;
import io.roadstead.platform.Refused;
import io.roadstead.rollout.Cause;
import io.roadstead.rollout.Deployer.InstanceStatus;
import io.roadstead.rollout.Rollout;
import io.roadstead.rollout.Rollout.State;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole platform in this process, with real services in processes of their own. */
class EndToEndTest {
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

  private URI gateway(String path) {
    return URI.create("http://" + platform.gateway() + path);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return get(gateway(path));
  }

  private static HttpResponse<String> get(URI uri) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(uri).timeout(LONG).build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  @Test
  void aServiceIsDeployedFoundAndRouted() throws Exception {
    Rollout first = deployments.deploy("one", 2);
    assertThat(first.state()).as(first.toString()).isEqualTo(State.SUCCEEDED);
    assertThat(get("/echo/x").body()).isEqualTo("one");
    assertThat(get("/echo").statusCode()).isEqualTo(200);
    HttpResponse<String> nothing = get("/nothing/here");
    assertThat(nothing.statusCode()).isEqualTo(404);
    assertThat(nothing.headers().firstValue("X-Roadstead-Reason")).isPresent();
    assertThat(get(URI.create("http://" + platform.control() + "/metrics")).body())
        .as("what was answered a moment ago is counted")
        .contains("route=\"/echo\",service=\"echo\",status=\"2xx\"")
        .contains("roadstead_gateway_requests_total{route=\"\",service=\"\",status=\"4xx\"");
  }

  @Test
  void newVersionsComeUnderLoadWithoutOneFailedRequest() throws Exception {
    assertThat(deployments.deploy("one", 2).state()).isEqualTo(State.SUCCEEDED);
    try (Load load = new Load(gateway("/echo/load"), 4)) {
      for (String word : List.of("two", "three", "four")) {
        Rollout rollout = deployments.deploy(word, 2);
        assertThat(rollout.state()).as(rollout.toString()).isEqualTo(State.SUCCEEDED);
        await().atMost(LONG).until(() -> load.answers(word) > 50);
      }
      String restart = platform.deployer().restart("echo", Cause.by("test"));
      assertThat(deployments.ended(restart).state()).isEqualTo(State.SUCCEEDED);
      assertThat(load.failures()).isEmpty();
      assertThat(load.requests()).isGreaterThan(500);
    }
  }

  @Test
  void aVersionThatEndsAtOnceIsRolledBackWithItsLastWordsAndNobodyNotices() throws Exception {
    assertThat(deployments.deploy("one", 2).state()).isEqualTo(State.SUCCEEDED);
    try (Load load = new Load(gateway("/echo/load"), 2)) {
      Rollout bad = deployments.deploy("exit-bad", 2);
      assertThat(bad.state()).as(bad.toString()).isEqualTo(State.ROLLED_BACK);
      assertThat(bad.reason()).contains("this version does not start: exit-bad");
      assertThat(load.failures()).isEmpty();
    }
    assertThat(get("/echo").body()).isEqualTo("one");
  }

  @Test
  void aVersionThatIsNeverHealthyIsRolledBackWhenItsTimeIsUp() throws Exception {
    assertThat(deployments.deploy("one", 1).state()).isEqualTo(State.SUCCEEDED);
    Rollout sick = deployments.deploy("sick", 1, Duration.ofSeconds(2));
    assertThat(sick.state()).as(sick.toString()).isEqualTo(State.ROLLED_BACK);
    // What its last probe came to is 503, or nothing in time on a busy machine.
    assertThat(sick.reason())
        .contains("not available within 2 s")
        .containsAnyOf("503", "no answer");
    assertThat(get("/echo").body()).isEqualTo("one");
  }

  @Test
  void servicesOutliveThePlatformAndAreTakenOver() throws Exception {
    assertThat(deployments.deploy("one", 2).state()).isEqualTo(State.SUCCEEDED);
    List<Long> before = pids();
    platform.close();
    platform = Platform.start(PlatformConfig.local(directory.resolve("data")));
    await().atMost(LONG).untilAsserted(() -> assertThat(get("/echo").statusCode()).isEqualTo(200));
    assertThat(pids()).containsExactlyInAnyOrderElementsOf(before);
  }

  @Test
  void aSecondPlatformOnTheSameDataIsRefusedAndNamesTheFirst() {
    assertThatThrownBy(() -> Platform.start(PlatformConfig.local(directory.resolve("data"))))
        .isInstanceOf(Refused.class)
        .hasMessageContaining(Long.toString(ProcessHandle.current().pid()));
  }

  private List<Long> pids() {
    return platform.deployer().service("echo").orElseThrow().instances().stream()
        .map(InstanceStatus::pid)
        .toList();
  }
}
