package io.roadstead.eureka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TextsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/eureka/apps/ORDERS/n1:8080",
        "/eureka/v2/apps/ORDERS/n1:8080/",
        "/eureka/v1/apps/ORDERS/n1%3A8080",
        "/v2//apps/ORDERS//n1%3a8080//",
        "//eureka//apps/ORDERS/n1:8080"
      })
  void everyBaseAndSlashMeansTheSame(String path) {
    assertThat(EurekaPath.parse(path))
        .isEqualTo(new EurekaPath("apps", List.of("ORDERS", "n1:8080")));
  }

  @Test
  void anIdIsDecodedOnce() {
    assertThat(EurekaPath.parse("/eureka/instances/a%2520b+c").name(0)).isEqualTo("a%20b+c");
    assertThat(EurekaPath.parse("/eureka/instances/caf%C3%A9").name(0)).isEqualTo("café");
  }

  @Test
  void aPathOutsideTheInterfaceLeadsNowhere() {
    assertThat(EurekaPath.parse("/").root()).isEmpty();
    assertThat(EurekaPath.parse("/eureka/").root()).isEmpty();
    assertThat(EurekaPath.parse("/eureka/v2/apps/a/b/c/d/e").root()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a%", "a%2", "a%zz", "%C3"})
  void brokenEncodingIsRefused(String segment) {
    assertThatThrownBy(() -> Texts.decodeSegment(segment)).isInstanceOf(BadRequest.class);
  }

  @Test
  void theFirstValueOfARepeatedKeyCounts() {
    assertThat(Texts.query("a=1&b=x%20y+z&a=2&&c"))
        .isEqualTo(Map.of("a", "1", "b", "x y z", "c", ""));
    assertThat(Texts.parameter("status=UP&lastDirtyTimestamp=17&x=1", "lastDirtyTimestamp"))
        .isEqualTo("17");
    assertThat(Texts.parameter("notlastDirtyTimestamp=17", "lastDirtyTimestamp")).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a=%ff", "%=1", "a=%2", "a=%C3"})
  void aBrokenQueryIsRefused(String query) {
    assertThatThrownBy(() -> Texts.query(query))
        .isInstanceOf(BadRequest.class)
        .hasMessageStartingWith("the query");
  }

  @Test
  void whatIsToldOfATextIsShortAndPrintable() {
    assertThat(Texts.abbreviate("a\u0000b\u001b[2J\u007f")).isEqualTo("a\ufffdb\ufffd[2J\ufffd");
    assertThat(Texts.abbreviate("x".repeat(81))).hasSize(81).endsWith("x…");
  }

  @Test
  void halfAPairOfSurrogatesIsReplaced() {
    assertThat(Texts.wellFormed("a\ud83dz")).isEqualTo("a\ufffdz");
    assertThat(Texts.wellFormed("a😀z")).isEqualTo("a😀z");
  }

  @Test
  void aParameterIsFoundByItsWholeName() {
    assertThat(Texts.parameter("lastDirtyTimestamps=7", "lastDirtyTimestamp")).isNull();
    assertThat(Texts.parameter("xlastDirtyTimestamp=7", "lastDirtyTimestamp")).isNull();
    assertThat(Texts.parameter("lastDirtyTimestamp", "lastDirtyTimestamp")).isNull();
    assertThat(Texts.parameter("a=1&lastDirtyTimestamp=7&b", "lastDirtyTimestamp")).isEqualTo("7");
  }

  @Test
  void aQueryHasAtMostSoManyKeys() {
    String keys =
        IntStream.range(0, 128).mapToObj(i -> "k" + i + "=v").collect(Collectors.joining("&"));
    assertThat(Texts.query(keys)).hasSize(128);
    assertThat(Texts.query(keys + "&k0=again")).hasSize(128);
    assertThatThrownBy(() -> Texts.query(keys + "&more"))
        .isInstanceOf(BadRequest.class)
        .hasMessageContaining("more than 128 keys");
  }
}
