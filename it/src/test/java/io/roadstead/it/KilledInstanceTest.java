package io.roadstead.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.gateway.PortUse;
import io.roadstead.platform.HostPort;
import io.roadstead.platform.Platform;
import io.roadstead.platform.PlatformConfig;
import io.roadstead.platform.StandaloneGateway;
import io.roadstead.registry.Instance;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Registry.Batch;
import io.roadstead.registry.Status;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real processes that registered themselves as Eureka clients do, one of them killed under load.
 */
class KilledInstanceTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Pattern REFUSED =
      Pattern.compile(
          "roadstead_gateway_retries_total\\{reason=\"connect-failed\",service=\"echo\"} (\\S+)");

  @TempDir Path directory;
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<Process> processes = new ArrayList<>();
  private final Map<String, Integer> ports = new ConcurrentHashMap<>();
  private final Ticker ticker = Ticker.system();

  /** When each status of the killed instance was first seen, and when it was first gone. */
  private final Map<String, Long> seenAt = new ConcurrentHashMap<>();

  @AfterEach
  void stop() {
    processes.forEach(Process::destroyForcibly);
  }

  private Process launch(String word, int port) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-jar",
            EchoService.jar(directory, word).toString());
    builder.environment().put("PORT", Integer.toString(port));
    Process process =
        builder
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    processes.add(process);
    return process;
  }

  private void register(Platform platform, String word) throws Exception {
    String body =
        """
        {"instance":{"instanceId":"%s","app":"ECHO","hostName":"127.0.0.1","ipAddr":"127.0.0.1",
         "status":"UP","port":{"$":%d,"@enabled":"true"},"securePort":{"$":443,"@enabled":"false"},
         "dataCenterInfo":{"@class":"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo",
         "name":"MyOwn"},"vipAddress":"echo","lastDirtyTimestamp":"1"}}
        """
            .formatted(word, ports.get(word));
    HttpResponse<String> answer =
        client.send(
            HttpRequest.newBuilder(URI.create("http://" + platform.control() + "/eureka/apps/ECHO"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(204);
  }

  private Process start(Platform platform, String word) throws Exception {
    if (!ports.containsKey(word)) {
      try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        ports.put(word, free.getLocalPort());
      }
    }
    Process process = launch(word, ports.get(word));
    await()
        .atMost(LONG)
        .ignoreExceptions()
        .until(() -> get("http://127.0.0.1:" + ports.get(word) + "/").equals(word));
    register(platform, word);
    return process;
  }

  private String get(String url) throws Exception {
    return client
        .send(
            HttpRequest.newBuilder(URI.create(url)).header("Accept", "application/json").build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private boolean eurekaHasUp(Platform platform, String word) throws Exception {
    String instance = get("http://" + platform.control() + "/eureka/apps/ECHO/" + word);
    return instance.contains("\"status\":\"UP\"");
  }

  /** Of the platform's own gateway. */
  private long refused(Platform platform) {
    try {
      Matcher found = REFUSED.matcher(get("http://" + platform.control() + "/metrics"));
      return found.find() ? Math.round(Double.parseDouble(found.group(1))) : 0;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static long refused(StandaloneGateway gateway) {
    return Optional.ofNullable(gateway.gateway().stats().services().get("echo"))
        .map(echo -> echo.retries().getOrDefault("connect-failed", 0L))
        .orElse(0L);
  }

  private void watch(Batch batch, InstanceKey key) {
    String status =
        batch.after().instance(key).map(Instance::status).map(Status::name).orElse("gone");
    seenAt.putIfAbsent(status, ticker.nanos());
  }

  private long millis(String status, long since) {
    return TimeUnit.NANOSECONDS.toMillis(seenAt.getOrDefault(status, since) - since);
  }

  /**
   * @param refusals how many requests have met a refused connection in all
   */
  private void killUnderLoad(Platform platform, String gateway, String name, LongSupplier refusals)
      throws Exception {
    InstanceKey killed = new InstanceKey("echo", "b");
    try (Load load = new Load(URI.create("http://" + gateway + "/echo"), 4)) {
      await().atMost(LONG).until(() -> load.answers("b") > 50);
      long requests = load.requests();
      seenAt.clear();
      try (var _ = platform.registry().listen(batch -> watch(batch, killed))) {
        long at = ticker.nanos();
        processes.get(1).destroyForcibly();
        await()
            .atMost(LONG)
            .pollInterval(Duration.ofMillis(10))
            .until(() -> !eurekaHasUp(platform, "b"));
        long pollers = TimeUnit.NANOSECONDS.toMillis(ticker.nanos() - at);
        requests = load.requests() - requests;
        await().untilAsserted(() -> assertThat(seenAt).containsKeys("SUSPECT", "DOWN"));
        long connects = refusals.getAsLong();
        System.out.printf(
            "%s: killed under load: suspect after %d ms, out after %d ms, for Eureka's readers"
                + " after %d ms (Spring's own: 229 s); of %d requests meanwhile %d met a refused"
                + " connection and %d failed%n",
            name,
            millis("SUSPECT", at),
            millis("DOWN", at),
            pollers,
            requests,
            connects,
            load.failures().size());
        assertThat(load.failures()).isEmpty();
        assertThat(pollers).isLessThan(10_000);
        assertThat(connects).as("requests that met a refused connection").isLessThan(20);
        long before = load.requests();
        await().atMost(LONG).until(() -> load.requests() > before + 200);
        assertThat(refusals.getAsLong())
            .as("once it is out, nothing is sent there")
            .isEqualTo(connects);

        // Its heartbeat may go on, from a process that serves nothing: it stays out.
        HttpResponse<String> beat =
            client.send(
                HttpRequest.newBuilder(
                        URI.create("http://" + platform.control() + "/eureka/apps/ECHO/b"))
                    .PUT(HttpRequest.BodyPublishers.noBody())
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(beat.statusCode()).isEqualTo(200);
        register(platform, "b");
        assertThat(eurekaHasUp(platform, "b")).isFalse();

        // Started again at its place, it serves as soon as it accepts connections.
        long answers = load.answers("b");
        start(platform, "b");
        await().atMost(LONG).until(() -> load.answers("b") > answers);
        assertThat(load.failures()).isEmpty();
      }
    }
  }

  @Test
  void behindThePlatformsGatewayNoRequestFailsAndReadersKnowWithinSeconds() throws Exception {
    try (Platform platform = Platform.start(PlatformConfig.local(directory.resolve("data")))) {
      for (String word : List.of("a", "b", "c")) {
        start(platform, word);
      }
      killUnderLoad(
          platform, platform.gateway().toString(), "own gateway", () -> refused(platform));
    }
  }

  @Test
  void behindAGatewayOfItsOwnProcessTheSameHolds() throws Exception {
    PlatformConfig config = PlatformConfig.local(directory.resolve("data")).withoutGateway();
    try (Platform platform = Platform.start(config)) {
      for (String word : List.of("a", "b", "c")) {
        start(platform, word);
      }
      try (StandaloneGateway gateway =
          StandaloneGateway.start(
              URI.create("http://" + platform.control()),
              platform.token(),
              platform.platformId(),
              new HostPort("127.0.0.1", 0),
              PortUse.ALONE,
              Optional.empty())) {
        killUnderLoad(
            platform, gateway.listen().toString(), "gateway elsewhere", () -> refused(gateway));
      }
    }
  }
}
