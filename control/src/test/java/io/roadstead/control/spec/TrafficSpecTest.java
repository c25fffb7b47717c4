package io.roadstead.control.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.control.wire.Json;
import io.roadstead.control.wire.RegistryJson;
import io.roadstead.registry.Cursor;
import io.roadstead.registry.Route;
import io.roadstead.registry.Service;
import io.roadstead.registry.Snapshot;
import io.roadstead.registry.TrafficPolicy;
import io.roadstead.registry.TrafficPolicy.Concurrency;
import io.roadstead.registry.TrafficPolicy.Ejection;
import io.roadstead.registry.TrafficPolicy.OfRoute;
import io.roadstead.registry.TrafficPolicy.Retries;
import io.roadstead.registry.TrafficPolicy.Waits;
import io.roadstead.rollout.ServiceSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** How gateways treat requests, as the file says it and as it travels. */
class TrafficSpecTest {
  private static final TrafficPolicy FULL =
      new TrafficPolicy(
          new Waits(
              Duration.ofMillis(200),
              Duration.ofSeconds(5),
              Duration.ofSeconds(20),
              Duration.ofMinutes(2)),
          new Retries(2, 10),
          new Ejection(3, 40, 30, 20, Duration.ofSeconds(2), Duration.ofMinutes(1)),
          new Concurrency(50, 200, 10, Duration.ofMillis(300)),
          Duration.ofMillis(500),
          Duration.ofSeconds(30));

  private final Problems problems = Problems.withoutLines();

  private Optional<ServiceSpec> read(String traffic) {
    String json = "{'command': ['a'], 'routes': [{'path': '/a'" + traffic + "}";
    return SpecReader.wire()
        .read(
            "orders",
            JsonMapper.builder().build().readTree(json.replace('\'', '"')),
            Place.ROOT,
            problems);
  }

  private static final String ALL =
      ", 'timeouts': {'try': '1s'}, 'concurrency': 7}], 'traffic': {"
          + "'timeouts': {'connect': '200ms', 'try': '5s', 'total': '20s', 'idle': '2m'},"
          + "'retries': {'tries': 2, 'budget': 10},"
          + "'ejection': {'errors': 3, 'errorPercent': 40, 'sharePercent': 30, 'panicPercent': 20,"
          + " 'shortest': '2s', 'longest': '1m'},"
          + "'concurrency': {'instance': 50, 'route': 200, 'queue': 10, 'wait': '300ms'},"
          + "'hold': '500ms', 'slowStart': '30s'}";

  private static final OfRoute OF_ROUTE =
      new OfRoute(new Waits(Duration.ZERO, Duration.ofSeconds(1), Duration.ZERO, Duration.ZERO), 7);

  @Test
  void aFullPolicyIsReadAndWrittenAgain() {
    ServiceSpec spec = read(ALL).orElseThrow();
    assertThat(spec.traffic()).isEqualTo(FULL);
    assertThat(spec.routes().getFirst().traffic()).isEqualTo(OF_ROUTE);
    SpecJson json = new SpecJson();
    assertThat(json.read("orders", json.write(spec))).isEqualTo(spec);
  }

  @Test
  void whoSaysNothingHasTheDefault() {
    ServiceSpec spec = read("}]").orElseThrow();
    assertThat(spec.traffic()).isEqualTo(TrafficPolicy.DEFAULT);
    assertThat(spec.routes().getFirst().traffic()).isEqualTo(OfRoute.NONE);
    assertThat(new SpecJson().write(spec)).doesNotContain("traffic", "timeouts");
  }

  @Test
  void allThatIsWrongIsToldAtOnce() {
    assertThat(
            read(
                ", 'timeouts': {'try': '1ms'}}], 'traffic': {"
                    + "'timeouts': {'try': '5s', 'total': '2s', 'all': '1s'},"
                    + "'retries': {'tries': 0, 'budget': 101},"
                    + "'ejection': {'shortest': '1m', 'longest': '1s'},"
                    + "'concurrency': {'queue': -1}, 'hold': '2s', 'slowly': 1}"))
        .isEmpty();
    String told =
        problems.list().stream().map(Problems.Problem::sentence).collect(Collectors.joining("\n"));
    assertThat(told.lines()).as(told).hasSize(9);
    assertThat(told)
        .contains(
            "is 1ms, allowed are 100ms to 24h",
            "is 5s, longer than total, 2s",
            "all: is not a known key",
            "tries: is 0, allowed are 1 to 8",
            "budget: is 101, allowed are 0 to 100",
            "is 1m, longer than longest, 1s",
            "queue: is -1",
            "is 2s, allowed are 0s to 1s",
            "slowly");
  }

  @Test
  void itTravelsWithTheRegistry() {
    Service orders =
        new Service(
            "orders", List.of(), List.of(new Route("", "/a", true, List.of(), OF_ROUTE)), FULL);
    Snapshot snapshot = new Snapshot(new Cursor("e", 1), Map.of("orders", orders));
    byte[] body = RegistryJson.snapshot(snapshot, Set.of());
    Snapshot read = RegistryJson.readSnapshot(Json.mapper().readTree(body));
    assertThat(read.service("orders")).isEqualTo(orders);
  }
}
