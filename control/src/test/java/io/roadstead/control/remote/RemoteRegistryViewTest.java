package io.roadstead.control.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.control.MemoryPlatform;
import io.roadstead.registry.HeaderEdits;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.PathForm;
import io.roadstead.registry.Route;
import io.roadstead.registry.RouteAction;
import io.roadstead.registry.RouteMatch;
import io.roadstead.registry.Snapshot;
import io.roadstead.registry.Subscriber;
import io.roadstead.registry.SubscriberKind;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class RemoteRegistryViewTest {
  private final List<Snapshot> seen = new CopyOnWriteArrayList<>();

  private static RemoteRegistryView view(URI control, String token) {
    return new RemoteRegistryView(
        new ControlPlane(control, token, "gateway-1", SubscriberKind.GATEWAY), new Random(1));
  }

  @Test
  void itFollowsTheRegistryOfAnotherProcess() throws Exception {
    try (MemoryPlatform platform = MemoryPlatform.open();
        RemoteRegistryView view = view(platform.uri("/"), MemoryPlatform.TOKEN)) {
      platform.register("orders", "a", 20_001);
      platform.registry.routes(
          "orders",
          List.of(
              new Route("shop.example", "/orders", false, List.of("auth")),
              new Route("", "/new", true)
                  .with(
                      new RouteMatch(
                          true, List.of("GET"), Map.of("x-a", "1"), Map.of("q", "*"), Map.of()))
                  .with(
                      new RouteAction(
                          "/n{rest}",
                          Optional.of(new RouteAction.Redirect(301, "/x")),
                          new HeaderEdits(Map.of("x-b", "2"), List.of("x-c")),
                          HeaderEdits.NONE,
                          Set.of(PathForm.DOUBLE_SLASH)))));
      view.start(seen::add);
      assertThat(view.awaitFirst(Duration.ofSeconds(10))).isTrue();
      assertThat(view.platform()).isEqualTo("p1");
      assertThat(view.problem()).isEmpty();
      same(platform, view);
      platform.register("orders", "b", 20_002);
      platform.register("payments", "p", 20_003);
      platform.registry.deregister(new InstanceKey("orders", "a"));
      platform.registry.routes("orders", List.of());
      await().untilAsserted(() -> same(platform, view));
      platform.registry.deregister(new InstanceKey("orders", "b"));
      await().untilAsserted(() -> same(platform, view));
      assertThat(view.snapshot().service("orders")).isNull();
    }
  }

  private static void same(MemoryPlatform platform, RemoteRegistryView view) {
    assertThat(view.snapshot()).isEqualTo(platform.registry.snapshot());
  }

  @Test
  void itIsAskedToAcknowledgeEachSecondAndItsCountsArrive() throws Exception {
    try (MemoryPlatform platform = MemoryPlatform.open();
        RemoteRegistryView view = view(platform.uri("/"), MemoryPlatform.TOKEN)) {
      platform.register("orders", "a", 20_001);
      InstanceKey key = new InstanceKey("orders", "a");
      view.start(
          snapshot -> {
            seen.add(snapshot);
            view.acknowledge(snapshot.version(), Map.of(key, 3));
          });
      await().untilAsserted(() -> assertThat(seen.size()).isGreaterThan(2));
      Subscriber subscriber = platform.subscribers.list().getFirst();
      assertThat(subscriber.kind()).isEqualTo(SubscriberKind.GATEWAY);
      assertThat(subscriber.applied()).isEqualTo(platform.registry.snapshot().version().toString());
      assertThat(platform.subscribers.busy(key, platform.registry.snapshot().version()))
          .isEqualTo(OptionalInt.of(3));
    }
  }

  @Test
  void itKeepsTheLastSnapshotAndFollowsTheNextLifeOfTheControlPlane() throws Exception {
    MemoryPlatform first = MemoryPlatform.open();
    int port = first.port();
    try (RemoteRegistryView view = view(first.uri("/"), MemoryPlatform.TOKEN)) {
      first.register("orders", "a", 20_001);
      view.start(
          snapshot -> {
            seen.add(snapshot);
            view.acknowledge(snapshot.version(), Map.of());
          });
      await().untilAsserted(() -> same(first, view));
      Snapshot last = view.snapshot();
      first.close();
      await().until(() -> !view.problem().isEmpty());
      assertThat(view.snapshot().services()).isEqualTo(last.services());
      try (MemoryPlatform second = new MemoryPlatform("e2", port, Map.of(), List.of())) {
        second.register("orders", "b", 20_002);
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> same(second, view));
        await()
            .untilAsserted(
                () ->
                    assertThat(second.subscribers.list())
                        .anyMatch(subscriber -> subscriber.applied().startsWith("e2.")));
      }
    } finally {
      first.close();
    }
  }

  @Test
  void aRefusedTokenIsToldAndTriedAgain() throws Exception {
    try (MemoryPlatform platform = MemoryPlatform.open();
        RemoteRegistryView view = view(platform.uri("/"), "not the token")) {
      view.start(seen::add);
      await().untilAsserted(() -> assertThat(view.problem()).contains("401", "credential"));
      assertThat(seen).isEmpty();
    }
  }
}
