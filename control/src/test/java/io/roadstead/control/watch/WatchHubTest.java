package io.roadstead.control.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.roadstead.control.http.Call;
import io.roadstead.control.http.Caller;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Subscribers;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WatchHubTest {
  @Test
  void aStreamThatCannotBeginLeavesNoSubscriberToWaitFor() {
    AtomicLong nanos = new AtomicLong();
    Registry registry = new Registry("e1", () -> Instant.EPOCH, nanos::get, _ -> {});
    Subscribers subscribers = new Subscribers("e1", () -> Instant.EPOCH, nanos::get, _ -> {});
    Vertx vertx = Vertx.vertx();
    try {
      WatchHub hub =
          new WatchHub(
              vertx,
              vertx.getOrCreateContext(),
              registry,
              subscribers,
              "p1",
              () -> true,
              nanos::get);
      HttpServerRequest broken =
          (HttpServerRequest)
              Proxy.newProxyInstance(
                  getClass().getClassLoader(),
                  new Class<?>[] {HttpServerRequest.class},
                  (_, _, _) -> {
                    throw new IllegalStateException("the head has been written");
                  });
      Call call =
          new Call(
              new Caller.Operator("token"),
              Map.of(),
              Map.of("subscriber", List.of("gw"), "kind", List.of("gateway")),
              "",
              "",
              "",
              false,
              new byte[0]);

      assertThatThrownBy(() -> hub.stream(call, broken)).hasMessageContaining("has been written");

      nanos.addAndGet(TimeUnit.SECONDS.toNanos(4));
      subscribers.sweep();
      assertThat(subscribers.list()).isEmpty();
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }
}
