package io.roadstead.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.control.EventReader.ServerEvent;
import io.roadstead.registry.Registration;
import io.roadstead.registry.Status;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

@Timeout(60)
class ConsoleStreamTest {
  private static final String STREAM = "/api/v1/console/stream";

  private static JsonNode named(JsonNode list, String key, String value) {
    return StreamSupport.stream(list.spliterator(), false)
        .filter(one -> one.path(key).asString("").equals(value))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + key + " " + value + " in " + list));
  }

  private static boolean has(JsonNode list, String key, String value) {
    return StreamSupport.stream(list.spliterator(), false)
        .anyMatch(one -> one.path(key).asString("").equals(value));
  }

  @Test
  void theWholeComesFirstAndThenWhatChanges() throws Exception {
    try (MemoryPlatform platform = MemoryPlatform.open()) {
      platform.register("orders", "orders-1", 20_001);
      try (EventReader console = new EventReader(platform.port(), STREAM)) {
        assertThat(console.head).anyMatch(line -> line.contains("text/event-stream"));
        ServerEvent first = console.next();
        assertThat(first.name()).isEqualTo("state");
        JsonNode state = first.data();
        assertThat(Instant.parse(state.path("at").asString()))
            .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
        assertThat(state.path("version").asString()).startsWith("e1.");
        assertThat(state.path("platform").path("id").asString()).isEqualTo("p1");
        assertThat(state.path("platform").path("ready").asBoolean()).isTrue();
        JsonNode orders = named(state.path("services"), "name", "orders");
        assertThat(orders.path("managed").asBoolean()).isFalse();
        assertThat(orders.path("ready").asInt()).isEqualTo(1);
        JsonNode instance = orders.path("instances").get(0);
        assertThat(instance.path("status").asString()).isEqualTo("UP");
        assertThat(instance.has("inFlight")).isFalse();
        assertThat(state.path("routes").get(0).path("path").asString()).isEqualTo("/orders");
        assertThat(state.path("rollouts").isArray()).isTrue();
        assertThat(state.path("subscribers").isArray()).isTrue();

        platform.register("payments", "payments-1", 20_002);
        JsonNode change = console.next("change").data();
        assertThat(named(change.path("services"), "name", "payments").path("ready").asInt())
            .isEqualTo(1);
        assertThat(has(change.path("services"), "name", "orders")).as("unchanged").isFalse();
        assertThat(change.has("platform")).isFalse();
        assertThat(change.path("routes")).hasSize(2);
        assertThat(change.path("version").asString())
            .isNotEqualTo(state.path("version").asString());

        platform.registry.deregister(new io.roadstead.registry.InstanceKey("orders", "orders-1"));
        JsonNode removed = console.next("change").data();
        assertThat(removed.path("servicesRemoved").toString()).isEqualTo("[\"orders\"]");
      }
    }
  }

  @Test
  void aRollOutIsFollowedToItsEnd() throws Exception {
    try (MemoryPlatform platform = MemoryPlatform.open();
        EventReader console = new EventReader(platform.port(), STREAM)) {
      assertThat(console.next().name()).isEqualTo("state");
      String rollout =
          MemoryPlatform.json(
                  platform.send("PUT", "/api/v1/services/orders", "{\"command\":\"run\"}"))
              .path("rollout")
              .asString();
      List<String> states = new ArrayList<>();
      JsonNode service = MemoryPlatform.json("{}");
      boolean told = false;
      while (!states.contains("succeeded") || !told) {
        JsonNode change = console.next("change").data();
        if (has(change.path("rollouts"), "id", rollout)) {
          JsonNode one = named(change.path("rollouts"), "id", rollout);
          states.add(one.path("state").asString());
          assertThat(one.path("steps").isArray()).isTrue();
        }
        if (has(change.path("services"), "name", "orders")) {
          service = named(change.path("services"), "name", "orders");
        }
        told |= has(change.path("events"), "rollout", rollout);
      }
      assertThat(states).last().isEqualTo("succeeded");
      assertThat(service.path("rollout").asString()).isEqualTo(rollout);
      JsonNode instance = service.path("instances").get(0);
      assertThat(instance.path("pid").asInt()).isEqualTo(1_001);
      assertThat(Instant.parse(instance.path("startedAt").asString())).isBefore(Instant.now());
      assertThat(instance.has("ageMillis")).as("would differ each time").isFalse();
      JsonNode whole = platform.getJson("/api/v1/console/state");
      assertThat(named(whole.path("rollouts"), "id", rollout).path("state").asString())
          .isEqualTo("succeeded");
      assertThat(has(whole.path("events"), "rollout", rollout)).isTrue();
    }
  }

  private static void registerMany(MemoryPlatform platform, int round) {
    for (int i = 0; i < 400; i++) {
      platform.registry.register(
          new Registration(
              "big",
              "big-" + i,
              "127.0.0.1",
              "",
              21_000 + i,
              false,
              Status.UP,
              100,
              Map.of("round", Integer.toString(round), "text", "x".repeat(3_000)),
              Duration.ofSeconds(90),
              null));
    }
  }

  private static int round(JsonNode data) {
    JsonNode last = null;
    for (JsonNode instance : named(data.path("services"), "name", "big").path("instances")) {
      last = instance;
    }
    return last == null ? -1 : Integer.parseInt(last.path("metadata").path("round").asString("-1"));
  }

  @Test
  void aSlowReaderSkipsToWhatIsThen() throws Exception {
    int rounds = 8;
    try (MemoryPlatform platform = MemoryPlatform.open()) {
      registerMany(platform, 0);
      try (EventReader slow = new EventReader(platform.port(), STREAM);
          EventReader quick = new EventReader(platform.port(), STREAM)) {
        assertThat(slow.next().name()).isEqualTo("state");
        assertThat(quick.next().name()).isEqualTo("state");
        for (int i = 1; i <= rounds; i++) {
          registerMany(platform, i);
          JsonNode seen = quick.next("change").data();
          while (!has(seen.path("services"), "name", "big") || round(seen) < i) {
            seen = quick.next("change").data();
          }
        }
        int frames = 0;
        ServerEvent event = slow.next();
        while (event.name().equals("change")) {
          frames++;
          assertThat(frames).as("frames kept for a reader that took none").isLessThan(rounds);
          event = slow.next();
        }
        assertThat(event.name()).isEqualTo("state");
        assertThat(round(event.data())).isEqualTo(rounds);
      }
    }
  }

  @Test
  void noDrainWaitsForIt() throws Exception {
    try (MemoryPlatform platform = MemoryPlatform.open();
        EventReader console = new EventReader(platform.port(), STREAM)) {
      assertThat(console.next().name()).isEqualTo("state");
      assertThat(platform.subscribers.list()).isEmpty();
    }
  }

  @Test
  void soManyStreamsAreTaken() throws Exception {
    try (MemoryPlatform platform = MemoryPlatform.open()) {
      List<EventReader> open = new ArrayList<>();
      try {
        for (int i = 0; i < 200; i++) {
          open.add(new EventReader(platform.port(), STREAM));
        }
        try (EventReader more = new EventReader(platform.port(), STREAM)) {
          assertThat(more.status).isEqualTo(503);
        }
      } finally {
        for (EventReader each : open) {
          each.close();
        }
      }
      await().untilAsserted(() -> assertThat(status(platform)).isEqualTo(200));
    }
  }

  private static int status(MemoryPlatform platform) throws IOException {
    try (EventReader one = new EventReader(platform.port(), STREAM)) {
      return one.status;
    }
  }
}
