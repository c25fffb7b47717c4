package io.roadstead.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.gateway.http.Head;
import io.roadstead.registry.Route;
import io.roadstead.registry.RouteMatch;
import io.roadstead.registry.Service;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The tree finds what a look at every route, with strings, finds: over tables that change. */
class RouteTableLawTest {
  private static final long SEED = 20261123;
  private static final int TABLES = 200;
  private static final int LOOKUPS = 500;
  private static final List<String> SEGMENTS = List.of("a", "ab", "abc", "b", "a-b", "%61", "x");
  private static final List<String> HOSTS =
      List.of("", "h.example", "g.h.example", "*.example", "*.h.example", "other");
  private static final List<String> ASKED =
      List.of("h.example", "g.h.example", "f.g.h.example", "x.example", "other", "none");

  /** One request as text. */
  private record Asked(
      String method,
      String host,
      String path,
      Map<String, String> headers,
      Map<String, String> query,
      Map<String, String> cookies) {}

  /** A declared route, and whose it is. */
  private record Declared(String service, int order, Route route) {}

  private final Random random = new Random(SEED);
  private final Requests requests = new Requests();

  @Test
  void theTableFindsWhatALookAtEveryRouteFinds() {
    RouteTable table = RouteTable.EMPTY;
    List<Service> services = List.of();
    int found = 0;
    for (int t = 0; t < TABLES; t++) {
      services = changed(services);
      boolean defaults = random.nextInt(4) > 0;
      table = table.next(services, defaults);
      for (int i = 0; i < LOOKUPS; i++) {
        Asked asked = asked();
        String expected = naive(services, defaults, asked);
        RouteEntry entry = requests.match(table, head(asked));
        String actual = entry == null ? "none" : entry.service() + " " + entry.label();
        assertThat(actual)
            .as("seed %d, table %d, look-up %d: %s", SEED, t, i, asked)
            .isEqualTo(expected);
        if (entry != null) {
          found++;
          assertThat(table.services().get(entry.serviceIndex())).isEqualTo(entry.service());
        }
      }
    }
    assertThat(found).isBetween(TABLES * LOOKUPS / 4, TABLES * LOOKUPS * 99 / 100);
  }

  private List<Service> changed(List<Service> before) {
    List<Service> next = new ArrayList<>();
    Map<String, Service> known = new HashMap<>();
    before.forEach(service -> known.put(service.name(), service));
    for (String name : List.of("a", "ab", "b", "c", "d", "x")) {
      Service old = known.get(name);
      int dice = random.nextInt(10);
      if (old != null && dice < 6) {
        next.add(old);
      } else if (dice < 9) {
        List<Route> routes = new ArrayList<>();
        for (int i = random.nextInt(8); i > 0; i--) {
          routes.add(route());
        }
        next.add(new Service(name, List.of(), routes));
      }
    }
    return next;
  }

  private Route route() {
    StringBuilder path = new StringBuilder();
    for (int i = random.nextInt(4); i > 0; i--) {
      path.append('/').append(SEGMENTS.get(random.nextInt(5)));
    }
    if (path.isEmpty() || random.nextInt(4) == 0) {
      path.append('/');
    }
    return new Route(HOSTS.get(random.nextInt(HOSTS.size())), path.toString(), true)
        .with(
            new RouteMatch(
                random.nextInt(4) == 0,
                random.nextInt(4) == 0 ? List.of(random.nextBoolean() ? "GET" : "POST") : List.of(),
                condition("x-h"),
                condition("q"),
                condition("c")));
  }

  private Map<String, String> condition(String name) {
    return switch (random.nextInt(10)) {
      case 0 -> Map.of(name, "1");
      case 1 -> Map.of(name, "*");
      default -> Map.of();
    };
  }

  private Asked asked() {
    StringBuilder path = new StringBuilder();
    for (int i = random.nextInt(5); i > 0; i--) {
      path.append('/').append(SEGMENTS.get(random.nextInt(SEGMENTS.size())));
    }
    if (path.isEmpty() || random.nextInt(5) == 0) {
      path.append('/');
    }
    return new Asked(
        List.of("GET", "HEAD", "POST").get(random.nextInt(3)),
        ASKED.get(random.nextInt(ASKED.size())),
        path.toString(),
        sent("x-h"),
        sent("q"),
        sent("c"));
  }

  private Map<String, String> sent(String name) {
    return random.nextInt(3) > 0 ? Map.of() : Map.of(name, random.nextBoolean() ? "1" : "2");
  }

  private Head head(Asked asked) {
    StringBuilder target = new StringBuilder(asked.path);
    asked.query.forEach((name, value) -> target.append("?o=&").append(name + "=" + value));
    StringBuilder lines = new StringBuilder();
    asked.headers.forEach((name, value) -> lines.append(name + ": " + value + "\r\n"));
    asked.cookies.forEach(
        (name, value) -> lines.append("Cookie: o=p; " + name + "=" + value + "\r\n"));
    return requests.head(asked.method, asked.host, target.toString(), lines.toString());
  }

  private static String naive(List<Service> services, boolean defaults, Asked asked) {
    String path = asked.path.replace("%61", "a");
    List<Declared> takers = new ArrayList<>();
    int order = 0;
    for (Service service : services) {
      for (Route route : service.routes()) {
        if (takes(route, asked, path)) {
          takers.add(new Declared(service.name(), order, route));
        }
        order++;
      }
    }
    Optional<Declared> best =
        takers.stream()
            .min(
                Comparator.<Declared>comparingInt(taker -> hostRank(taker.route.host()))
                    .thenComparingInt(taker -> -taker.route.claimedPath().length())
                    .thenComparing(taker -> !taker.route.match().exact())
                    .thenComparingInt(taker -> -taker.route.match().conditions())
                    .thenComparingInt(Declared::order));
    if (best.isPresent()) {
      return best.get().service + " " + best.get().route.label();
    }
    String first = path.split("/", -1)[1];
    Set<String> names = new HashSet<>();
    services.forEach(service -> names.add(service.name()));
    return defaults && names.contains(first) ? first + " /" + first + "/**" : "none";
  }

  /** Of those that match one host: exact, then the longest wildcard, then any. */
  private static int hostRank(String host) {
    return host.isEmpty() ? 1_000_000 : host.startsWith("*.") ? 1000 - host.length() : -1;
  }

  private static boolean takes(Route route, Asked asked, String path) {
    String host = route.host();
    boolean hostTakes =
        host.isEmpty()
            || host.equals(asked.host)
            || (host.startsWith("*.") && asked.host.endsWith(host.substring(1)));
    String own = route.claimedPath();
    boolean pathTakes =
        route.match().exact() ? path.equals(own) : path.equals(own) || path.startsWith(own + "/");
    List<String> methods = route.match().methods();
    return hostTakes
        && pathTakes
        && (methods.isEmpty()
            || methods.contains(asked.method)
            || (asked.method.equals("HEAD") && methods.contains("GET")))
        && holds(route.match().headers(), asked.headers)
        && holds(route.match().query(), asked.query)
        && holds(route.match().cookies(), asked.cookies);
  }

  private static boolean holds(Map<String, String> wanted, Map<String, String> there) {
    for (Map.Entry<String, String> each : wanted.entrySet()) {
      @Nullable String value = there.get(each.getKey());
      if (value == null
          || !(each.getValue().equals("*") || Objects.equals(value, each.getValue()))) {
        return false;
      }
    }
    return true;
  }
}
