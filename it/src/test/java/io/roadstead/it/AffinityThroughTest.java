package io.roadstead.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.roadstead.control.wire.Json;
import io.roadstead.gateway.CookieKey;
import io.roadstead.gateway.PortUse;
import io.roadstead.platform.GatewaySettings;
import io.roadstead.platform.HostPort;
import io.roadstead.platform.Platform;
import io.roadstead.platform.PlatformConfig;
import io.roadstead.platform.StandaloneGateway;
import io.roadstead.registry.Balancing;
import io.roadstead.registry.Balancing.Affinity;
import io.roadstead.registry.Balancing.Strategy;
import io.roadstead.registry.Route;
import io.roadstead.registry.TrafficPolicy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Affinity cookies of a platform: known to all of its gateways, and after a restart. */
class AffinityThroughTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Affinity COOKIE = Affinity.cookie("AT", "/", Duration.ZERO, false);

  private final List<HttpServer> instances = new ArrayList<>();

  @TempDir Path data;

  @AfterEach
  void stop() {
    instances.forEach(each -> each.stop(0));
  }

  private static HttpResponse<String> get(String address, String header, String value)
      throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(URI.create("http://" + address)).header(header, value).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private void register(Platform platform) throws Exception {
    for (int i = 0; i < 4; i++) {
      String name = "i" + i;
      if (instances.size() == i) {
        HttpServer server =
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
            "/",
            exchange -> {
              byte[] body = name.getBytes(StandardCharsets.UTF_8);
              exchange.sendResponseHeaders(200, body.length);
              exchange.getResponseBody().write(body);
              exchange.close();
            });
        server.start();
        instances.add(server);
      }
      HttpRequest put =
          HttpRequest.newBuilder(
                  URI.create("http://" + platform.control() + "/api/v1/registry/shop/" + name))
              .header("Authorization", "Bearer " + platform.token())
              .header("Content-Type", "application/json")
              .PUT(
                  HttpRequest.BodyPublishers.ofString(
                      "{\"host\":\"127.0.0.1\",\"port\":"
                          + instances.get(i).getAddress().getPort()
                          + "}"))
              .build();
      assertThat(HTTP.send(put, HttpResponse.BodyHandlers.ofString()).statusCode()).isIn(200, 201);
    }
    platform
        .registry()
        .facts(
            "shop",
            List.of(new Route("", "/shop", true)),
            TrafficPolicy.DEFAULT.with(new Balancing(Strategy.RANDOM, COOKIE)));
  }

  /** As the command does. */
  private static StandaloneGateway beside(Platform platform) throws Exception {
    String key =
        get(
                platform.control() + "/api/v1/gateways/key",
                "Authorization",
                "Bearer " + platform.token())
            .body();
    return StandaloneGateway.start(
        URI.create("http://" + platform.control()),
        platform.token(),
        platform.platformId(),
        new HostPort("127.0.0.1", 0),
        PortUse.TAKE_OVER,
        Optional.of(false),
        GatewaySettings.USUAL,
        CookieKey.of(
            Base64.getDecoder()
                .decode(Json.mapper().readTree(key).path("cookieKey").asString(""))));
  }

  private static void keeps(HostPort gateway, String cookie, String instance) throws Exception {
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(get(gateway + "/shop", "Cookie", "x=y").headers().map())
                    .containsKey("set-cookie"));
    for (int i = 0; i < 20; i++) {
      HttpResponse<String> answer = get(gateway + "/shop", "Cookie", cookie);
      assertThat(answer.body()).isEqualTo(instance);
      assertThat(answer.headers().map()).doesNotContainKey("set-cookie");
    }
  }

  @Test
  void aCookieCountsInAllGatewaysOfAPlatformAndAfterARestart() throws Exception {
    String cookie;
    String instance;
    try (Platform platform = Platform.start(PlatformConfig.local(data))) {
      register(platform);
      try (StandaloneGateway beside = beside(platform)) {
        await()
            .atMost(Duration.ofSeconds(20))
            .until(() -> get(beside.listen() + "/shop", "Cookie", "x=y").statusCode() == 200);
        HttpResponse<String> first = get(beside.listen() + "/shop", "Cookie", "x=y");
        instance = first.body();
        String line = first.headers().firstValue("Set-Cookie").orElseThrow();
        cookie = line.substring(0, line.indexOf(';'));
        keeps(platform.gateway(), cookie, instance);
      }
    }
    try (Platform again = Platform.start(PlatformConfig.local(data))) {
      register(again);
      keeps(again.gateway(), cookie, instance);
    }
  }
}
