package io.roadstead.eureka;

import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Subscribers;
import io.roadstead.registry.event.EventSink;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/** The interface over a real registry, with a clock that the test steps. */
final class Wire implements AutoCloseable {
  static final long START_MILLIS = 1_790_000_000_200L;

  private final AtomicLong nanos = new AtomicLong();
  final Registry registry;
  final Subscribers subscribers;
  final EurekaInterface eureka;
  private boolean delivers = true;

  Wire() {
    this(PollerIdentity.NONE, InstanceCredentials.NONE);
  }

  Wire(PollerIdentity pollers, InstanceCredentials credentials) {
    this(pollers, credentials, Runnable::run);
  }

  /**
   * @param listeners runs what the registry tells its listeners
   */
  Wire(PollerIdentity pollers, InstanceCredentials credentials, Executor listeners) {
    registry = new Registry("t", this::now, nanos::get, EventSink.NONE, listeners);
    subscribers = new Subscribers("t", this::now, nanos::get, EventSink.NONE);
    eureka =
        new EurekaInterface(registry, subscribers, this::now, nanos::get, pollers, credentials);
    eureka.start();
  }

  private Instant now() {
    return Instant.ofEpochMilli(START_MILLIS).plusNanos(nanos.get());
  }

  void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  /** From now on no answer reaches whom it is for. */
  void loseAnswers() {
    delivers = false;
  }

  EurekaResponse send(String method, String target, byte[] body, String... headers) {
    Map<String, String> given = headers(headers);
    int question = target.indexOf('?');
    EurekaResponse response =
        eureka.handle(
            new EurekaRequest(
                method,
                question < 0 ? target : target.substring(0, question),
                question < 0 ? "" : target.substring(question + 1),
                given::get,
                "10.9.9.9",
                body));
    if (delivers) {
      response.written().run();
    }
    return response;
  }

  /** JSON both ways, where nothing else is said; "" takes a header away. */
  private static Map<String, String> headers(String... pairs) {
    Map<String, String> given = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    given.put("Accept", "application/json");
    given.put("Content-Type", "application/json");
    for (int i = 0; i < pairs.length; i += 2) {
      given.put(pairs[i], pairs[i + 1]);
    }
    given.values().removeIf(String::isEmpty);
    return given;
  }

  EurekaResponse get(String target, String... headers) {
    return send("GET", target, new byte[0], headers);
  }

  EurekaResponse put(String target, String... headers) {
    return send("PUT", target, new byte[0], headers);
  }

  EurekaResponse delete(String target, String... headers) {
    return send("DELETE", target, new byte[0], headers);
  }

  EurekaResponse post(String target, String body, String... headers) {
    return send("POST", target, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  /** Registers a plain instance whose data has the given version. */
  EurekaResponse register(String app, String id, String status, long dirtyMillis) {
    return post(
        "/eureka/apps/" + app,
        """
        {"instance":{"app":"%s","instanceId":"%s","hostName":"h","ipAddr":"127.0.0.1",
        "port":{"$":8080,"@enabled":"true"},"vipAddress":"%s,all","secureVipAddress":"s-%s",
        "dataCenterInfo":{"name":"MyOwn"},"status":"%s","lastDirtyTimestamp":"%d"}}\
        """
            .formatted(app, id, app, app, status, dirtyMillis));
  }

  static String text(EurekaResponse response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  /** The status word of an instance, as a client reads it. */
  String status(String app, String id) {
    return field(app, id, "status");
  }

  String field(String app, String id, String name) {
    return Golden.tree(get("/eureka/apps/" + app + "/" + id).body())
        .at("/instance/" + name)
        .asString();
  }

  static InstanceKey key(String app, String id) {
    return new InstanceKey(app, id);
  }

  @Override
  public void close() {
    eureka.close();
  }
}
