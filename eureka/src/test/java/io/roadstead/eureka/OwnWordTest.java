package io.roadstead.eureka;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.ManagedInstance;
import io.roadstead.registry.Marks;
import io.roadstead.registry.Status;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What a started instance reads of itself, while the platform has other plans with it. */
final class OwnWordTest {
  private static final InstanceKey STARTED = new InstanceKey("orders", "orders-1");
  private static final String ITSELF =
      "Basic "
          + Base64.getEncoder().encodeToString("orders-1:token".getBytes(StandardCharsets.UTF_8));

  private final Wire wire =
      new Wire(
          PollerIdentity.NONE,
          (user, password) ->
              user.equals("orders-1") && password.equals("token")
                  ? Optional.of(STARTED)
                  : Optional.empty());

  @BeforeEach
  void oneStartedAndOneOther() {
    wire.registry.manage(
        new ManagedInstance("orders", "orders-1", "127.0.0.1", 20001, "1", 100, Map.of()));
    String own =
        Golden.text("register-js.json")
            .replace("w1", "orders-1")
            .replace("\"app\":\"web\"", "\"app\":\"orders\"");
    assertThat(wire.post("/eureka/apps/ORDERS", own, "Authorization", ITSELF).status())
        .isEqualTo(204);
    wire.register("ORDERS", "orders-2", "UP", 100);
    mark(marks -> marks.withGateOpen(true));
  }

  @AfterEach
  void close() {
    wire.close();
  }

  private void mark(UnaryOperator<Marks> change) {
    wire.registry.mark(STARTED, change);
  }

  /** The status words by instance, and the hash code under "hash". */
  private Map<String, String> seen(String path, String... headers) {
    JsonNode applications = Golden.tree(wire.get(path, headers).body()).at("/applications");
    Map<String, String> seen =
        StreamSupport.stream(applications.at("/application").spliterator(), false)
            .flatMap(app -> StreamSupport.stream(app.at("/instance").spliterator(), false))
            .collect(
                Collectors.toMap(
                    instance -> instance.at("/instanceId").asString(),
                    instance -> instance.at("/status").asString()));
    seen.put("hash", applications.at("/apps__hashcode").asString());
    return seen;
  }

