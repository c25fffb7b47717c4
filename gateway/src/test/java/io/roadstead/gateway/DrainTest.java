package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What an acknowledgement promises: nothing goes to an instance that is leaving. */
@ExtendWith(NoLeaks.class)
class DrainTest {
  private final Harbour harbour = new Harbour();

  @AfterEach
  void close() {
    harbour.close();
  }

  private FakeView.Ack acknowledged() {
    Harbour.await().until(() -> harbour.view.acknowledged() != null);
    return Objects.requireNonNull(harbour.view.acknowledged());
  }

  @Test
  void afterTheAcknowledgementNothingReachesADrainingInstance() {
    try (Origin old = Origin.saying("old");
        Origin fresh = Origin.saying("new")) {
      harbour.view.up("app", "old", old.port());
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        RawClient client = harbour.client();
        clients.add(client);
        assertThat(client.get("/app").body()).isEqualTo("old");
      }
      harbour.view.up("app", "new", fresh.port());
      harbour.view.status("app", "old", Status.DRAINING);
      assertThat(acknowledged().busy()).isEmpty();
      int before = old.heads.size();
      Harbour.await()
          .alias("idle connections are closed, which the instance sees")
          .until(() -> old.ended.get() == old.accepted.get());
      for (RawClient client : clients) {
        assertThat(client.get("/app").body()).isEqualTo("new");
        client.close();
      }
      assertThat(old.heads).hasSize(before);
    }
  }

  @Test
  void requestsUnderWayAreCountedUntilTheyAreDone() throws IOException {
    CountDownLatch answer = new CountDownLatch(1);
    try (Origin old =
            new Origin(
                connection -> {
                  while (connection.readRequest() != null) {
                    await(answer);
                    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold");
                  }
                });
        RawClient one = harbour.client();
        RawClient two = harbour.client()) {
      harbour.view.up("app", "old", old.port());
      acknowledged();
      one.send("GET /app HTTP/1.1\r\nHost: a\r\n\r\n");
      two.send("GET /app HTTP/1.1\r\nHost: a\r\n\r\n");
      Harbour.await().until(() -> old.heads.size() == 2);
      harbour.view.status("app", "old", Status.DRAINING);
      InstanceKey key = new InstanceKey("app", "old");
      assertThat(acknowledged().busy()).containsEntry(key, 2);
      int acks = harbour.view.acks.size();
      harbour.view.tick();
      Harbour.await().until(() -> harbour.view.acks.size() > acks);
      assertThat(acknowledged().busy()).containsEntry(key, 2);
      answer.countDown();
      assertThat(one.answer().body()).isEqualTo("old");
      assertThat(two.answer().body()).isEqualTo("old");
      // Nobody asks again: the gateway says so by itself.
      Harbour.await().until(() -> acknowledged().busy().isEmpty());
      Harbour.await().until(() -> old.ended.get() == 2);
    }
  }

  @Test
  void requestsAtAnAddressThatTheInstanceHasLeftAreCountedToo() throws IOException {
    CountDownLatch answer = new CountDownLatch(1);
    try (Origin there =
            new Origin(
                connection -> {
                  connection.readRequest();
                  await(answer);
                  connection.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold");
                });
        Origin here = Origin.saying("new");
        RawClient client = harbour.client()) {
      harbour.view.up("app", "moved", there.port());
      acknowledged();
      client.send("GET /app HTTP/1.1\r\nHost: a\r\n\r\n");
      Harbour.await().until(() -> there.heads.size() == 1);
      harbour.view.up("app", "moved", here.port());
      harbour.view.status("app", "moved", Status.DRAINING);
      assertThat(acknowledged().busy()).containsEntry(new InstanceKey("app", "moved"), 1);
      answer.countDown();
      assertThat(client.answer().body()).isEqualTo("old");
      harbour.view.tick();
      Harbour.await().until(() -> harbour.view.acks.getLast().busy().isEmpty());
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(10, TimeUnit.SECONDS)) {
        throw new IllegalStateException("nobody came");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void anInstanceThatIsGoneLosesItsConnectionsAndOneThatComesBackIsUsedAgain() {
    try (Origin origin = Origin.saying("ok");
        RawClient client = harbour.with(origin).client()) {
      assertThat(client.get("/app").status()).isEqualTo(200);
      harbour.view.status("app", "app-" + origin.port(), Status.OUT_OF_SERVICE);
      acknowledged();
      Harbour.await().until(() -> origin.ended.get() == 1);
      assertThat(client.get("/app").status()).isEqualTo(503);
      harbour.with(origin);
      acknowledged();
      assertThat(client.get("/app").status()).isEqualTo(200);
      harbour.view.remove("app", "app-" + origin.port());
      acknowledged();
      Harbour.await().until(() -> origin.ended.get() == 2);
    }
  }

  @Test
  void aSuspectIsUsedOnlyWhereNobodyElseIs() {
    try (Origin suspect = Origin.saying("suspect");
        Origin sound = Origin.saying("sound");
        RawClient client = harbour.client()) {
      harbour.view.put("app", "a", "127.0.0.1", suspect.port(), Status.SUSPECT);
      acknowledged();
      assertThat(client.get("/app").body()).isEqualTo("suspect");
      harbour.view.up("app", "b", sound.port());
      acknowledged();
      for (int i = 0; i < 20; i++) {
        assertThat(client.get("/app").body()).isEqualTo("sound");
      }
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
  }

  @Test
  void theStreamsOfASuspectGoOnUntilItLeaves() throws IOException {
    CountDownLatch more = new CountDownLatch(1);
    String event = "9\r\ndata: 1\n\n\r\n";
    try (Origin doubted =
            new Origin(
                connection -> {
                  connection.readRequest();
                  connection.write(
                      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding:"
                          + " chunked\r\n\r\n"
                          + event);
                  await(more);
                  connection.write(event);
                  connection.in.read();
                });
        Origin sound = Origin.saying("sound");
        RawClient client = harbour.client();
        RawClient other = harbour.client()) {
      harbour.view.up("app", "a", doubted.port());
      acknowledged();
      client.send("GET /app HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(RawClient.readHead(client.in)).contains("text/event-stream");
      assertThat(text(client.in.readNBytes(event.length()))).isEqualTo(event);
      harbour.view.up("app", "b", sound.port());
      harbour.view.status("app", "a", Status.SUSPECT);
      acknowledged();
      assertThat(other.get("/app").body()).isEqualTo("sound");
      more.countDown();
      assertThat(text(client.in.readNBytes(event.length()))).isEqualTo(event);
      harbour.view.status("app", "a", Status.DOWN);
      assertThat(client.rest()).isEqualTo("0\r\n\r\n");
    }
  }

  @Test
  void anEventStreamIsEndedInOrderOnceNothingElseIsUnderWay() throws IOException {
    CountDownLatch more = new CountDownLatch(1);
    try (Origin old =
            new Origin(
                connection -> {
                  connection.readRequest();
                  connection.write(
                      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding:"
                          + " chunked\r\n\r\n9\r\ndata: 1\n\n\r\n6\r\ndata: \r\n");
                  await(more);
                  connection.write("3\r\n2\n\n\r\n9\r\ndata: 3\n\n\r\n");
                  connection.in.read();
                });
        RawClient client = harbour.with(old).client()) {
      client.send("GET /app HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(RawClient.readHead(client.in)).contains("text/event-stream");
      assertThat(new String(client.in.readNBytes(14 + 11), java.nio.charset.StandardCharsets.UTF_8))
          .endsWith("data: \r\n");
      harbour.view.status("app", "app-" + old.port(), Status.DRAINING);
      acknowledged();
      more.countDown();
      assertThat(client.rest()).startsWith("3\r\n2\n\n\r\n").endsWith("\r\n0\r\n\r\n");
      Harbour.await().until(() -> old.ended.get() == 1);
      Harbour.await().until(() -> acknowledged().busy().isEmpty());
    }
  }

  @Test
  void closingLetsRequestsFinishAndTellsTheirClients() throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    try (Origin origin =
            new Origin(
                connection -> {
                  while (connection.readRequest() != null) {
                    await(answer);
                    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                  }
                });
        // One loop: what has closed the idle connection knows of the closing for the busy one too.
        Harbour single = new Harbour(config -> config.withLoops(1));
        RawClient idle = single.client();
        RawClient busy = single.with(origin).client()) {
      Harbour.await().until(() -> single.view.acknowledged() != null);
      busy.send("GET /app HTTP/1.1\r\nHost: a\r\n\r\n");
      Harbour.await().until(() -> origin.heads.size() == 1);
      Thread closing = Thread.ofVirtual().start(single.gateway()::close);
      assertThat(idle.rest()).isEmpty();
      answer.countDown();
      RawClient.Answer last = busy.answer();
      assertThat(last.body()).isEqualTo("ok");
      assertThat(last.header("Connection")).isEqualTo("close");
      assertThat(closing.join(java.time.Duration.ofSeconds(10))).isTrue();
    }
  }
}
