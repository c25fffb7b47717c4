package io.roadstead.eureka;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.Registration;
import io.roadstead.registry.Status;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What comes late after a cancellation brings nothing back; who lives comes back. */
final class TombstonesTest {
  private final Wire wire = new Wire();

  @AfterEach
  void close() {
    wire.close();
  }

  private void registeredAndCancelled() {
    assertThat(wire.register("ORDERS", "o1", "UP", 100).status()).isEqualTo(204);
    assertThat(wire.delete("/eureka/apps/ORDERS/o1").status()).isEqualTo(200);
  }

  private boolean there() {
    return wire.get("/eureka/apps/ORDERS/o1").status() == 200;
  }

  @Test
  void anOlderRegistrationThatComesAfterTheCancellationBringsNothingBack() {
    registeredAndCancelled();
    assertThat(wire.register("orders", "o1", "UP", 99).status()).isEqualTo(204);
    assertThat(wire.register("ORDERS", "o1", "DOWN", 100).status()).isEqualTo(204);
    assertThat(there()).isFalse();
    assertThat(Wire.text(wire.get("/eureka/apps"))).doesNotContain("o1");
  }

  @Test
  void ofTheSameAgeTheLastToArriveCounts() {
    registeredAndCancelled();
    assertThat(wire.register("ORDERS", "o1", "UP", 100).status()).isEqualTo(204);
    assertThat(there()).isTrue();
  }

  @Test
  void theLastDownOfAClientBringsNothingBackThoughItIsNewer() {
    registeredAndCancelled();
    assertThat(wire.register("ORDERS", "o1", "DOWN", 101).status()).isEqualTo(204);
    assertThat(there()).isFalse();
  }

  @Test
  void aClientThatStartsAnewIsTakenAtOnce() {
    registeredAndCancelled();
    assertThat(wire.register("ORDERS", "o1", "STARTING", 101).status()).isEqualTo(204);
    assertThat(there()).isTrue();
    assertThat(wire.register("ORDERS", "o1", "DOWN", 102).status()).isEqualTo(204);
    assertThat(wire.status("ORDERS", "o1")).isEqualTo("DOWN");
  }

  @Test
  void anotherInstanceIsNotKeptOut() {
    registeredAndCancelled();
    wire.register("ORDERS", "o2", "DOWN", 1);
    wire.register("STOCK", "o1", "UP", 1);
    assertThat(wire.get("/eureka/apps/ORDERS/o2").status()).isEqualTo(200);
    assertThat(wire.get("/eureka/apps/STOCK/o1").status()).isEqualTo(200);
  }

  @Test
  void aClientThatSaysNothingOfItsDataIsTaken() {
    registeredAndCancelled();
    wire.post(
        "/eureka/apps/WEB", Golden.text("register-js.json").replace("\"UP\"", "\"STARTING\""));
    assertThat(wire.delete("/eureka/apps/WEB/w1").status()).isEqualTo(200);
    wire.post("/eureka/apps/WEB", Golden.text("register-js.json"));
    assertThat(wire.get("/eureka/apps/WEB/w1").status()).isEqualTo(200);
  }

  @Test
  void whoLivesIsBackAfterItsNextHeartbeatWhateverItsData() {
    registeredAndCancelled();
    assertThat(wire.register("ORDERS", "o1", "DOWN", 100).status()).isEqualTo(204);
    assertThat(wire.put("/eureka/apps/ORDERS/o1").status()).as("a heartbeat").isEqualTo(404);
    assertThat(wire.register("ORDERS", "o1", "DOWN", 100).status()).isEqualTo(204);
    assertThat(there()).isTrue();
  }

  @Test
  void itEndsThreeMinutesAfterTheLeaseWould() {
    registeredAndCancelled();
    wire.pass(Tombstones.KEPT.plusSeconds(89));
    wire.register("ORDERS", "o1", "UP", 99);
    assertThat(there()).isFalse();
    wire.pass(Duration.ofSeconds(1));
    wire.register("ORDERS", "o1", "UP", 99);
    assertThat(there()).isTrue();
  }

  @Test
  void anExpiryLeavesNone() {
    wire.register("ORDERS", "o1", "UP", 100);
    wire.pass(Duration.ofSeconds(91));
    wire.registry.expire();
    assertThat(there()).isFalse();
    wire.register("ORDERS", "o1", "UP", 100);
    assertThat(there()).isTrue();
  }

  @Test
  void theOldestMakeRoom() {
    AtomicLong nanos = new AtomicLong();
    Tombstones tombstones = new Tombstones(nanos::get);
    for (int i = 0; i <= Tombstones.MOST; i++) {
      tombstones.set(down("i" + i));
    }
    assertThat(tombstones.size()).isEqualTo(Tombstones.MOST);
    assertThat(tombstones.covers(down("i0").key(), down("i0"), 1)).isFalse();
    assertThat(tombstones.covers(down("i1").key(), down("i1"), 1)).isTrue();
    nanos.addAndGet(Duration.ofMinutes(10).toNanos());
    tombstones.set(down("late"));
    assertThat(tombstones.size()).as("those that are over are forgotten").isEqualTo(1);
  }

  private static Registration down(String id) {
    return new Registration(
        "orders", id, "h", "", 80, false, Status.DOWN, 100, Map.of(), Duration.ofSeconds(90), null);
  }
}
