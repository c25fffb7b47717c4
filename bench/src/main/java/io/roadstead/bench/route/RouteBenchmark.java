package io.roadstead.bench.route;

import io.netty.buffer.Unpooled;
import io.roadstead.gateway.http.Head;
import io.roadstead.gateway.http.HeadLimits;
import io.roadstead.gateway.http.HeadParser;
import io.roadstead.gateway.route.PathCheck;
import io.roadstead.gateway.route.RouteTable;
import io.roadstead.registry.Route;
import io.roadstead.registry.RouteMatch;
import io.roadstead.registry.Service;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * 10,000 routes of 1,000 services: a third on every host, a third on 500 hosts, a third with a
 * header, a query parameter, a cookie or a method to ask for. Requests go to each route in turn, in
 * a random order, so that the table is not in the nearest cache.
 */
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RouteBenchmark {
  private static final int ROUTES = 10_000;
  private static final int SERVICES = 1_000;

  private final List<Head> heads = new ArrayList<>();
  private final List<Head> strangers = new ArrayList<>();
  private final PathCheck check = new PathCheck(HeadLimits.DEFAULT.headBytes());
  private List<Service> services = List.of();
  private List<Service> changed = List.of();
  private RouteTable table = RouteTable.EMPTY;
  private int at;

  @Setup
  public void make() {
    Random random = new Random(20261123);
    services = services("");
    changed = new ArrayList<>(services);
    changed.set(7, services("-new").get(7));
    table = RouteTable.of(services, true);
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < ROUTES; i++) {
      order.add(i);
    }
    Collections.shuffle(order, random);
    // A head keeps room for the largest; so a twentieth of the routes is asked for.
    for (int i : order.subList(0, ROUTES / 20)) {
      heads.add(head(i, path(i, "") + "/items/42?page=2&v=1"));
      if (look(heads.getLast()) == null) {
        throw new IllegalStateException("route " + i + " is not found");
      }
      // As far down the tree as can be: only the last segment differs.
      strangers.add(head(i, path(i, "") + "0000/items/42?page=2&v=1"));
      if (look(strangers.getLast()) != null) {
        throw new IllegalStateException("a route beside " + i + " is found");
      }
    }
  }

  private static Head head(int i, String target) {
    HeadParser parser = new HeadParser(new HeadLimits(1024, 2048, 20));
    int read =
        parser.request(
            Unpooled.copiedBuffer(
                (i % 12 == 11 ? "POST" : "GET")
                    + " "
                    + target
                    + " HTTP/1.1\r\nHost: "
                    + (i % 3 == 1 ? host(i) : "www.example.org")
                    + "\r\nUser-Agent: bench/1\r\nAccept: */*\r\nX-Beta: 1\r\nCookie: a=b;"
                    + " c=1\r\n\r\n",
                StandardCharsets.ISO_8859_1));
    if (read == HeadParser.INCOMPLETE || read == HeadParser.BAD) {
      throw new IllegalStateException("the request for " + target + " cannot be read");
    }
    return parser.head();
  }

  private static String path(int i, String suffix) {
    return "/api/v" + i % 5 + "/area" + i % 97 + suffix + "/resource" + i;
  }

  private static String host(int i) {
    return "shop" + i % 500 + ".example.org";
  }

  private static List<Service> services(String suffix) {
    List<List<Route>> routes = new ArrayList<>();
    for (int i = 0; i < SERVICES; i++) {
      routes.add(new ArrayList<>());
    }
    for (int i = 0; i < ROUTES; i++) {
      Route route = new Route(i % 3 == 1 ? host(i) : "", path(i, suffix), true);
      if (i % 3 == 2) {
        route =
            route.with(
                switch (i % 4) {
                  case 0 -> match(List.of(), Map.of("x-beta", "1"), Map.of(), Map.of());
                  case 1 -> match(List.of(), Map.of(), Map.of("v", "1"), Map.of());
                  case 2 -> match(List.of(), Map.of(), Map.of(), Map.of("c", "1"));
                  default -> match(List.of("POST"), Map.of(), Map.of(), Map.of());
                });
      }
      routes.get(i % SERVICES).add(route);
    }
    List<Service> services = new ArrayList<>();
    for (int i = 0; i < SERVICES; i++) {
      services.add(new Service(String.format("service-%04d", i), List.of(), routes.get(i)));
    }
    return services;
  }

  private static RouteMatch match(
      List<String> methods,
      Map<String, String> headers,
      Map<String, String> query,
      Map<String, String> cookies) {
    return new RouteMatch(false, methods, headers, query, cookies);
  }

  private @Nullable Object look(Head head) {
    check.accepts(head.bytes(), head.pathStart(), head.pathEnd());
    return table.match(head, check.bytes(), check.from(), check.to());
  }

  private @Nullable Object next(List<Head> from) {
    at = at + 1 == from.size() ? 0 : at + 1;
    return look(from.get(at));
  }

  /** The path checked, and its route found. */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  @OutputTimeUnit(TimeUnit.NANOSECONDS)
  public @Nullable Object lookUp() {
    return next(heads);
  }

  /** The path checked, and no route found, though there is one that hardly differs. */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  @OutputTimeUnit(TimeUnit.NANOSECONDS)
  public @Nullable Object miss() {
    return next(strangers);
  }

  /** A table of all routes from nothing, in a JVM that has done so once only. */
  @Benchmark
  @BenchmarkMode(Mode.SingleShotTime)
  @OutputTimeUnit(TimeUnit.MILLISECONDS)
  @Warmup(iterations = 0)
  @Measurement(iterations = 10)
  public Object load() {
    return RouteTable.of(services, true);
  }

  /** The next table where one service of a thousand changed its routes. */
  @Benchmark
  @BenchmarkMode(Mode.SingleShotTime)
  @OutputTimeUnit(TimeUnit.MILLISECONDS)
  @Warmup(iterations = 3)
  @Measurement(iterations = 10)
  public Object change() {
    return table.next(changed, true);
  }
}
