package io.roadstead.eureka;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Departures from the original that take time, or headers, to show: see {@link Departure}. */
final class OwnWayTest {
  private final Wire wire = new Wire();

  @AfterEach
  void close() {
    wire.close();
  }

  private String get(String path, String... headers) {
    EurekaResponse answer = wire.get(path, headers);
    byte[] body =
        "gzip".equals(answer.headers().get("Content-Encoding"))
            ? Gzip.inflate(answer.body(), 1_000_000)
            : answer.body();
    return new String(body, StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/eureka/apps",
        "/eureka/apps/delta",
        "/eureka/apps/ORDERS",
        "/eureka/vips/ORDERS",
        "/eureka/svips/s-ORDERS"
      })
  void whatIsRegisteredIsInTheNextAnswerOfEveryKind(String path) {
    for (int i = 0; i < 5; i++) {
      String id = "fresh-" + i;
      wire.register("ORDERS", id, "UP", 100);
      for (String accept : List.of("application/json", "application/xml")) {
        for (String form : List.of("", "compact")) {
          for (String gzip : List.of("", "gzip")) {
            assertThat(
                    get(path, "Accept", accept, "X-Eureka-Accept", form, "Accept-Encoding", gzip))
                .as("%s %s %s", accept, form, gzip)
                .contains(id);
          }
        }
      }
      wire.put("/eureka/apps/ORDERS/" + id + "/status?value=OUT_OF_SERVICE");
      assertThat(get(path)).contains("\"overriddenStatus\":\"OUT_OF_SERVICE\"");
      wire.delete("/eureka/apps/ORDERS/" + id);
      assertThat(get(path).contains("\"" + id + "\"")).isEqualTo(path.endsWith("delta"));
    }
  }

  @ParameterizedTest
  @CsvSource({"90, ''", "5, '\"leaseInfo\":{\"durationInSecs\":5},'"})
  void aLeaseEndsAfterExactlyItsDurationHoweverOftenItWasRenewed(int seconds, String lease) {
    String body =
        Golden.text("register-js.json").replace("\"vipAddress\"", lease + "\"vipAddress\"");
    for (int renewals = 0; renewals < 3; renewals++) {
      assertThat(wire.post("/eureka/apps/WEB", body).status()).isEqualTo(204);
      for (int i = 0; i < renewals; i++) {
        wire.pass(Duration.ofSeconds(seconds - 1));
        wire.registry.expire();
        assertThat(wire.put("/eureka/apps/WEB/w1").status()).isEqualTo(200);
      }
      wire.pass(Duration.ofSeconds(seconds).minusMillis(1));
      wire.registry.expire();
      assertThat(wire.status("WEB", "w1")).as("after %d renewals", renewals).isEqualTo("UP");
      wire.pass(Duration.ofMillis(1));
      wire.registry.expire();
      assertThat(wire.get("/eureka/apps/WEB/w1").status())
          .as("after %d renewals", renewals)
          .isEqualTo(404);
    }
  }

  @Test
  void ofInstancesWithOneIdTheFirstByNameOfItsApplicationIsFound() {
    for (String app : List.of("STOCK", "CART", "PAYMENTS", "BILLING", "ORDERS")) {
      wire.register(app, "same", "UP", 100);
    }
    assertThat(
            Golden.tree(wire.get("/eureka/instances/same").body()).at("/instance/app").asString())
        .isEqualTo("BILLING");
    wire.delete("/eureka/apps/BILLING/same");
    assertThat(
            Golden.tree(wire.get("/eureka/instances/same").body()).at("/instance/app").asString())
        .isEqualTo("CART");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/xml, application/json;q=0.5",
        "application/json;q=0.1, application/xml",
        "text/xml, application/xml, application/json;q=0.1, */*;q=0.1"
      })
  void whatIsJsonIsCalledSoWhateverElseIsAccepted(String accept) {
    wire.register("ORDERS", "o1", "UP", 100);
    for (String path : List.of("apps", "apps/delta", "apps/ORDERS", "apps/ORDERS/o1")) {
      EurekaResponse answer = wire.get("/eureka/" + path, "Accept", accept);
      assertThat(answer.contentType()).as(path).isEqualTo("application/json");
      assertThat(Wire.text(answer)).as(path).startsWith("{");
    }
  }

  @Test
  void anInstanceThatIsNotUpHasNoTimeOfComingUp() {
    String since = "leaseInfo/serviceUpTimestamp";
    wire.register("ORDERS", "o1", "STARTING", 100);
    assertThat(wire.field("ORDERS", "o1", since)).isEqualTo("0");
    wire.pass(Duration.ofSeconds(7));
    wire.register("ORDERS", "o1", "UP", 200);
    assertThat(wire.field("ORDERS", "o1", since))
        .isEqualTo(Long.toString(Wire.START_MILLIS + 7_000));
    wire.register("ORDERS", "o1", "DOWN", 300);
    assertThat(wire.field("ORDERS", "o1", since)).isEqualTo("0");
    wire.pass(Duration.ofSeconds(2));
    wire.register("ORDERS", "o1", "UP", 400);
    assertThat(wire.field("ORDERS", "o1", since))
        .isEqualTo(Long.toString(Wire.START_MILLIS + 9_000));
  }
}
