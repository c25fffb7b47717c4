package io.roadstead.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.gateway.http.Ascii;
import io.roadstead.gateway.http.Head;
import io.roadstead.registry.PathForm;
import io.roadstead.registry.Route;
import io.roadstead.registry.RouteMatch;
import io.roadstead.registry.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  private final Requests requests = new Requests();

  private String service(String host, String path) {
    return requests.label(table, host, path);
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
        "/a%2f..%2fb",
        "/a%2F.",
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
  void formsThatARouteMayTakeAreToldApart() {
    assertThat(forms("/a/b%41")).isZero();
    assertThat(forms("/a%2fb")).isEqualTo(PathForm.ENCODED_SLASH.bit());
    assertThat(forms("/a//b")).isEqualTo(PathForm.DOUBLE_SLASH.bit());
    assertThat(forms("/%41//b%2F")).isEqualTo(3);
    assertThat(service("x", "/orders%2f..x")).isEqualTo("none");
  }

  private int forms(String path) {
    byte[] p = Ascii.bytes(path);
    assertThat(check.accepts(p, 0, p.length)).isTrue();
    return check.forms();
  }

  private static RouteMatch asking(
      List<String> methods,
      Map<String, String> headers,
      Map<String, String> query,
      Map<String, String> cookies) {
    return new RouteMatch(false, methods, headers, query, cookies);
  }

  private static RouteTable of(Route... routes) {
    return RouteTable.of(List.of(new Service("s", List.of(), List.of(routes))), false);
  }

  @Test
  void theNearestHostWins() {
    RouteTable hosts =
        of(
            new Route("", "/", true),
            new Route("*.example", "/", true),
            new Route("*.shop.example", "/a", true),
            new Route("eu.shop.example", "/a/b", true));
    assertThat(requests.label(hosts, "eu.shop.example", "/a/b")).isEqualTo("eu.shop.example/a/b");
    assertThat(requests.label(hosts, "EU.Shop.Example:80", "/a")).isEqualTo("*.shop.example/a");
    assertThat(requests.label(hosts, "x.y.shop.example", "/a")).isEqualTo("*.shop.example/a");
    assertThat(requests.label(hosts, "shop.example", "/a")).isEqualTo("*.example/");
    assertThat(requests.label(hosts, "eu.shop.example", "/b")).isEqualTo("*.example/");
    assertThat(requests.label(hosts, "example", "/a")).isEqualTo("/");
    assertThat(requests.label(hosts, "[::1]:80", "/a")).isEqualTo("/");
  }

  @Test
  void anExactPathBeatsItsPrefix() {
    RouteMatch exact = new RouteMatch(true, List.of(), Map.of(), Map.of(), Map.of());
    RouteTable paths = of(new Route("", "/a", true), new Route("", "/a", true).with(exact));
    assertThat(requests.label(paths, "x", "/a")).isEqualTo("/a exact");
    assertThat(requests.label(paths, "x", "/a/")).isEqualTo("/a");
    assertThat(requests.label(paths, "x", "/a?b")).isEqualTo("/a exact");
  }

  @Test
  void whatAsksForMoreWinsAndWhatDoesNotHoldLeavesItToTheNext() {
    Route plain = new Route("", "/a", true);
    RouteTable asked =
        of(
            new Route("", "/", true),
            plain.with(asking(List.of("POST"), Map.of(), Map.of(), Map.of())),
            plain.with(asking(List.of("POST"), Map.of("x-beta", "1"), Map.of(), Map.of())),
            plain.with(asking(List.of(), Map.of(), Map.of("v", "a b"), Map.of())),
            plain.with(asking(List.of(), Map.of(), Map.of(), Map.of("id", "*"))));
    assertThat(requests.label(asked, "x", "/a/b")).isEqualTo("/");
    assertThat(requests.label(asked, "POST", "x", "/a", "")).isEqualTo("/a POST");
    assertThat(requests.label(asked, "POST", "x", "/a", "X-Beta:  1 \r\n"))
        .isEqualTo("/a POST header x-beta=1");
    assertThat(requests.label(asked, "POST", "x", "/a", "X-Beta: 10\r\n")).isEqualTo("/a POST");
    assertThat(requests.label(asked, "x", "/a?u=1&v=a%20b&w")).isEqualTo("/a query v=a b");
    assertThat(requests.label(asked, "x", "/a?%76=a+b")).isEqualTo("/a query v=a b");
    assertThat(requests.label(asked, "x", "/a?v=a+bc")).isEqualTo("/");
    assertThat(requests.label(asked, "x", "/a?v")).isEqualTo("/");
    assertThat(requests.label(asked, "GET", "x", "/a", "Cookie: a=b; id=; c=d\r\n"))
        .isEqualTo("/a cookie id");
    assertThat(requests.label(asked, "GET", "x", "/a", "Cookie: xid=1; id2=3\r\n")).isEqualTo("/");
  }

  @Test
  void getStandsForHeadAndConnectionHeadersForNothing() {
    RouteTable asked =
        of(
            new Route("", "/a", true).with(asking(List.of("GET"), Map.of(), Map.of(), Map.of())),
            new Route("", "/b", true)
                .with(asking(List.of(), Map.of("x-beta", "*"), Map.of(), Map.of())));
    assertThat(requests.label(asked, "HEAD", "x", "/a", "")).isEqualTo("/a GET");
    assertThat(requests.label(asked, "PUT", "x", "/a", "")).isEqualTo("none");
    assertThat(requests.label(asked, "GET", "x", "/b", "X-Beta: 1\r\n"))
        .isEqualTo("/b header x-beta");
    assertThat(requests.label(asked, "GET", "x", "/b", "X-Beta: 1\r\nConnection: x-beta\r\n"))
        .isEqualTo("none");
  }

  @Test
  void aNewTableKeepsWhatIsTheSame() {
    Service a =
        new Service(
            "a", List.of(), List.of(new Route("a.example", "/", true), new Route("", "/a", true)));
    Service b = new Service("b", List.of(), List.of(new Route("b.example", "/", true)));
    RouteTable first = RouteTable.of(List.of(a, b), true);
    assertThat(first.next(List.of(a, b), true)).isSameAs(first);
    Service changed =
        new Service(
            "b", List.of(), List.of(new Route("b.example", "/", true), new Route("", "/b", true)));
    Service early = new Service("0", List.of(), List.of(new Route("0.example", "/", true)));
    RouteTable second = first.next(List.of(early, a, changed), true);
    assertThat(second.tree("a.example")).isNotNull().isSameAs(first.tree("a.example"));
    assertThat(second.tree("b.example")).isNotNull().isSameAs(first.tree("b.example"));
    assertThat(second.tree("")).isNotSameAs(first.tree(""));
    assertThat(requests.match(second, requests.head("GET", "x", "/a", "")))
        .isNotNull()
        .isSameAs(requests.match(first, requests.head("GET", "x", "/a", "")));
    RouteTable third = second.next(List.of(early, changed), true);
    assertThat(requests.label(third, "a.example", "/")).isEqualTo("none");
    assertThat(third.services()).containsExactly("", "b", "0");
    RouteTable fourth =
        third.next(List.of(early, changed, new Service("z", List.of(), List.of())), true);
    assertThat(fourth.services()).containsExactly("z", "b", "0");
    assertThat(fourth.tree("")).isSameAs(third.tree(""));
  }

  @Test
  void withoutDefaultRoutesAServiceWithoutRoutesMakesNoNewTable() {
    Service a = new Service("a", List.of(), List.of(new Route("", "/a", true)));
    RouteTable table = RouteTable.of(List.of(a), false);
    assertThat(table.next(List.of(a, new Service("b", List.of(), List.of())), false))
        .isSameAs(table);
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
      Head head = requests.head("GET", "x", "/v" + i % 100 + "/r" + i + "/x", "");
      RouteEntry entry = Objects.requireNonNull(requests.match(large, head));
      assertThat(entry.serviceIndex()).isEqualTo(i);
      assertThat(
              RouteTable.skip(
                  head.bytes(), head.pathStart(), head.pathEnd(), entry.stripSegments()))
          .isEqualTo(head.pathEnd() - 2);
    }
  }
}
