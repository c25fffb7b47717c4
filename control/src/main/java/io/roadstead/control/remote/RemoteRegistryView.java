package io.roadstead.control.remote;

import io.roadstead.control.remote.ServerEvents.ServerEvent;
import io.roadstead.control.wire.Json;
import io.roadstead.control.wire.RegistryJson;
import io.roadstead.registry.Cursor;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.RegistryView;
import io.roadstead.registry.Snapshot;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * The registry of another process, read over its watch: what a gateway on its own reads.
 *
 * <p>One virtual thread, {@code registry-watch}, holds the stream: it connects, resumes where it
 * stands, applies what comes, calls the consumer, and when the stream ends or is silent for {@value
 * #SILENCE_MILLIS} ms it tries again after a pause that grows to {@value #MAX_PAUSE_MILLIS} ms,
 * with jitter. Meanwhile the last snapshot stays. Another, {@code registry-ack}, sends
 * acknowledgements. A control plane that was restarted has another epoch and sends a snapshot by
 * itself.
 *
 * <p>The consumer is called only by the first thread. After each connection it is called at least
 * once, also where nothing has changed, so that it acknowledges to the new stream.
 */
public final class RemoteRegistryView implements RegistryView {
  static final long SILENCE_MILLIS = 5_000;
  static final long MAX_PAUSE_MILLIS = 1_000;

  private static final Logger log = LoggerFactory.getLogger(RemoteRegistryView.class);
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);
  private static final Snapshot NOTHING = new Snapshot(new Cursor("none", 0), Map.of());

  private final ControlPlane control;
  private final RandomGenerator jitter;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_LIMIT)
          .executor(task -> Thread.ofVirtual().name("registry-http").start(task))
          .build();
  private final Acknowledger acknowledger;
  private final RefusalTeller refusals;
  private final CountDownLatch first = new CountDownLatch(1);
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile Snapshot snapshot = NOTHING;
  private volatile String platform = "";
  private volatile String problem = "";

  /** Confined to the watch's thread, as is what it says: that the loss has been logged. */
  private boolean lost;

  /**
   * @param jitter spreads the attempts of many gateways
   */
  public RemoteRegistryView(ControlPlane control, RandomGenerator jitter) {
    this.control = control;
    this.jitter = jitter;
    this.acknowledger = new Acknowledger(control, client);
    this.refusals = new RefusalTeller(control, client);
  }

  @Override
  public Snapshot snapshot() {
    return snapshot;
  }

  @Override
  public void start(Consumer<Snapshot> onSnapshot) {
    acknowledger.start();
    refusals.start();
    Thread.ofVirtual().name("registry-watch").start(() -> run(onSnapshot));
  }

  @Override
  public void acknowledge(Cursor version, Map<InstanceKey, Integer> busy) {
    acknowledger.acknowledge(version, busy);
  }

  @Override
  public void refused(InstanceKey instance) {
    refusals.tell(instance);
  }

  /** Waits for the first snapshot; false where none came within {@code limit}. */
  public boolean awaitFirst(Duration limit) throws InterruptedException {
    return first.await(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The platform's own id, by which gateways of one know each other; "" before it was heard. */
  public String platform() {
    return platform;
  }

  /** Why there is no stream now, for a person; "" where there is one. */
  public String problem() {
    return problem;
  }

  @Override
  public void close() {
    closing.countDown();
    refusals.close();
    acknowledger.leave();
    client.shutdownNow();
  }

  private void run(Consumer<Snapshot> onSnapshot) {
    int failures = 0;
    try {
      while (closing.getCount() > 0) {
        boolean heard = false;
        try {
          heard = follow(onSnapshot);
        } catch (IOException | RuntimeException e) {
          heard = problem.isEmpty();
          failed(e);
        }
        acknowledger.stream("");
        failures = heard ? 0 : Math.min(failures + 1, 16);
        long pause = Math.min(MAX_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << failures);
        if (closing.await(jitter.nextLong(pause / 2, pause + 1), TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void failed(Exception e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    if (closing.getCount() > 0 && !lost) {
      lost = true;
      log.warn("{}: the control plane is lost: {}; routing goes on as it was", control, message);
    }
    problem = message;
  }

  /** Holds one stream for as long as it lives. */
  private boolean follow(Consumer<Snapshot> onSnapshot) throws IOException, InterruptedException {
    LineQueue lines = new LineQueue();
    CompletableFuture<Integer> status = new CompletableFuture<>();
    CompletableFuture<HttpResponse<Void>> exchange =
        client.sendAsync(
            request(),
            info -> {
              status.complete(info.statusCode());
              return HttpResponse.BodySubscribers.fromLineSubscriber(lines);
            });
    CompletableFuture<?> _ =
        exchange.whenComplete(
            (_, e) -> {
              if (e != null) {
                status.completeExceptionally(e);
              }
            });
    try {
      int code = status.get(SILENCE_MILLIS, TimeUnit.MILLISECONDS);
      if (code != 200) {
        throw refused(code, lines);
      }
      read(new ServerEvents(lines), onSnapshot);
      return true;
    } catch (ExecutionException e) {
      throw new IOException("cannot be reached: " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new IOException("has not answered within " + SILENCE_MILLIS + " ms", e);
    } finally {
      exchange.cancel(true);
    }
  }

  private void read(ServerEvents events, Consumer<Snapshot> onSnapshot)
      throws IOException, InterruptedException {
    boolean fresh = true;
    while (closing.getCount() > 0) {
      ServerEvent event = events.next(SILENCE_MILLIS);
      JsonNode data = Json.readOwn(event.data());
      switch (event.name()) {
        case "stream" -> {
          acknowledger.stream(data.path("stream").asString(""));
          platform = data.path("platform").asString("");
          if (lost) {
            lost = false;
            log.info("{}: the control plane is back", control);
          }
          problem = "";
          continue;
        }
        case "snapshot" -> snapshot = RegistryJson.readSnapshot(data);
        case "change" -> snapshot = RegistryJson.apply(snapshot, data);
        case "version" ->
            snapshot = new Snapshot(RegistryJson.readVersion(data), snapshot.services());
        default -> {
          continue; // a newer control plane's word that this reader does not need
        }
      }
      if (fresh) {
        fresh = false;
        first.countDown();
      }
      onSnapshot.accept(snapshot);
    }
  }

  private HttpRequest request() {
    Snapshot now = snapshot;
    StringBuilder query =
        new StringBuilder("/api/v1/watch?subscriber=").append(encode(control.name()));
    query.append("&kind=").append(control.kind().name().toLowerCase(Locale.ROOT));
    if (!now.equals(NOTHING)) {
      query.append("&since=").append(encode(now.version().toString()));
    }
    URI uri = control.address().resolve(query.toString());
    return HttpRequest.newBuilder(uri)
        .header("Authorization", "Bearer " + control.token())
        .header("Accept", "text/event-stream")
        .GET()
        .build();
  }

  private static IOException refused(int code, LineQueue lines) throws InterruptedException {
    try {
      JsonNode problem = Json.readOwn(lines.next(1_000));
      return new IOException("answered " + code + ": " + problem.path("detail").asString(""));
    } catch (IOException | RuntimeException e) {
      return new IOException("answered " + code);
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
