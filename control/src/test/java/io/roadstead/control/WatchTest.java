package io.roadstead.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.roadstead.control.EventReader.ServerEvent;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Registration;
import io.roadstead.registry.Route;
import io.roadstead.registry.Status;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class WatchTest {
  private static final String CREDENTIAL = "Authorization: Bearer " + MemoryPlatform.TOKEN;

  private MemoryPlatform platform;

  @BeforeEach
  void open() {
    platform = MemoryPlatform.open();
  }

  @AfterEach
  void close() {
    platform.close();
  }

  @Test
  void anObserverGetsItsStreamThenASnapshotThenEachChange() throws Exception {
    platform.register("orders", "a", 20_001);
    try (EventReader reader = new EventReader(platform.port(), "/api/v1/watch")) {
      assertThat(reader.head).contains("Content-Type: text/event-stream");
      ServerEvent stream = reader.next();
      assertThat(stream.name()).isEqualTo("stream");
      assertThat(stream.data().path("stream").asString()).isNotEmpty();
      assertThat(stream.data().path("platform").asString()).isEqualTo("p1");
      ServerEvent snapshot = reader.next();
      assertThat(snapshot.name()).isEqualTo("snapshot");
      assertThat(snapshot.id()).isEqualTo(snapshot.data().path("version").asString());
      assertThat(snapshot.data().path("services").path(0).path("name").asString())
          .isEqualTo("orders");

      platform.register("orders", "b", 20_002);
      ServerEvent put = reader.next("change");
      assertThat(put.data().path("changes").path(0).path("type").asString()).isEqualTo("put");
      assertThat(put.data().path("changes").path(0).path("instance").path("id").asString())
          .isEqualTo("b");

      platform.registry.deregister(new InstanceKey("orders", "b"));
      ServerEvent remove = reader.next("change");
      assertThat(remove.data().path("changes").path(0))
          .isEqualTo(
              MemoryPlatform.json("{\"type\":\"remove\",\"service\":\"orders\",\"id\":\"b\"}"));

      platform.registry.routes("orders", List.of(new Route("", "/orders", true)));
      ServerEvent facts = reader.next("change");
      assertThat(facts.data().path("changes").path(0))
          .isEqualTo(
              MemoryPlatform.json(
                  "{\"type\":\"service\",\"service\":\"orders\",\"routes\":[{\"host\":\"\","
                      + "\"path\":\"/orders\",\"strip\":true}]}"));
    }
  }

  @Test
  void aSubscriberIsRefusedUntilTheRegistryIsWholeAfterAStart() throws Exception {
    platform.ready = false;
    var refused = platform.send("GET", "/api/v1/watch?subscriber=g&kind=gateway");
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.headers().firstValue("Retry-After")).isPresent();
    assertThat(platform.subscribers.list()).isEmpty();
  }

  @Test
  void aCursorIsResumedWithWhatWasMissed() throws Exception {
    platform.register("orders", "a", 20_001);
    String since = platform.getJson("/api/v1/registry").path("version").asString();
    platform.register("orders", "b", 20_002);
    for (String[] how :
        new String[][] {{"?since=" + since, "X-None: 1"}, {"", "Last-Event-ID: " + since}}) {
      try (EventReader reader =
          new EventReader(platform.port(), "/api/v1/watch" + how[0], how[1])) {
        reader.next("stream");
        ServerEvent next = reader.next();
        assertThat(next.name()).isEqualTo("change");
        assertThat(next.data().path("changes").size()).isEqualTo(1);
      }
    }
  }

  @Test
  void aCursorOfAnotherEpochIsAnsweredByASnapshot() throws Exception {
    platform.register("orders", "a", 20_001);
    for (String since : List.of("e0.7", "nonsense", "e1.999999")) {
      try (EventReader reader = new EventReader(platform.port(), "/api/v1/watch?since=" + since)) {
        reader.next("stream");
        assertThat(reader.next().name()).isEqualTo("snapshot");
      }
    }
  }

  /** It has to acknowledge to its new stream at once: a drain may wait for it. */
  @Test
  void aSubscriberThatResumesIsToldWhereItStandsAtOnce() throws Exception {
    platform.register("orders", "a", 20_001);
    String since = platform.registry.snapshot().version().toString();
    List<Long> resumed = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      try (EventReader reader =
          new EventReader(
              platform.port(), "/api/v1/watch?subscriber=g1&since=" + since, CREDENTIAL)) {
        reader.next("stream");
        long began = System.nanoTime();
        assertThat(reader.next().data().path("version").asString()).isEqualTo(since);
        resumed.add(System.nanoTime() - began);
      }
    }
    // Else it is told by a tick, and who resumes just after one waits for almost a second.
    assertThat(Collections.max(resumed)).isLessThan(Duration.ofMillis(600).toNanos());
  }

  /** Its numbers are another life's: the same number there is another registry. */
  @Test
  void aCursorOfAnotherEpochIsNotResumedThoughItsNumberIsKnown() throws Exception {
    platform.register("orders", "a", 20_001);
    platform.register("orders", "b", 20_002);
    try (EventReader known = new EventReader(platform.port(), "/api/v1/watch?since=e1.1");
        EventReader other = new EventReader(platform.port(), "/api/v1/watch?since=e0.1")) {
      known.next("stream");
      assertThat(known.next().name()).as("of this epoch").isEqualTo("change");
      other.next("stream");
      assertThat(other.next().name()).as("of another epoch").isEqualTo("snapshot");
    }
  }

  @Test
  void onlyTheServicesAskedForAreSeen() throws Exception {
    platform.register("payments", "p", 20_009);
    try (EventReader reader =
        new EventReader(platform.port(), "/api/v1/watch?service=ORDERS,front")) {
      assertThat(reader.next("snapshot").data().path("services").size()).isZero();
      platform.register("payments", "q", 20_008);
      platform.register("orders", "a", 20_001);
      ServerEvent change = reader.next("change");
      assertThat(change.data().path("changes").size()).isEqualTo(1);
      assertThat(change.data().path("changes").path(0).path("instance").path("id").asString())
          .isEqualTo("a");
    }
  }

  @Test
  void aNamedSubscriberNeedsACredential() throws Exception {
    try (EventReader reader =
        new EventReader(platform.port(), "/api/v1/watch?subscriber=console")) {
      assertThat(reader.status).isEqualTo(401);
    }
    assertThat(platform.getJson("/api/v1/subscribers").size()).isZero();
  }

  @Test
  void aNamedSubscriberIsToldTheVersionEachSecondAndAcknowledgesIt() throws Exception {
    platform.register("orders", "a", 20_001);
    try (EventReader reader =
        new EventReader(
            platform.port(),
            "/api/v1/watch?subscriber=g1&kind=gateway&service=orders",
            CREDENTIAL)) {
      String stream = reader.next("stream").data().path("stream").asString();
      String version = reader.next("version").data().path("version").asString();
      assertThat(ack("g1", "another", version)).isEqualTo(204);
      assertThat(subscriber().path("applied").asString()).isEmpty();
      assertThat(ack("g1", stream, "e0.1")).isEqualTo(204);
      assertThat(subscriber().path("applied").asString()).isEmpty();
      assertThat(ack("g1", stream, "e1.99999")).as("yet to come").isEqualTo(204);
      assertThat(subscriber().path("applied").asString()).isEmpty();
      assertThat(ack("g1", stream, version)).isEqualTo(204);
      assertThat(subscriber().path("applied").asString()).isEqualTo(version);
      assertThat(subscriber().path("kind").asString()).isEqualTo("gateway");
      assertThat(subscriber().path("service").asString()).isEqualTo("orders");
      assertThat(subscriber().path("lagging").asBoolean()).isFalse();
    }
  }

  @Test
  void anAcknowledgementWithoutCredentialOrWithAWrongBodyIsRefused() throws Exception {
    assertThat(
            platform
                .send(
                    platform
                        .request("/api/v1/watch/ack")
                        .header("Content-Type", "application/json")
                        .POST(
                            HttpRequest.BodyPublishers.ofString(
                                "{\"subscriber\":\"g\",\"stream\":\"s\",\"version\":\"e1.1\"}")))
                .statusCode())
        .isEqualTo(401);
    var wrong =
        platform.send("POST", "/api/v1/watch/ack", "{\"subscriber\":\"g\",\"busy\":{\"x\":-1}}");
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(wrong.body()).contains("stream", "version", "busy");
  }

  @Test
  void aNewStreamUnderANameEndsTheOlder() throws Exception {
    String path = "/api/v1/watch?subscriber=g1";
    try (EventReader older = new EventReader(platform.port(), path, CREDENTIAL)) {
      String first = older.next("stream").data().path("stream").asString();
      try (EventReader newer = new EventReader(platform.port(), path, CREDENTIAL)) {
        assertThat(newer.next("stream").data().path("stream").asString()).isNotEqualTo(first);
        assertThatThrownBy(
                () -> {
                  while (true) {
                    older.next();
                  }
                })
            .isInstanceOf(IOException.class)
            .hasMessageContaining("ended");
        newer.next("version");
        newer.next("version");
      }
    }
  }

  @Test
  void aReaderThatFellBehindGetsAFreshSnapshotAndTheOthersAreNotHeldUp() throws Exception {
    int rounds = 30;
    int perRound = 100;
    try (EventReader slow = new EventReader(platform.port(), "/api/v1/watch");
        EventReader quick = new EventReader(platform.port(), "/api/v1/watch")) {
      slow.next("snapshot");
      quick.next("snapshot");
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < perRound; i++) {
          large("instance-" + round + "-" + i);
        }
        readTo(platform.registry.snapshot().version().toString(), quick);
      }
      List<ServerEvent> late = readTo(platform.registry.snapshot().version().toString(), slow);
      assertThat(late)
          .filteredOn(event -> event.name().equals("snapshot"))
          .as("a snapshot after falling behind, among %s events", late.size())
          .isNotEmpty();
      assertThat(late.stream().mapToInt(event -> event.data().path("changes").size()).sum())
          .isLessThan(rounds * perRound);
    }
  }

  @Test
  void aReaderThatFellBehindByFewChangesGetsAFreshSnapshotToo() throws Exception {
    int missed = 250;
    try (EventReader slow = new EventReader(platform.port(), "/api/v1/watch");
        EventReader clock =
            new EventReader(platform.port(), "/api/v1/watch?subscriber=clock", CREDENTIAL)) {
      slow.next("snapshot");
      clock.next("snapshot");
      for (int i = 0; i < missed; i++) {
        large("instance-" + i, 48_000); // 12 MB, more than the system takes
        readTo(platform.registry.snapshot().version().toString(), clock);
      }
      clock.next("version"); // each second
      clock.next("version");
      ServerEvent fresh = slow.next();
      while (fresh.name().equals("change")) {
        fresh = slow.next();
      }
      assertThat(fresh.name()).isEqualTo("snapshot");
      assertThat(fresh.id()).isEqualTo(platform.registry.snapshot().version().toString());
      assertThat(fresh.data().path("services").path(0).path("instances")).hasSize(missed);
      large("after", 0);
      ServerEvent next = news(slow);
      assertThat(next.data().path("changes")).as("told as others again, by %s", next).hasSize(1);
    }
  }

  @Test
  void aReaderThatIsLongInTakingItsSnapshotHearsOfTheRestByChanges() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      large("instance-" + i); // 4 MB, more than the system takes of what is not read
    }
    try (EventReader slow = new EventReader(platform.port(), "/api/v1/watch");
        EventReader clock =
            new EventReader(platform.port(), "/api/v1/watch?subscriber=clock", CREDENTIAL)) {
      clock.next("snapshot");
      platform.register("orders", "a", 20_001);
      clock.next("version");
      clock.next("version");
      slow.next("snapshot");
      ServerEvent rest = news(slow);
      assertThat(rest.name()).isEqualTo("change");
      assertThat(rest.data().path("changes")).hasSize(1);
    }
  }

  private static ServerEvent news(EventReader reader) throws IOException {
    ServerEvent event = reader.next();
    while (event.name().equals("version")) {
      event = reader.next();
    }
    return event;
  }

  /** Registers an instance of 4 KB. */
  private void large(String id) {
    large(id, 4_000);
  }

  private void large(String id, int bytes) {
    Map<String, String> notes = new HashMap<>();
    for (int left = bytes; left > 0; left -= 4_000) {
      notes.put("note-" + left, "x".repeat(Math.min(left, 4_000)));
    }
    platform.registry.register(
        new Registration(
            "orders",
            id,
            "127.0.0.1",
            "",
            20_001,
            false,
            Status.UP,
            100,
            notes,
            Duration.ofSeconds(90),
            null));
  }

  private static List<ServerEvent> readTo(String version, EventReader reader) throws IOException {
    List<ServerEvent> seen = new ArrayList<>();
    do {
      seen.add(reader.next());
    } while (!seen.getLast().id().equals(version));
    return seen;
  }

  @Test
  void aStreamThatItsReaderClosedIsForgotten() throws Exception {
    try (EventReader reader =
        new EventReader(platform.port(), "/api/v1/watch?subscriber=g1", CREDENTIAL)) {
      reader.next("snapshot");
    }
    platform.subscribers.sweep();
    await()
        .untilAsserted(
            () -> {
              platform.subscribers.sweep();
              assertThat(platform.getJson("/api/v1/subscribers").size()).isZero();
            });
  }

  private int ack(String name, String stream, String version) throws Exception {
    return platform
        .send(
            "POST",
            "/api/v1/watch/ack",
            "{\"subscriber\":\"%s\",\"stream\":\"%s\",\"version\":\"%s\",\"busy\":{\"orders/a\":0}}"
                .formatted(name, stream, version))
        .statusCode();
  }

  private JsonNode subscriber() throws Exception {
    return platform.getJson("/api/v1/subscribers").path(0);
  }
}
