package io.roadstead.eureka;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.ManagedInstance;
import io.roadstead.registry.Subscriber;
import io.roadstead.registry.SubscriberKind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PollersTest {
  private static final InstanceKey STARTED = new InstanceKey("orders", "orders-1");

  private final Wire wire =
      new Wire(
          (user, password) ->
              user.equals("orders-1") && password.equals("token")
                  ? Optional.of("orders-1")
                  : Optional.empty(),
          (user, password) ->
              user.equals("orders-1") && password.equals("token")
                  ? Optional.of(STARTED)
                  : Optional.empty());

  @AfterEach
  void close() {
    wire.close();
  }

  private static String basic(String pair) {
    return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
  }

  private static final String GOOD = basic("orders-1:token");

  private void fetch(String... headers) {
    wire.get("/eureka/apps/", headers);
    wire.get("/eureka/apps/delta", headers);
  }

  @Test
  void aStartedServicesFetchesAreItsWord() {
    fetch("Authorization", GOOD);
    assertThat(wire.subscribers.list())
        .singleElement()
        .satisfies(
            one -> {
              assertThat(one.name()).isEqualTo("orders-1");
              assertThat(one.kind()).isEqualTo(SubscriberKind.EUREKA);
              assertThat(one.identified()).isTrue();
            });
  }

  @Test
  void anAnswerThatWasNotWrittenProvesNothing() {
    fetch("Authorization", GOOD);
    wire.pass(Duration.ofSeconds(2));
    fetch("Authorization", GOOD);
    String before = applied();
    assertThat(before).isEqualTo(wire.registry.snapshot().version().toString());

    wire.loseAnswers();
    wire.register("STOCK", "s1", "UP", 100);
    fetch("Authorization", GOOD);
    wire.pass(Duration.ofSeconds(2));
    fetch("Authorization", GOOD);
    assertThat(applied()).isEqualTo(before);
  }

  private String applied() {
    return wire.subscribers.list().getFirst().applied();
  }

  @Test
  void whoeverElseFetchesIsAnonymous() {
    fetch("DiscoveryIdentity-Name", "DefaultClient");
    fetch("Authorization", basic("orders-1:wrong"), "User-Agent", "x\n" + "y".repeat(500));
    fetch("Authorization", "Basic ???");
    fetch("Authorization", "Bearer token");
    assertThat(wire.subscribers.list()).noneMatch(Subscriber::identified);
    assertThat(wire.subscribers.list())
        .extracting(Subscriber::name)
        .contains("anonymous@10.9.9.9 DefaultClient", "anonymous@10.9.9.9")
        .allMatch(name -> name.length() < 80);
  }

  @Test
  void smallerReadsAreNoFetches() {
    wire.register("ORDERS", "o1", "UP", 100);
    wire.get("/eureka/apps/ORDERS", "Authorization", GOOD);
    wire.get("/eureka/vips/all", "Authorization", GOOD);
    assertThat(wire.subscribers.list()).isEmpty();
  }

  @Test
  void aStartedInstanceMayWriteItselfOnly() {
    wire.registry.manage(
        new ManagedInstance("orders", "orders-1", "127.0.0.1", 20001, "1", 100, Map.of()));
    wire.register("STOCK", "s1", "UP", 100);
    String body = Golden.text("register-js.json");
    assertThat(wire.post("/eureka/apps/WEB", body, "Authorization", GOOD).status()).isEqualTo(403);
    assertThat(wire.put("/eureka/apps/STOCK/s1", "Authorization", GOOD).status()).isEqualTo(403);
    assertThat(wire.delete("/eureka/apps/STOCK/s1", "Authorization", GOOD).status()).isEqualTo(403);
    assertThat(wire.put("/eureka/apps/STOCK/s1/status?value=DOWN", "Authorization", GOOD).status())
        .isEqualTo(403);
    assertThat(wire.status("STOCK", "s1")).isEqualTo("UP");
    String own = body.replace("w1", "orders-1").replace("\"app\":\"web\"", "\"app\":\"orders\"");
    assertThat(wire.post("/eureka/apps/ORDERS", own, "Authorization", GOOD).status())
        .isEqualTo(204);
    assertThat(wire.put("/eureka/apps/ORDERS/orders-1", "Authorization", GOOD).status())
        .isEqualTo(200);
  }

  @Test
  void aStartedInstanceMayRegisterUnderAnotherIdAtItsOwnPort() {
    wire.registry.manage(
        new ManagedInstance("orders", "orders-1", "127.0.0.1", 5050, "1", 100, Map.of()));
    String alias = Golden.text("register-js.json").replace("\"app\":\"web\"", "\"app\":\"orders\"");
    assertThat(wire.post("/eureka/apps/ORDERS", alias, "Authorization", GOOD).status())
        .isEqualTo(204);
    assertThat(wire.put("/eureka/apps/ORDERS/w1", "Authorization", GOOD).status()).isEqualTo(200);
    assertThat(wire.get("/eureka/apps/ORDERS/w1").status()).isEqualTo(200);
    assertThat(
            Golden.tree(wire.get("/eureka/apps/ORDERS").body()).at("/application/instance").size())
        .isEqualTo(1);
    assertThat(wire.delete("/eureka/apps/ORDERS/w1", "Authorization", GOOD).status())
        .isEqualTo(200);
  }
}
