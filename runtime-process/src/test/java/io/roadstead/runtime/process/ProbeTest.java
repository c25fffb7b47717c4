package io.roadstead.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.roadstead.rollout.Exit;
import io.roadstead.rollout.Health;
import io.roadstead.rollout.ProbeResult;
import io.roadstead.rollout.ProcessMark;
import io.roadstead.rollout.Release;
import io.roadstead.rollout.Resources;
import io.roadstead.rollout.RunningInstance;
import io.roadstead.rollout.Source;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbeTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  @TempDir Path data;
  private final Map<String, Integer> answers = new ConcurrentHashMap<>();
  private Bench bench;
  private HttpServer server;

  @BeforeEach
  void open() throws IOException {
    bench = new Bench(data);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.createContext(
        "/",
        exchange -> {
          byte[] body = "x".repeat(100_000).getBytes(StandardCharsets.UTF_8);
          int status = answers.getOrDefault(exchange.getRequestURI().toString(), 404);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void close() {
    server.stop(0);
    bench.close();
  }

  @Test
  void aPathIsHealthyFrom200To399() {
    for (int status : new int[] {200, 302, 399}) {
      answers.put("/health?x=1", status);
      assertThat(probe("/health?x=1")).isEqualTo(new ProbeResult.Healthy());
    }
    answers.put("/health", 503);
    assertThat(reason(probe("/health"))).isEqualTo("GET /health answered 503");
    assertThat(reason(probe("/none"))).isEqualTo("GET /none answered 404");
  }

  @Test
  void withoutAPathThePortIsEnough() {
    assertThat(probe("")).isEqualTo(new ProbeResult.Healthy());
  }

  @Test
  void aClosedPortIsNamed() {
    int port = server.getAddress().getPort();
    server.stop(0);

    assertThat(reason(probe(""))).isEqualTo("connection refused on port " + port);
    assertThat(reason(probe("/health"))).isEqualTo("connection refused on port " + port);
  }

  @Test
  void silenceEndsAtTheTimeout() throws IOException {
    try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ProbeResult result =
          bench.runtime.probe(
              release("/health"), listening(silent.getLocalPort()), Duration.ofMillis(50));

      assertThat(reason(result)).isEqualTo("no answer to GET /health within 50 ms");
    }
  }

  @Test
  void whatIsNotHttpIsNamed() throws Exception {
    try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread peer =
          Thread.startVirtualThread(
              () -> {
                try (var connection = other.accept()) {
                  connection
                      .getOutputStream()
                      .write("220 smtp ready\r\n".getBytes(StandardCharsets.UTF_8));
                  connection.shutdownOutput();
                  long _ = connection.getInputStream().skip(10_000);
                } catch (IOException _) {
                  // the probe has gone
                }
              });

      ProbeResult result =
          bench.runtime.probe(release("/health"), listening(other.getLocalPort()), TIMEOUT);

      assertThat(reason(result)).contains("was not answered in HTTP");
      peer.join();
    }
  }

  @Test
  void anActuatorIsAskedForItsReadiness() throws Exception {
    Release boot = boot();
    answers.put("/actuator/health/readiness", 503);
    answers.put("/actuator/health", 200);
    assertThat(reason(probe(boot))).isEqualTo("GET /actuator/health/readiness answered 503");

    answers.put("/actuator/health/readiness", 200);
    assertThat(probe(boot)).isEqualTo(new ProbeResult.Healthy());
  }

  @Test
  void anActuatorWithoutReadinessIsAskedForItsHealth() throws Exception {
    Release boot = boot();
    answers.put("/actuator/health", 503);
    assertThat(reason(probe(boot))).isEqualTo("GET /actuator/health answered 503");

    answers.remove("/actuator/health");
    assertThat(probe(boot)).isEqualTo(new ProbeResult.Healthy());
    answers.put("/actuator/health/readiness", 401);
    assertThat(probe(boot)).isEqualTo(new ProbeResult.Healthy());
  }

  private Release boot() throws Exception {
    return Bench.release(
        bench.jar("boot", "A", List.of("BOOT-INF/lib/spring-boot-actuator-4.0.7.jar")), Map.of());
  }

  private ProbeResult probe(String path) {
    return probe(release(path));
  }

  private ProbeResult probe(Release release) {
    return bench.runtime.probe(release, listening(server.getAddress().getPort()), TIMEOUT);
  }

  private static Release release(String path) {
    return Bench.release(
        new Source.Shell("x"),
        Map.of(),
        new Health(path, Duration.ofSeconds(1), TIMEOUT, TIMEOUT),
        Resources.UNLIMITED);
  }

  private static String reason(ProbeResult result) {
    return switch (result) {
      case ProbeResult.Healthy _ -> "healthy";
      case ProbeResult.Unhealthy(String reason) -> reason;
    };
  }

  private static RunningInstance listening(int port) {
    return new RunningInstance() {
      @Override
      public ProcessMark mark() {
        return new ProcessMark(1, Instant.EPOCH, port);
      }

      @Override
      public String host() {
        return "127.0.0.1";
      }

      @Override
      public int port() {
        return port;
      }

      @Override
      public CompletableFuture<Exit> exited() {
        return new CompletableFuture<>();
      }

      @Override
      public void terminate() {}

      @Override
      public void kill() {}

      @Override
      public List<String> lastLogLines(int lines) {
        return List.of();
      }
    };
  }
}
