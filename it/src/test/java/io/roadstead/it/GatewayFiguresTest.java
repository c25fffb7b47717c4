package io.roadstead.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.roadstead.gateway.PortUse;
import io.roadstead.platform.HostPort;
import io.roadstead.platform.Platform;
import io.roadstead.platform.PlatformConfig;
import io.roadstead.platform.StandaloneGateway;
import io.roadstead.registry.Registration;
import io.roadstead.registry.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A known load of a hundred requests, of which ten fail, and what the platform says of it. */
class GatewayFiguresTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir Path directory;
  private final HttpClient client = HttpClient.newHttpClient();
  private final AtomicInteger asked = new AtomicInteger();
  private HttpServer origin;

  @BeforeEach
  void serve() throws IOException {
    origin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    origin.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(asked.incrementAndGet() % 10 == 0 ? 500 : 204, -1);
          exchange.close();
        });
    origin.start();
  }

  @AfterEach
  void stop() {
    client.shutdownNow();
    origin.stop(0);
  }

  private void register(Platform platform) {
    platform
        .registry()
        .register(
            new Registration(
                "known",
                "known-1",
                "127.0.0.1",
                "",
                origin.getAddress().getPort(),
                false,
                Status.UP,
                100,
                Map.of(),
                Duration.ofSeconds(90),
                null));
  }

  private void hundredRequests(HostPort gateway) throws Exception {
    URI uri = URI.create("http://" + gateway + "/known/x");
    await().atMost(LONG).until(() -> get(uri).statusCode() != 404);
    while (asked.get() < 100) {
      get(uri);
    }
  }

  private HttpResponse<String> get(URI uri) throws Exception {
    return client.send(
        HttpRequest.newBuilder(uri).timeout(LONG).build(), HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode json(Platform platform, String path) throws Exception {
    HttpResponse<String> answer = get(URI.create("http://" + platform.control() + path));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return JsonMapper.shared().readTree(answer.body());
  }

  private void assertTold(Platform platform) {
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> {
              JsonNode service =
                  json(platform, "/api/v1/figures?service=known").path("series").path(0);
              int requests = 0;
              int errors = 0;
              for (int i = 0; i < 300; i++) {
                requests += service.path("requests").path(i).asInt();
                errors += service.path("errors").path(i).asInt();
              }
              assertThat(requests).isEqualTo(100);
              assertThat(errors).isEqualTo(10);
              assertThat(service.path("window").path("errorShare").asDouble()).isEqualTo(0.1);
              assertThat(service.path("window").path("p99Millis").asDouble()).isPositive();
              JsonNode instance = json(platform, "/api/v1/instances?service=known").path(0);
              assertThat(instance.path("requests").asInt()).isEqualTo(100);
              assertThat(instance.path("failed").asInt()).isEqualTo(10);
              JsonNode recent = instance.path("recent");
              assertThat(recent.path("requestsPerSecond").asDouble()).isPositive();
              assertThat(recent.path("p99Millis").asDouble()).isPositive();
            });
  }

  @Test
  void theGatewayOfTheProcessIsAsked() throws Exception {
    try (Platform platform = Platform.start(PlatformConfig.local(directory.resolve("data")))) {
      register(platform);
      hundredRequests(platform.gateway());
      assertTold(platform);
    }
  }

  @Test
  void aGatewayOfItsOwnTells() throws Exception {
    PlatformConfig config = PlatformConfig.local(directory.resolve("data")).withoutGateway();
    try (Platform platform = Platform.start(config);
        StandaloneGateway gateway =
            StandaloneGateway.start(
                URI.create("http://" + platform.control()),
                platform.token(),
                "test",
                new HostPort("127.0.0.1", 0),
                PortUse.TAKE_OVER,
                Optional.empty())) {
      await().atMost(LONG).until(() -> json(platform, "/api/v1/figures").path("known").asBoolean());
      register(platform);
      hundredRequests(gateway.listen());
      assertTold(platform);
      HttpResponse<String> metrics = get(URI.create("http://" + platform.control() + "/metrics"));
      assertThat(metrics.body()).contains("service=\"known\",status=\"5xx\",version=\"\"} 10.0");
    }
  }
}
