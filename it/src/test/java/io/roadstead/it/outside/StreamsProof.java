package io.roadstead.it.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.it.outside.Launcher.Said;
import io.roadstead.it.outside.WebSocketConnection.Frame;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
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
  private static final int GOING_AWAY = 1001;
  private static final int NORMAL = 1000;
  private static final int AHEAD = 20;
  private static final long PACE_NANOS = 2_000_000;
  private static final long EVERY = StreamService.EVENT_EVERY_NANOS / 1_000_000;
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir private Path directory;
  private final HttpClient http = HttpClient.newHttpClient();

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
          streams.execute(() -> listen(url(roadstead, "/events"), stream));
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
    for (int i = 0; !over; i++) {
      String name = stream + "-" + i;
      try (WebSocketConnection connection = new WebSocketConnection(port, "/streams/chat", name)) {
        received.put(name, talk(connection, name));
      } catch (IOException | InterruptedException | RuntimeException e) {
        failures.add("WebSocket " + name + ": " + e);
        return;
      }
    }
  }

  /**
   * Sends messages, a few ahead of their echoes, until either side ends it.
   *
   * @return how many echoes came
   */
  private int talk(WebSocketConnection connection, String name)
      throws IOException, InterruptedException {
    Queue<String> underWay = new ConcurrentLinkedQueue<>();
    Semaphore ahead = new Semaphore(AHEAD);
    Thread writer =
        Thread.ofVirtual()
            .name("writer-" + name)
            .start(
                () -> {
                  try {
                    for (int i = 0; !over; i++) {
                      ahead.acquire();
                      LockSupport.parkNanos(PACE_NANOS);
                      String message = name + " says " + i + "!".repeat(i % 300);
                      underWay.add(message);
                      connection.send(
                          WebSocketConnection.TEXT, message.getBytes(StandardCharsets.UTF_8));
                    }
                    connection.close(NORMAL);
                  } catch (IOException | InterruptedException _) {
                    // The other side has ended it: what it said of that is what counts.
                  }
                });
    int count = 0;
    while (true) {
      Frame frame = connection.read();
      if (frame.opcode() == WebSocketConnection.CLOSE) {
        boolean own = over && frame.closeCode() == NORMAL;
        if (!own && frame.closeCode() != GOING_AWAY) {
          throw new IOException("closed with " + frame.closeCode() + " after " + count);
        }
        writer.interrupt();
        writer.join();
        if (!own) {
          ends.incrementAndGet();
          connection.close(GOING_AWAY);
        }
        if (own && !underWay.isEmpty()) {
          throw new IOException(underWay.size() + " messages before the own Close have no echo");
        }
        if (!connection.ends()) {
          throw new IOException("more after the Close");
        }
        unanswered.addAndGet(underWay.size());
        return count;
      }
      String echo = StandardCharsets.UTF_8.decode(frame.payload()).toString();
      String expected = underWay.poll();
      if (!echo.equals(expected)) {
        throw new IOException("instead of '" + expected + "': '" + echo + "'");
      }
      count++;
      messages.incrementAndGet();
      ahead.release();
    }
  }

  /** Has event stream after event stream, each going on after the last event, until all is over. */
  private void listen(String url, int stream) {
    long last = 0;
    while (!over) {
      try {
        last = listen(url, last);
      } catch (IOException | InterruptedException | RuntimeException e) {
        failures.add("event stream " + stream + " after event " + last + ": " + e);
        return;
      }
    }
  }

  private long listen(String url, long after) throws IOException, InterruptedException {
    long asked = System.nanoTime();
    HttpResponse<InputStream> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(url))
                .header("Last-Event-ID", Long.toString(after))
                .build(),
            HttpResponse.BodyHandlers.ofInputStream());
    if (answer.statusCode() != 200) {
      throw new IOException("status " + answer.statusCode());
    }
    long last = after;
    StringBuilder event = new StringBuilder();
    try (InputStream in = answer.body()) {
      // An end before the last chunk is an IOException.
      for (int c = in.read(); c >= 0; c = in.read()) {
        event.append((char) c);
        if (event.indexOf("\n\n") < 0) {
          continue;
        }
        if (last == after) {
          firstEventMillis.add((System.nanoTime() - asked) / 1_000_000);
        }
        last++;
        String expected = "id: " + last + "\ndata: it is event " + last + "\n\n";
        if (!event.toString().equals(expected)) {
          throw new IOException("instead of '" + expected + "': '" + event + "'");
        }
        events.incrementAndGet();
        event.setLength(0);
        if (over) {
          return last;
        }
      }
    }
    if (!event.isEmpty()) {
      throw new IOException("ended within an event: '" + event + "'");
    }
    ends.incrementAndGet();
    return last;
  }

  private static String url(Launcher roadstead, String path) {
    return "http://" + roadstead.gateway() + "/streams" + path;
  }

  private static void deploy(Launcher roadstead, Path notes, int version) throws Exception {
    String java = ProcessHandle.current().info().command().orElseThrow();
    Path classes =
        Path.of(StreamService.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    String command =
        "%s -Xmx32m -cp '%s' %s '%s'"
            .formatted(java, classes, StreamService.class.getName(), notes);
    List<String> line = new ArrayList<>(List.of("deploy", "streams", "--command", command));
    line.addAll(List.of("--version", "v" + version, "--replicas", "2", "--wait"));
    Said said = roadstead.run(line.toArray(String[]::new));
    assertThat(said.exit()).as("deploy version %d: %s", version, said.err()).isZero();
  }
}
