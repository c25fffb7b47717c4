package io.roadstead.it.outside;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import io.roadstead.registry.ForbiddenPlaces;
import io.roadstead.registry.Registration;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Status;
import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.EventSink;
import io.roadstead.registry.liveness.ActiveChecks;
import io.roadstead.registry.liveness.ActiveChecks.How;
import io.roadstead.registry.liveness.Liveness;
import io.roadstead.registry.liveness.SocketProber;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What it costs to look at ten thousand instances, and that it is spread evenly. */
@Tag("proof")
final class ActiveChecksProof {
  private static final int INSTANCES = 10_000;
  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final byte[] ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"status\":\"UP\"}"
          .getBytes(StandardCharsets.US_ASCII);

  private final AtomicInteger looks = new AtomicInteger();

  private void serve(ServerSocket server, How how) {
    byte[] head = new byte[2048];
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        if (how == How.HTTP && socket.getInputStream().read(head) > 0) {
          socket.getOutputStream().write(ANSWER);
        }
        looks.incrementAndGet();
      } catch (IOException e) {
        // One that was closed at once, or the end.
        looks.incrementAndGet();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void tenThousandInstancesCostLittle(How how) throws Exception {
    Ticker ticker = Ticker.system();
    InstantSource wall = InstantSource.system();
    Registry registry = new Registry("t", wall, ticker, EventSink.NONE);
    try (ServerSocket server = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress())) {
      Thread.ofPlatform().daemon().name("instances").start(() -> serve(server, how));
      int port = server.getLocalPort();
      for (int i = 0; i < INSTANCES; i++) {
        registry.register(
            new Registration(
                "service-" + i % 100,
                "i" + i,
                "127.0.0.1",
                "",
                port,
                false,
                Status.UP,
                100,
                Map.of(),
                Duration.ofSeconds(90),
                null));
      }
      SocketProber prober =
          new SocketProber(
              new ForbiddenPlaces(_ -> false, ticker),
              _ -> "http://127.0.0.1:" + port + "/actuator/health",
              ticker);
      ActiveChecks checks = new ActiveChecks(how, INTERVAL, Duration.ofSeconds(2), 2, 3);
      try (Liveness liveness =
          new Liveness(
              registry,
              prober,
              checks,
              task -> Thread.ofVirtual().start(task),
              ticker,
              wall,
              EventSink.NONE)) {
        var machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        liveness.start();
        Awaitility.await().until(() -> looks.get() > 2_000);
        long cpu = machine.getProcessCpuTime();
        long at = ticker.nanos();
        int before = looks.get();
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> looks.get() > 8_000);
        double seconds = (ticker.nanos() - at) / 1e9;
        int done = looks.get() - before;
        double microseconds = (machine.getProcessCpuTime() - cpu) / 1e3 / done;
        System.out.printf(
            "%s checks: %d in %.1f s, %.0f us of CPU each with the instances' own side:"
                + " 10,000 every 30 s take %.1f %% of a core%n",
            how, done, seconds, microseconds, microseconds * INSTANCES / 30e6 * 100);
        assertThat(done / seconds).as("a second, spread evenly").isBetween(800.0, 1200.0);
        assertThat(microseconds).isLessThan(1_500);
        assertThat(registry.counters().ejected()).isEmpty();
      }
    }
  }
}
