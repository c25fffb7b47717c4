package io.roadstead.eureka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

final class AboutThisServerTest {
  private final Wire wire = new Wire();

  @AfterEach
  void close() {
    wire.close();
  }

  /** The elements are those that Spring's server answered with; JSON it answered 500. */
  @Test
  void theStatusHasTheOriginalsElements() {
    wire.pass(Duration.ofMinutes(61));
    EurekaResponse xml = wire.get("/eureka/status", "Accept", "", "Host", "registry:8761");
    assertThat(xml.contentType()).isEqualTo("application/xml");
    assertThat(Wire.text(xml))
        .startsWith("<com.netflix.eureka.util.StatusInfo>\n  <generalStats>\n    <num-of-cpus>")
        .contains("    <server-uptime>01:01</server-uptime>\n  </generalStats>\n")
        .contains("  <applicationStats>\n    <registered-replicas></registered-replicas>\n")
        .contains("  <instanceInfo>\n    <instanceId>registry:roadstead:8761</instanceId>\n")
        .endsWith("  </instanceInfo>\n</com.netflix.eureka.util.StatusInfo>");
    JsonNode json = Golden.tree(wire.get("/v2/status/", "Host", "registry:8761").body());
    assertThat(json.at("/instanceInfo/app").asString()).isEqualTo("ROADSTEAD");
    assertThat(json.at("/generalStats/num-of-cpus").asInt()).isPositive();
    assertThat(wire.put("/eureka/status").status()).isEqualTo(405);
  }

  @ParameterizedTest
  @CsvSource({
    "registry, registry:roadstead:80",
    "[::1]:8761, [::1]:roadstead:8761",
    "<script>, localhost:roadstead:80",
    "h:99999, h:roadstead:65535",
    "h:x, localhost:roadstead:80"
  })
  void itIsWhereItWasAskedAndNothingElse(String host, String id) {
    assertThat(
            Golden.tree(wire.get("/eureka/status", "Host", host).body())
                .at("/instanceInfo/instanceId")
                .asString())
        .isEqualTo(id);
  }

  @Test
  void overridesAreListedById() {
    assertThat(Wire.text(wire.get("/eureka/serverinfo/statusoverrides"))).isEqualTo("{}");
    wire.register("ORDERS", "o1", "UP", 100);
    wire.register("ORDERS", "o2", "UP", 100);
    wire.put("/eureka/apps/ORDERS/o2/status?value=OUT_OF_SERVICE");
    EurekaResponse overrides = wire.get("/v2/serverinfo/statusoverrides/", "Accept", "");
    assertThat(overrides.contentType()).isEqualTo("application/json");
    assertThat(Wire.text(overrides)).isEqualTo("{\"o2\":\"OUT_OF_SERVICE\"}");
    assertThat(wire.get("/eureka/serverinfo").status()).isEqualTo(404);
  }
}
