package io.roadstead.example.filter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.roadstead.gateway.filter.FilterRequest;
import io.roadstead.gateway.filter.Filters;
import io.roadstead.gateway.filter.Verdict;
import io.roadstead.platform.GatewaySettings;
import io.roadstead.platform.Platform;
import io.roadstead.platform.PlatformConfig;
import io.roadstead.registry.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FiltersThroughTest {
  @TempDir Path folder;

  @Test
  void bothAreFoundByTheServiceLoader() {
    assertThat(Filters.load(folder).names()).containsExactlyInAnyOrder("api-key", "answer-stamp");
  }

  @Test
  void theKeyLetsInAndIsNotPassedOn() {
    ApiKeyFilter filter = new ApiKeyFilter("k1");
    FilterRequest good = FilterRequest.of("GET", "/orders", Map.of("X-Api-Key", "k1"));
    assertThat(filter.request(good)).isEqualTo(Verdict.next());
    assertThat(good.fields().names()).contains("X-Caller").doesNotContain("X-Api-Key");
    for (String wrong : List.of("", "k", "k2")) {
      assertThat(filter.request(FilterRequest.of("GET", "/", Map.of("X-Api-Key", wrong))))
          .isInstanceOf(Verdict.Answer.class);
    }
    assertThat(new ApiKeyFilter("").request(FilterRequest.of("GET", "/", Map.of())))
        .isInstanceOf(Verdict.Answer.class);
  }

  @Test
  void aPlatformLoadsThemAndOnlyTheRoutesThatNameThemUseThem() throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(loopback(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] body = exchange.getRequestURI().toString().getBytes(UTF_8);
          exchange.getResponseHeaders().set("Server", "x");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    PlatformConfig config =
        PlatformConfig.local(folder.resolve("data"))
            .withGatewaySettings(new GatewaySettings(Optional.empty(), Optional.of(folder)));
    try (Platform platform = Platform.start(config);
        HttpClient client = HttpClient.newHttpClient()) {
      URI control = URI.create("http://" + platform.control());
      HttpRequest register =
          HttpRequest.newBuilder(control.resolve("/api/v1/registry/app/a"))
              .header("Authorization", "Bearer " + platform.token())
              .header("Content-Type", "application/json")
              .PUT(
                  HttpRequest.BodyPublishers.ofString(
                      "{\"host\":\"127.0.0.1\",\"port\":" + server.getAddress().getPort() + "}"))
              .build();
      assertThat(client.send(register, BodyHandlers.ofString()).statusCode()).isEqualTo(201);
      platform
          .registry()
          .routes(
              "app",
              List.of(
                  new Route("", "/stamped", true, List.of("answer-stamp")),
                  new Route("", "/closed", true, List.of("answer-stamp", "api-key"))));
      URI gateway = URI.create("http://" + platform.gateway());
      Awaitility.await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> get(client, gateway.resolve("/stamped/x")).statusCode() == 200);
      HttpResponse<String> stamped = get(client, gateway.resolve("/stamped/x"));
      assertThat(stamped.body()).isEqualTo("/x");
      assertThat(stamped.headers().firstValue("X-Route")).contains("/stamped");
      assertThat(stamped.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
      assertThat(stamped.headers().firstValue("Server")).isEmpty();
      assertThat(get(client, gateway.resolve("/closed/x")).statusCode()).isEqualTo(401);
      HttpResponse<String> plain = get(client, gateway.resolve("/app/x"));
      assertThat(plain.headers().firstValue("X-Route")).isEmpty();
      assertThat(plain.headers().firstValue("Server")).contains("x");
      assertThat(get(client, control.resolve("/metrics")).body())
          .contains("roadstead_gateway_filter_runs_total{filter=\"api-key\"} 1.0");
    } finally {
      server.stop(0);
    }
  }

  private static HttpResponse<String> get(HttpClient client, URI at)
      throws IOException, InterruptedException {
    return client.send(HttpRequest.newBuilder(at).build(), BodyHandlers.ofString());
  }

  private static InetAddress loopback() {
    return InetAddress.getLoopbackAddress();
  }
}
