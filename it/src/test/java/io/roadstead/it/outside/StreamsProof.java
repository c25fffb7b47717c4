package io.roadstead.it.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.it.outside.Launcher.Said;
import io.roadstead.platform.bench.deploys.BenchedService;
import io.roadstead.platform.load.EventStream;
import io.roadstead.platform.load.Talk;
import io.roadstead.platform.load.WebSocketConnection;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * WebSockets and event streams through deployments of the service that they lead to: each ends in
 * order, can be made anew at once, and has delivered all that the instance had sent.
 */
@Tag("proof")
final class StreamsProof {
  private static final int DEPLOYMENTS = 8;
  private static final int OF_EACH_KIND = 6;
  private static final int NORMAL = 1000;
  private static final long PACE_NANOS = 2_000_000;
  private static final long EVERY = BenchedService.EVENT_EVERY_NANOS / 1_000_000;
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir private Path directory;
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final Map<String, Integer> received = new ConcurrentHashMap<>();
  private final AtomicInteger ends = new AtomicInteger();
  private final AtomicLong messages = new AtomicLong();
  private final AtomicLong unanswered = new AtomicLong();
  private final AtomicLong events = new AtomicLong();
  private final Queue<Long> firstEventMillis = new ConcurrentLinkedQueue<>();
  private volatile boolean over;

  @Test
  void deploymentsEndEachStreamInOrderAndLoseNothingThatWasSent() throws Exception {
    Path notes = Files.createDirectory(directory.resolve("notes"));
    try (Launcher roadstead = new Launcher(Files.createDirectory(directory.resolve("platform")))) {
      roadstead.up();
      deploy(roadstead, notes, 0);
      await().atMost(LONG).until(() -> roadstead.status(url(roadstead, "/")) == 200);
      int port = URI.create(url(roadstead, "/")).getPort();

      try (ExecutorService streams = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int i = 0; i < OF_EACH_KIND; i++) {
          int stream = i;
          streams.execute(() -> talk(port, stream));
          streams.execute(() -> listen(port, stream));
        }
        for (int i = 1; i <= DEPLOYMENTS; i++) {
          deploy(roadstead, notes, i);
        }
        over = true;
      }

      assertThat(failures).isEmpty();
      received.forEach(
          (connection, count) ->
              assertThat(notes.resolve(connection))
                  .as("echoes that the instance sent on %s", connection)
                  .hasContent(Integer.toString(count)));
      assertThat(ends.get())
          .as("each stream was ended by each deployment that took its instance")
          .isGreaterThanOrEqualTo(2 * OF_EACH_KIND * DEPLOYMENTS / 2);
      List<Long> first = firstEventMillis.stream().sorted().toList();
      System.out.printf(
          "%d deployments; %d streams, ended %d times, each in order; %d echoes on %d WebSockets,"
              + " none that was sent lost, %d messages that no instance saw; %d events; first event"
              + " after %d ms (median; longest %d)%n",
          DEPLOYMENTS,
          2 * OF_EACH_KIND,
          ends.get(),
          messages.get(),
          received.size(),
          unanswered.get(),
          events.get(),
          first.get(first.size() / 2),
          first.getLast());
      assertThat(first.get(first.size() / 2))
          .as("milliseconds to the first event; the second comes %d later: %s", EVERY, first)
          .isLessThan(EVERY / 2);
    }
  }

  @Test
  void anEchoIsTheSameByteForByteDirectAndThrough() throws Exception {
    Path notes = Files.createDirectory(directory.resolve("notes"));
    try (Launcher roadstead = new Launcher(Files.createDirectory(directory.resolve("platform")))) {
      roadstead.up();
      deploy(roadstead, notes, 0);
      await().atMost(LONG).until(() -> roadstead.status(url(roadstead, "/")) == 200);
      JsonNode status = JsonMapper.shared().readTree(roadstead.run("status", "-o", "json").out());
      int direct = status.findValues("port").getFirst().asInt();
      int through = URI.create(url(roadstead, "/")).getPort();

      assertThat(echoes(through, "/streams/chat")).isEqualTo(echoes(direct, "/chat"));
    }
  }

  /** What comes back, frame heads included, for seeded messages of all lengths of frame. */
  private static List<ByteBuffer> echoes(int port, String path) throws IOException {
    Random random = new Random(42);
    List<ByteBuffer> all = new ArrayList<>();
    try (WebSocketConnection connection = new WebSocketConnection(port, path, "")) {
      for (int i = 0; i < 200; i++) {
        byte[] payload = new byte[i % 20 == 0 ? 200_000 : random.nextInt(1_000)];
        random.nextBytes(payload);
        connection.send(WebSocketConnection.BINARY, payload);
        all.add(connection.read().bytes());
      }
      connection.close(NORMAL);
      all.add(connection.read().bytes());
    }
    return all;
  }

  /** Has WebSocket after WebSocket, until all is over. */
  private void talk(int port, int stream) {
    Talk talk = new Talk(PACE_NANOS, () -> over);
    for (int i = 0; !over; i++) {
      String name = stream + "-" + i;
      try (WebSocketConnection connection = new WebSocketConnection(port, "/streams/chat", name)) {
        Talk.End end = talk.with(connection, name);
        received.put(name, end.echoes());
        messages.addAndGet(end.echoes());
        unanswered.addAndGet(end.unanswered());
        ends.addAndGet(end.own() ? 0 : 1);
      } catch (IOException | InterruptedException | RuntimeException e) {
        failures.add("WebSocket " + name + ": " + e);
        return;
      }
    }
  }

  /** Has event stream after event stream, each going on after the last event, until all is over. */
  private void listen(int port, int stream) {
    long last = 0;
    while (!over) {
      long after = last;
      long asked = System.nanoTime();
      EventStream events =
          new EventStream(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
              "/streams/events",
              Ticker.system(),
              () -> over,
              number -> {
                this.events.incrementAndGet();
                if (number == after + 1) {
                  firstEventMillis.add((System.nanoTime() - asked) / 1_000_000);
                }
              });
      try {
        last = events.listen(after);
        ends.addAndGet(over ? 0 : 1);
      } catch (IOException | RuntimeException e) {
        failures.add("event stream " + stream + " after event " + last + ": " + e);
        return;
      }
    }
  }

  private static String url(Launcher roadstead, String path) {
    return "http://" + roadstead.gateway() + "/streams" + path;
  }

  private static void deploy(Launcher roadstead, Path notes, int version) throws Exception {
    String java = ProcessHandle.current().info().command().orElseThrow();
    Path classes =
        Path.of(BenchedService.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    String command =
        "%s -Xmx32m -cp '%s' %s '%s'"
            .formatted(java, classes, BenchedService.class.getName(), notes);
    List<String> line = new ArrayList<>(List.of("deploy", "streams", "--command", command));
    line.addAll(List.of("--version", "v" + version, "--replicas", "2", "--wait"));
    Said said = roadstead.run(line.toArray(String[]::new));
    assertThat(said.exit()).as("deploy version %d: %s", version, said.err()).isZero();
  }
}
