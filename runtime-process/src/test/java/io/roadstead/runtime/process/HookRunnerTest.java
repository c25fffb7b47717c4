package io.roadstead.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.roadstead.rollout.Hook;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real commands and real calls. */
class HookRunnerTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Map<String, String> FACTS = Map.of("service", "orders", "version", "2");

  @TempDir Path directory;
  private final HookRunner hooks = new HookRunner();

  private Hook.Outcome sh(String command, Duration timeout) throws Exception {
    return hooks.run(new Hook(new Hook.Command(List.of("/bin/sh", "-c", command)), timeout), FACTS);
  }

  @Test
  void aCommandIsToldWhatItIsAbout() throws Exception {
    assertThat(sh("echo $ROADSTEAD_SERVICE $ROADSTEAD_VERSION; echo $ROADSTEAD_TOKEN", LONG))
        .isEqualTo(new Hook.Outcome(true, "exit code 0, it said: orders 2"));
  }

  @Test
  void itsExitCodeAndLastWordsAreTold() throws Exception {
    Hook.Outcome outcome = sh("seq 1 100000; echo no such table >&2; exit 4", LONG);

    assertThat(outcome.good()).isFalse();
    assertThat(outcome.detail()).startsWith("exit code 4").endsWith("| no such table");
    assertThat(outcome.detail()).hasSizeLessThan(1_200);
  }

  @Test
  void atTheEndOfItsTimeItIsKilledWithAllThatItStarted() throws Exception {
    Path pid = directory.resolve("pid");

    Hook.Outcome outcome = sh("sleep 600 & echo $! > '" + pid + "'; wait", Duration.ofMillis(500));

    assertThat(outcome)
        .isEqualTo(new Hook.Outcome(false, "killed, for it did not end within 0.5 s"));
    long child = Long.parseLong(Files.readString(pid).strip());
    await().until(() -> ProcessHandle.of(child).filter(ProcessHandle::isAlive).isEmpty());
  }

  @Test
  void whatIsNotThereIsSaid() throws Exception {
    Hook.Outcome outcome =
        hooks.run(new Hook(new Hook.Command(List.of("/no/such/program")), LONG), FACTS);

    assertThat(outcome.good()).isFalse();
    assertThat(outcome.detail()).contains("cannot be run", "/no/such/program");
  }

  @Test
  void aCallIsGoodWith2xxAndElseTellsTheAnswer() throws Exception {
    Queue<String> heard = new ConcurrentLinkedQueue<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            heard.add(
                exchange.getRequestMethod()
                    + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            boolean good = exchange.getRequestURI().getPath().equals("/good");
            byte[] body = "because".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(good ? 204 : 409, good ? -1 : body.length);
            if (!good) {
              exchange.getResponseBody().write(body);
            }
          }
        });
    server.start();
    URI at = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    try {
      assertThat(hooks.run(new Hook(new Hook.Call(at.resolve("/good")), LONG), FACTS))
          .isEqualTo(new Hook.Outcome(true, "status 204"));
      assertThat(hooks.run(new Hook(new Hook.Call(at.resolve("/bad")), LONG), FACTS))
          .isEqualTo(new Hook.Outcome(false, "status 409, it said: because"));
    } finally {
      server.stop(0);
    }
    assertThat(heard.peek()).startsWith("POST {").contains("\"service\":\"orders\"");
  }

  @Test
  void whoDoesNotAnswerIsGivenUp() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      URI url = URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/");

      assertThat(hooks.run(new Hook(new Hook.Call(url), Duration.ofMillis(300)), FACTS))
          .isEqualTo(new Hook.Outcome(false, "no answer within 0.3 s"));
    }
  }
}
