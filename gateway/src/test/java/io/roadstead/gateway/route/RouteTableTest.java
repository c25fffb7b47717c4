package io.roadstead.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.gateway.http.Ascii;
import io.roadstead.registry.Route;
import io.roadstead.registry.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTableTest {
  private final PathCheck check = new PathCheck(4096);
  private final RouteTable table =
      RouteTable.of(
          List.of(
              new Service("cart", List.of(), List.of(new Route("", "/shop/cart", true))),
              new Service("front", List.of(), List.of(new Route("shop.example", "/", true))),
              new Service(
                  "orders",
                  List.of(),
                  List.of(new Route("", "/orders", true), new Route("", "/api/orders/", false))),
              new Service("payments", List.of(), List.of(new Route("", "/shop", true)))),
          true);

  private String service(String host, String path) {
    byte[] h = Ascii.bytes(host);
    byte[] p = Ascii.bytes(path);
    assertThat(check.accepts(p, 0, p.length)).as(path).isTrue();
    RouteEntry entry = table.match(h, 0, h.length, check.bytes(), check.from(), check.to());
    return entry == null ? "none" : entry.label();
  }

  @Test
  void prefixesMatchAtSegmentBoundaries() {
    assertThat(service("x", "/orders")).isEqualTo("/orders");
    assertThat(service("x", "/orders/")).isEqualTo("/orders");
    assertThat(service("x", "/orders/1")).isEqualTo("/orders");
    assertThat(service("x", "/orders2")).isEqualTo("none");
    assertThat(service("x", "/api/orders/2")).isEqualTo("/api/orders/");
    assertThat(service("x", "/api")).isEqualTo("none");
    assertThat(service("x", "//orders")).isEqualTo("none");
  }

  @Test
  void theLongestPrefixWins() {
    assertThat(service("x", "/shop/cart/1")).isEqualTo("/shop/cart");
    assertThat(service("x", "/shop/other")).isEqualTo("/shop");
  }

  @Test
  void aRouteForTheHostBeatsOneForAnyHost() {
    assertThat(service("shop.example", "/orders")).isEqualTo("shop.example/");
    assertThat(service("Shop.Example:8080", "/orders")).isEqualTo("shop.example/");
    assertThat(service("other.example", "/orders")).isEqualTo("/orders");
  }

  @Test
  void everyServiceHasADefaultRouteThatExplicitOnesBeat() {
    assertThat(service("x", "/payments/1")).isEqualTo("/payments/**");
    assertThat(service("x", "/PAYMENTS/1")).isEqualTo("/payments/**");
    assertThat(service("x", "/front")).isEqualTo("/front/**");
    assertThat(service("x", "/")).isEqualTo("none");
  }

  @Test
  void escapesAreDecodedForMatching() {
    assertThat(service("x", "/%6frders/%41")).isEqualTo("/orders");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/a/../b",
        "/a/..",
        "/./a",
        "/a/%2e%2e/b",
        "/a/.%2E",
        "/a%2fb",
        "/a%5cb",
        "/a\\b",
        "/a%00",
        "/a%",
        "/a%2",
        "/a%zz",
        "/a/..;x=1/b",
        "/.;/a",
        "/%2e/a"
      })
  void ambiguousPathsAreRefused(String path) {
    byte[] p = Ascii.bytes(path);
    assertThat(check.accepts(p, 0, p.length)).isFalse();
    assertThat(check.problem()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a/.b", "/a/...", "/a..b", "/a/b.;x", "/%20a", "/a;b=..", "/"})
  void harmlessPathsAreNot(String path) {
    byte[] p = Ascii.bytes(path);
    assertThat(check.accepts(p, 0, p.length)).isTrue();
  }

  @Test
  void thousandsOfRoutesAreFound() {
    List<Service> services = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      services.add(
          new Service("s" + i, List.of(), List.of(new Route("", "/v" + i % 100 + "/r" + i, true))));
    }
    RouteTable large = RouteTable.of(services, false);
    for (int i = 0; i < 10_000; i++) {
      byte[] p = Ascii.bytes("/v" + i % 100 + "/r" + i + "/x");
      RouteEntry entry = Objects.requireNonNull(large.match(p, 0, 0, p, 0, p.length));
      assertThat(entry.serviceIndex()).isEqualTo(i);
      assertThat(RouteTable.skip(p, 0, p.length, entry.stripSegments())).isEqualTo(p.length - 2);
    }
  }
}
