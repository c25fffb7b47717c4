package io.roadstead.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistrationTest {
  private static Registration of(
      String service, String id, int port, int weight, Map<String, String> metadata, long lease) {
    return new Registration(
        service,
        id,
        "h",
        "",
        port,
        false,
        Status.UP,
        weight,
        metadata,
        Duration.ofSeconds(lease),
        null);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "-a", "ü", "a b", "_a", "a\n"})
  void aServiceNameOutsideTheGrammarIsRefused(String name) {
    assertThatThrownBy(() -> Names.service(name))
        .isInstanceOfSatisfying(
            InvalidRegistration.class, e -> assertThat(e.code()).isEqualTo("invalid-service-name"));
    assertThatThrownBy(() -> Names.service("a".repeat(64))).hasMessageContaining("1 to 63");
    assertThat(Names.service("A.b_c-" + "9".repeat(57))).hasSize(63).startsWith("a.b_c-9");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "a b", "a\tb", "a\\b", "\u007f"})
  void anInstanceIdOutsideTheGrammarIsRefused(String id) {
    assertThatThrownBy(() -> Names.instanceId(id)).isInstanceOf(InvalidRegistration.class);
    assertThatThrownBy(() -> Names.instanceId("i".repeat(256))).hasMessageContaining("256");
    assertThat(Names.instanceId("Host:app:8080")).isEqualTo("Host:app:8080");
  }

  @Test
  void boundsAreNamedWithLimitAndActual() {
    assertThatThrownBy(() -> of("s", "i", 0, 100, Map.of(), 90)).hasMessageContaining("port 0");
    assertThatThrownBy(() -> of("s", "i", 1, 1001, Map.of(), 90)).hasMessageContaining("1001");
    assertThatThrownBy(() -> of("s", "i", 1, 100, Map.of("k", "v".repeat(4097)), 90))
        .hasMessageContaining("4097");
    assertThatThrownBy(() -> of("s", "i", 1, 100, Map.of(), 0)).hasMessageContaining("lease");
    assertThatThrownBy(() -> of("s", "i", 1, 100, Map.of(), 90).withStatus(Status.DRAINING))
        .hasMessageContaining("DRAINING");
  }
}
