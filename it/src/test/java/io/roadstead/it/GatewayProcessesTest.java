package io.roadstead.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.roadstead.gateway.PortUse;
import io.roadstead.platform.GatewayListen;
import io.roadstead.platform.HostPort;
import io.roadstead.platform.Platform;
import io.roadstead.platform.PlatformConfig;
import io.roadstead.platform.StandaloneGateway;
import io.roadstead.registry.Registration;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Status;
import io.roadstead.registry.SubscriberKind;
import io.roadstead.rollout.Rollout.State;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A platform that leaves its requests to gateways of their own. */
class GatewayProcessesTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir Path directory;
  private Platform platform;

  @BeforeEach
  void start() {
    platform = Platform.start(PlatformConfig.local(directory.resolve("data")).withoutGateway());
  }

  @AfterEach
  void stop() throws InterruptedException {
    platform.stopServices();
    platform.close();
  }

  @Test
  void aPlatformWithoutAGatewayIsServedByOneOfItsOwnProcess() throws Exception {
    EchoDeployments deployments = new EchoDeployments(platform, directory);
    assertThat(platform.hasGateway()).isFalse();
    assertThat(deployments.deploy("one", 1).state()).isEqualTo(State.SUCCEEDED);
    try (StandaloneGateway gateway =
            StandaloneGateway.start(
                URI.create("http://" + platform.control()),
                platform.token(),
                "test",
                new HostPort("127.0.0.1", 0),
                PortUse.TAKE_OVER,
                Optional.empty());
        Load load = new Load(URI.create("http://" + gateway.listen() + "/echo"), 2)) {
      await().atMost(LONG).until(() -> load.answers("one") > 20);
      assertThat(deployments.deploy("two", 1).state()).isEqualTo(State.SUCCEEDED);
      await().atMost(LONG).until(() -> load.answers("two") > 20);
      assertThat(load.failures()).isEmpty();
    }
  }

  /** What it says of itself is all that tells the two: both are the same program. */
  private static void register(Platform of, String version, int port) {
    Registry.Written _ =
        of.registry()
            .register(
                new Registration(
                    "shared",
                    "shared-" + version,
                    "127.0.0.1",
                    "",
                    port,
                    false,
                    Status.UP,
                    100,
                    Map.of("version", version),
                    Duration.ofMinutes(10),
                    null));
  }

  private static HttpServer saying(String word) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, word.length());
          exchange.getResponseBody().write(word.getBytes(StandardCharsets.US_ASCII));
          exchange.close();
        });
    server.start();
    return server;
  }

  private static void command(Platform of, String method, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://" + of.control() + "/api/v1/services/shared/split"))
            .header("Authorization", "Bearer " + of.token())
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }

  /** Which version answers each of 300 requests. */
  private static Map<String, Integer> answers(HostPort at) throws Exception {
    Map<String, Integer> counts = new TreeMap<>();
    for (int i = 0; i < 300; i++) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://" + at + "/shared/who")).build();
      HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      counts.merge(answer.body(), 1, Integer::sum);
    }
    return counts;
  }

  /** 300 draws of one in five are outside 25 and 110 less than once in ten million times. */
  private static void assertShared(HostPort at) throws Exception {
    assertThat(answers(at).getOrDefault("new", 0)).isBetween(25, 110);
  }

  @Test
  void aSplitHoldsInAGatewayOfItsOwnProcessAndOverARestartOfTheWholePlatform() throws Exception {
    PlatformConfig config = PlatformConfig.local(directory.resolve("shared"));
    HttpServer old = saying("old");
    HttpServer fresh = saying("new");
    try {
      try (Platform first = Platform.start(config)) {
        register(first, "1", old.getAddress().getPort());
        register(first, "2", fresh.getAddress().getPort());
        try (StandaloneGateway apart = gateway(first, new HostPort("127.0.0.1", 0))) {
          command(first, "PUT", "{\"split\":{\"1\":100,\"2\":0}}");
          await().atMost(LONG).until(() -> answers(apart.listen()).equals(Map.of("old", 300)));
          assertThat(answers(first.gateway())).isEqualTo(Map.of("old", 300));
          command(first, "PUT", "{\"split\":{\"1\":80,\"2\":20}}");
          await().atMost(LONG).until(() -> answers(apart.listen()).size() == 2);
          assertShared(apart.listen());
          assertShared(first.gateway());
        }
        command(first, "PUT", "{\"split\":{\"1\":0,\"2\":100}}");
      }
      try (Platform second = Platform.start(config)) {
        assertThat(answers(second.gateway()))
            .as("from the first request on")
            .containsOnlyKeys("new");
      }
    } finally {
      old.stop(0);
      fresh.stop(0);
    }
  }

  private StandaloneGateway gateway(Platform of, HostPort at) {
    return StandaloneGateway.start(
        URI.create("http://" + of.control()),
        of.token(),
        of.platformId(),
        at,
        PortUse.TAKE_OVER,
        Optional.empty());
  }

  @Test
  void aProcessTakesThePortFromThePlatformAndKeepsItOverARestart() throws Exception {
    PlatformConfig config = PlatformConfig.local(directory.resolve("other"));
    HostPort at;
    StandaloneGateway gateway;
    try (Platform first = Platform.start(config)) {
      at = first.gateway();
      gateway = gateway(first, at);
      await().atMost(LONG).until(() -> gateways(first) == 1);
    }
    PlatformConfig again =
        new PlatformConfig(
            config.data(),
            config.control(),
            GatewayListen.at(at),
            Map.of(),
            Optional.empty(),
            false);
    try (gateway;
        Platform second = Platform.start(again)) {
      assertThat(second.gatewayElsewhere()).isTrue();
      assertThat(second.gateway()).isEqualTo(at);
      assertThat(gateways(second)).as("its own is not there").isLessThanOrEqualTo(1);
      gateway.close();
      await().atMost(LONG).until(() -> !second.gatewayElsewhere() && serves(at));
    }
  }

  @Test
  void thePlatformTakesItsPortBackWhenTheGatewayThatTookItHasEnded() throws Exception {
    try (Platform first = Platform.start(PlatformConfig.local(directory.resolve("other")))) {
      HostPort at = first.gateway();
      for (int i = 0; i < 2; i++) {
        try (StandaloneGateway gateway = gateway(first, at)) {
          assertThat(gateway.listen()).isEqualTo(at);
          await().atMost(LONG).until(() -> gateways(first) == 1);
        }
        await().atMost(LONG).until(() -> serves(at));
      }
      assertThat(
              HTTP.send(
                      HttpRequest.newBuilder(
                              URI.create("http://" + first.control() + "/api/v1/events"))
                          .build(),
                      HttpResponse.BodyHandlers.ofString())
                  .body())
          .contains("gateway.returned");
    }
    // What served it last has gone with the platform.
    Platform.start(PlatformConfig.local(directory.resolve("other"))).close();
  }

  private static boolean serves(HostPort at) throws InterruptedException {
    try {
      HttpRequest nothing = HttpRequest.newBuilder(URI.create("http://" + at + "/nothing")).build();
      return HTTP.send(nothing, HttpResponse.BodyHandlers.discarding()).statusCode() == 404;
    } catch (IOException _) {
      return false;
    }
  }

  private static long gateways(Platform platform) {
    return platform.subscribers().list().stream()
        .filter(subscriber -> subscriber.kind() == SubscriberKind.GATEWAY)
        .count();
  }
}
