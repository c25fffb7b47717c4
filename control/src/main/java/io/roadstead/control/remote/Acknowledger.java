package io.roadstead.control.remote;

import io.roadstead.control.wire.Json;
import io.roadstead.registry.Cursor;
import io.roadstead.registry.InstanceKey;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Sends acknowledgements, one at a time, by a virtual thread of its own. Only the newest waits: a
 * newer one says all that an older one did. One that could not be sent is tried again until a newer
 * one replaces it or its stream is over. Safe from any thread; guarded by one lock.
 */
final class Acknowledger {
  private static final Logger log = LoggerFactory.getLogger(Acknowledger.class);
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final Duration LEAVE_LIMIT = Duration.ofSeconds(1);
  private static final long RETRY_MILLIS = 200;

  private record Ack(String stream, Cursor version, Map<InstanceKey, Integer> busy) {}

  private final ControlPlane control;
  private final HttpClient client;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();
  private String stream = "";
  private @Nullable Ack waiting;
  private boolean open = true;

  Acknowledger(ControlPlane control, HttpClient client) {
    this.control = control;
    this.client = client;
  }

  void start() {
    Thread.ofVirtual().name("registry-ack").start(this::run);
  }

  /** The stream that acknowledgements belong to from now on; "" for none. */
  void stream(String id) {
    lock.lock();
    try {
      stream = id;
      waiting = null;
    } finally {
      lock.unlock();
    }
  }

  /** Does nothing while there is no stream: the next one asks again. */
  void acknowledge(Cursor version, Map<InstanceKey, Integer> busy) {
    lock.lock();
    try {
      if (!stream.isEmpty()) {
        waiting = new Ack(stream, version, Map.copyOf(busy));
        news.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Ends, and says so to the control plane, where that answers soon. */
  void leave() {
    String last;
    lock.lock();
    try {
      last = open ? stream : "";
      open = false;
      news.signal();
    } finally {
      lock.unlock();
    }
    if (!last.isEmpty()) {
      sayLeft(last);
    }
  }

  private void sayLeft(String last) {
    String path = "/api/v1/subscribers/" + encode(control.name()) + "?stream=" + encode(last);
    HttpRequest request =
        HttpRequest.newBuilder(control.address().resolve(path))
            .timeout(LEAVE_LIMIT)
            .header("Authorization", "Bearer " + control.token())
            .DELETE()
            .build();
    try {
      var _ = client.send(request, HttpResponse.BodyHandlers.discarding());
    } catch (IOException e) {
      log.debug("the control plane was not told that {} leaves: its lease ends soon", control, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private void run() {
    try {
      for (Ack ack = take(); ack != null; ack = take()) {
        if (!send(ack)) {
          again(ack);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable Ack take() throws InterruptedException {
    lock.lock();
    try {
      while (open && waiting == null) {
        news.await();
      }
      Ack ack = waiting;
      waiting = null;
      return open ? ack : null;
    } finally {
      lock.unlock();
    }
  }

  private void again(Ack ack) throws InterruptedException {
    lock.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS);
      while (open && waiting == null && left > 0) {
        left = news.awaitNanos(left);
      }
      if (waiting == null && ack.stream().equals(stream)) {
        waiting = ack;
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean send(Ack ack) throws InterruptedException {
    ObjectNode body =
        Json.object()
            .put("subscriber", control.name())
            .put("stream", ack.stream())
            .put("version", ack.version().toString());
    ObjectNode busy = body.putObject("busy");
    ack.busy().forEach((key, count) -> busy.put(key.toString(), count));
    HttpRequest request =
        HttpRequest.newBuilder(control.address().resolve("/api/v1/watch/ack"))
            .timeout(LIMIT)
            .header("Authorization", "Bearer " + control.token())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(body)))
            .build();
    try {
      HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 204) {
        log.warn(
            "the control plane answered an acknowledgement with {}: {}",
            answer.statusCode(),
            answer.body());
      }
      return answer.statusCode() < 500;
    } catch (IOException e) {
      log.debug("an acknowledgement of {} could not be sent", ack.version(), e);
      return false;
    }
  }
}
