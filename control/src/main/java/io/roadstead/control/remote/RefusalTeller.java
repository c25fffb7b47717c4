package io.roadstead.control.remote;

import io.roadstead.control.wire.Json;
import io.roadstead.registry.InstanceKey;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tells the control plane which instances refused a connection, by a virtual thread of its own: at
 * once, and those that come while one message is under way together in the next. One that cannot be
 * delivered is forgotten: who is refused again says so again. Safe from any thread; guarded by one
 * lock.
 */
final class RefusalTeller {
  private static final Logger log = LoggerFactory.getLogger(RefusalTeller.class);
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final int MOST_WAITING = 1_000;

  private final ControlPlane control;
  private final HttpClient client;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();
  private final Set<InstanceKey> waiting = new LinkedHashSet<>();
  private boolean open = true;

  RefusalTeller(ControlPlane control, HttpClient client) {
    this.control = control;
    this.client = client;
  }

  void start() {
    Thread.ofVirtual().name("registry-refusals").start(this::run);
  }

  void tell(InstanceKey instance) {
    lock.lock();
    try {
      if (open && waiting.size() < MOST_WAITING && waiting.add(instance)) {
        news.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      open = false;
      news.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      for (List<InstanceKey> some = take(); !some.isEmpty(); some = take()) {
        send(some);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** All that wait; none when it is closed. */
  private List<InstanceKey> take() throws InterruptedException {
    lock.lock();
    try {
      while (open && waiting.isEmpty()) {
        news.await();
      }
      List<InstanceKey> all = open ? List.copyOf(waiting) : List.of();
      waiting.clear();
      return all;
    } finally {
      lock.unlock();
    }
  }

  private void send(List<InstanceKey> instances) throws InterruptedException {
    ObjectNode body = Json.object();
    ArrayNode list = body.putArray("instances");
    instances.forEach(instance -> list.add(instance.toString()));
    String name = URLEncoder.encode(control.name(), StandardCharsets.UTF_8);
    HttpRequest request =
        HttpRequest.newBuilder(control.address().resolve("/api/v1/gateways/" + name + "/refused"))
            .timeout(LIMIT)
            .header("Authorization", "Bearer " + control.token())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(body)))
            .build();
    try {
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 204) {
        log.debug("{} answered refusals with {}", control, answer.statusCode());
      }
    } catch (IOException e) {
      log.debug("{} could not be told of refusals", control, e);
    }
  }
}
