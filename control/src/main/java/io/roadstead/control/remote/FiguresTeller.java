package io.roadstead.control.remote;

import io.roadstead.control.figures.GatewayCounts;
import io.roadstead.control.figures.GatewayCounts.InService;
import io.roadstead.control.figures.GatewayCounts.OnInstance;
import io.roadstead.control.figures.GatewayCounts.RequestKey;
import io.roadstead.control.figures.GatewayCounts.Requests;
import io.roadstead.control.figures.Telling;
import io.roadstead.control.wire.Json;
import io.roadstead.control.wire.TellingJson;
import io.roadstead.registry.InstanceKey;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the platform each second what a gateway in a process of its own has counted, by a virtual
 * thread of its own, {@code figures}.
 *
 * <p>Counts are from the start of the process on, so it does not matter whether a message arrives.
 * What the platform has confirmed and has not changed since is left out; where the platform says
 * that it knows nothing of this gateway, having been restarted, everything is told again.
 */
public final class FiguresTeller implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FiguresTeller.class);
  private static final Duration PERIOD = Duration.ofSeconds(1);
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final Duration LAST = Duration.ofSeconds(1);
  private static final int MOST_REQUESTS = 250;
  private static final int MOST_INSTANCES = 1_000;

  private final ControlPlane control;
  private final Supplier<GatewayCounts> counts;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(LIMIT)
          .executor(task -> Thread.ofVirtual().name("figures-http").start(task))
          .build();
  private final CountDownLatch closing = new CountDownLatch(1);

  // What the platform has confirmed. Confined to the thread that tells.
  private final Map<RequestKey, Long> toldRequests = new HashMap<>();
  private final Map<String, InService> toldServices = new HashMap<>();
  private final Map<InstanceKey, OnInstance> toldInstances = new HashMap<>();
  private boolean whole = true;

  private @Nullable Thread thread;

  /**
   * @param counts what the gateway has counted; may block for a moment
   */
  public FiguresTeller(ControlPlane control, Supplier<GatewayCounts> counts) {
    this.control = control;
    this.counts = counts;
  }

  public void start() {
    thread = Thread.ofVirtual().name("figures").start(this::run);
  }

  /** Tells a last time what was counted, within a moment, and ends. */
  @Override
  public void close() {
    closing.countDown();
    Thread telling = thread;
    try {
      if (telling != null) {
        telling.join(LAST);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    client.shutdownNow();
  }

  private void run() {
    try {
      boolean last;
      do {
        last = closing.await(PERIOD.toMillis(), TimeUnit.MILLISECONDS);
        try {
          tell();
        } catch (IOException | RuntimeException e) {
          log.debug("the gateway's figures could not be told to {}; they will be", control, e);
        }
      } while (!last);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell() throws IOException, InterruptedException {
    Telling telling = telling(counts.get());
    HttpResponse<String> answer =
        client.send(request(telling), HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException("answered " + answer.statusCode() + ": " + answer.body());
    }
    if (!Json.readOwn(answer.body()).path("known").asBoolean(false)) {
      toldRequests.clear();
      toldServices.clear();
      toldInstances.clear();
      whole = true;
      return;
    }
    for (Requests each : telling.counts().requests()) {
      toldRequests.put(each.key(), each.count());
    }
    toldServices.putAll(telling.counts().services());
    toldInstances.putAll(telling.counts().instances());
    telling.gone().forEach(toldInstances::remove);
    whole &= !telling.complete();
  }

  private Telling telling(GatewayCounts now) {
    boolean complete = true;
    List<Requests> requests = new ArrayList<>();
    for (Requests each : now.requests()) {
      if (each.count() != toldRequests.getOrDefault(each.key(), -1L)) {
        if (requests.size() == MOST_REQUESTS) {
          complete = false;
          break;
        }
        requests.add(each);
      }
    }
    Map<String, InService> services = new HashMap<>(now.services());
    services.entrySet().removeIf(each -> each.getValue().equals(toldServices.get(each.getKey())));
    Map<InstanceKey, OnInstance> instances = new HashMap<>();
    for (Map.Entry<InstanceKey, OnInstance> each : now.instances().entrySet()) {
      if (!each.getValue().equals(toldInstances.get(each.getKey()))) {
        if (instances.size() == MOST_INSTANCES) {
          complete = false;
          break;
        }
        instances.put(each.getKey(), each.getValue());
      }
    }
    List<InstanceKey> gone =
        toldInstances.keySet().stream()
            .filter(key -> !now.instances().containsKey(key))
            .limit(MOST_INSTANCES)
            .toList();
    return new Telling(
        whole,
        complete,
        new GatewayCounts(requests, services, instances, now.clientConnections(), now.counters()),
        gone);
  }

  private HttpRequest request(Telling telling) {
    String name = URLEncoder.encode(control.name(), StandardCharsets.UTF_8);
    return HttpRequest.newBuilder(
            control.address().resolve("/api/v1/gateways/" + name + "/figures"))
        .timeout(LIMIT)
        .header("Authorization", "Bearer " + control.token())
        .header("Content-Type", "application/json")
        .POST(HttpRequest.BodyPublishers.ofByteArray(TellingJson.write(telling)))
        .build();
  }
}