  @ParameterizedTest
  @ValueSource(strings = {"/eureka/apps", "/eureka/apps/delta"})
  void whatOnlyTakesAShareIsSeenByNobodyButItself(String path) {
    mark(marks -> marks.withAside(true));

    assertThat(seen(path))
        .isEqualTo(
            Map.of(
                "orders-1", "OUT_OF_SERVICE",
                "orders-2", "UP",
                "hash", "OUT_OF_SERVICE_1_UP_1_"));
    assertThat(seen(path, "Authorization", ITSELF))
        .isEqualTo(Map.of("orders-1", "UP", "orders-2", "UP", "hash", "UP_2_"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/eureka/apps", "/eureka/apps/delta"})
  void aDrainIsSeenByAllButTheDrained(String path) {
    mark(marks -> marks.withDraining(true));

    assertThat(seen(path))
        .isEqualTo(
            Map.of(
                "orders-1", "OUT_OF_SERVICE",
                "orders-2", "UP",
                "hash", "OUT_OF_SERVICE_1_UP_1_"));
    assertThat(seen(path, "Authorization", ITSELF))
        .isEqualTo(Map.of("orders-1", "UP", "orders-2", "UP", "hash", "UP_2_"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/eureka/apps", "/eureka/apps/delta"})
  void aClosedGateIsSeenByAllButTheGated(String path) {
    mark(marks -> marks.withGateOpen(false));

    assertThat(seen(path)).containsEntry("orders-1", "STARTING");
    assertThat(seen(path, "Authorization", ITSELF)).containsEntry("orders-1", "UP");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/eureka/apps", "/eureka/apps/delta"})
  void anOverrideThatItSetsIsSeenByTheInstanceToo(String path) {
    assertThat(
            wire.put(
                    "/eureka/apps/ORDERS/orders-1/status?value=OUT_OF_SERVICE",
                    "Authorization",
                    ITSELF)
                .status())
        .isEqualTo(200);

    assertThat(seen(path, "Authorization", ITSELF))
        .containsEntry("orders-1", "OUT_OF_SERVICE")
        .containsEntry("hash", "OUT_OF_SERVICE_1_UP_1_");
  }

  @Test
  void theHashCodeCountsTheOwnWordEvenWhenTheDeltaHasOthersOnly() {
    mark(marks -> marks.withDraining(true));
    wire.pass(Duration.ofMinutes(4));
    wire.register("STOCK", "s1", "UP", 100);

    assertThat(seen("/eureka/apps/delta", "Authorization", ITSELF))
        .isEqualTo(Map.of("s1", "UP", "hash", "UP_3_"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/eureka/apps", "/eureka/apps/delta"})
  void theOwnWordIsInEveryForm(String path) {
    mark(marks -> marks.withDraining(true));
    for (String accept : new String[] {"application/json", "application/xml"}) {
      for (String compact : new String[] {"full", "compact"}) {
        String[] anybody = {"Accept", accept, "X-Eureka-Accept", compact};
        String[] itself = {"Accept", accept, "X-Eureka-Accept", compact, "Authorization", ITSELF};
        assertThat(Wire.text(wire.get(path, anybody)))
            .contains("OUT_OF_SERVICE_1_UP_1_")
            .containsPattern("status\\W+OUT_OF_SERVICE");
        assertThat(Wire.text(wire.get(path, itself)))
            .contains("UP_2_")
            .doesNotContain("OUT_OF_SERVICE");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"orders-1", "host:orders:20001"})
  void nobodyElseTakesAStartedInstanceOutOfService(String name) {
    String own =
        Golden.text("register-js.json")
            .replace("w1", name)
            .replace("5050", "20001")
            .replace("\"app\":\"web\"", "\"app\":\"orders\"");
    assertThat(wire.post("/eureka/apps/ORDERS", own, "Authorization", ITSELF).status())
        .isEqualTo(204);
    String path = "/eureka/apps/ORDERS/" + name;

    assertThat(wire.delete(path).status()).as("as to any client").isEqualTo(200);
    for (String change : List.of("/status?value=OUT_OF_SERVICE", "/metadata?zone=elsewhere")) {
      EurekaResponse answer = wire.put(path + change);
      assertThat(answer.status()).as(change).isEqualTo(403);
      assertThat(Wire.text(answer)).contains("roadstead drain");
    }
    assertThat(wire.delete(path + "/status?value=DOWN").status()).isEqualTo(403);
    for (String id : List.of(name, "another")) {
      String down = own.replace(name, id).replace("\"UP\"", "\"DOWN\"");
      assertThat(wire.post("/eureka/apps/ORDERS", down).status()).as(id).isEqualTo(204);
      assertThat(wire.registry.snapshot().instance(STARTED).orElseThrow().status())
          .as(id)
          .isEqualTo(Status.UP);
    }
    assertThat(wire.put(path).status()).as("its heartbeats go on").isEqualTo(200);

    assertThat(wire.delete(path, "Authorization", ITSELF).status()).isEqualTo(200);
    assertThat(wire.registry.snapshot().instance(STARTED).orElseThrow().status())
        .isEqualTo(Status.DOWN);
  }

  /** It has service URLs of its own, and no credential in them. */
  @Test
  void aStartedInstanceWithoutItsCredentialIsBelievedButNotEnded() {
    wire.registry.manage(
        new ManagedInstance("stock", "stock-1", "127.0.0.1", 20002, "1", 100, Map.of()));
    InstanceKey stock = new InstanceKey("stock", "stock-1");
    wire.registry.mark(stock, marks -> marks.withGateOpen(true));
    wire.register("STOCK", "stock-1", "UP", 100);
    wire.register("STOCK", "stock-1", "DOWN", 200);
    assertThat(wire.registry.snapshot().instance(stock).orElseThrow().status())
        .isEqualTo(Status.DOWN);
    wire.register("STOCK", "stock-1", "UP", 300);
    assertThat(wire.delete("/eureka/apps/STOCK/stock-1").status()).isEqualTo(200);
    assertThat(wire.registry.snapshot().instance(stock).orElseThrow().status())
        .isEqualTo(Status.UP);
  }

  /** After a restart of the platform, the first heartbeat with the credential says it again. */
  @Test
  void aHeartbeatWithTheCredentialShowsWhoseRegistrationItIs() {
    try (Wire restarted =
        new Wire(
            PollerIdentity.NONE,
            (user, password) ->
                password.equals("token") ? Optional.of(STARTED) : Optional.empty())) {
      restarted.registry.manage(
          new ManagedInstance("orders", "orders-1", "127.0.0.1", 20001, "1", 100, Map.of()));
      restarted.registry.mark(STARTED, marks -> marks.withGateOpen(true));
      restarted.register("ORDERS", "orders-1", "UP", 100);
      assertThat(restarted.put("/eureka/apps/ORDERS/orders-1", "Authorization", ITSELF).status())
          .isEqualTo(200);
      restarted.register("ORDERS", "orders-1", "DOWN", 200);
      assertThat(restarted.registry.snapshot().instance(STARTED).orElseThrow().status())
          .isEqualTo(Status.UP);
    }
  }
}
