package io.roadstead.control.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.control.wire.Json;
import io.roadstead.control.wire.RegistryJson;
import io.roadstead.registry.Balancing;
import io.roadstead.registry.Balancing.Affinity;
import io.roadstead.registry.Balancing.Strategy;
import io.roadstead.registry.Cursor;
import io.roadstead.registry.Service;
import io.roadstead.registry.Snapshot;
import io.roadstead.registry.TrafficPolicy;
import io.roadstead.rollout.ServiceSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** How an instance is chosen, as the file says it and as it travels. */
class BalancerSpecTest {
  private final Problems problems = Problems.withoutLines();

  private Optional<ServiceSpec> read(String balancer) {
    String json = "{'command': ['a'], 'balancer': " + balancer + "}";
    return SpecReader.wire()
        .read(
            "orders",
            JsonMapper.builder().build().readTree(json.replace('\'', '"')),
            Place.ROOT,
            problems);
  }

  private Balancing balancing(String balancer) {
    Optional<ServiceSpec> spec = read(balancer);
    assertThat(spec).as(problems.list().toString()).isPresent();
    return spec.orElseThrow().traffic().balancing();
  }

  private String told() {
    return problems.list().stream()
        .map(Problems.Problem::sentence)
        .collect(Collectors.joining("\n"));
  }

  @ParameterizedTest
  @EnumSource(Strategy.class)
  void everyStrategyIsReadByItsWordAndWrittenAgain(Strategy strategy) {
    ServiceSpec spec = read("{'strategy': '" + strategy.word() + "'}").orElseThrow();
    assertThat(spec.traffic().balancing()).isEqualTo(Balancing.of(strategy));
    SpecJson json = new SpecJson();
    assertThat(json.read("orders", json.write(spec))).isEqualTo(spec);
    assertThat(json.write(spec)).doesNotContain("traffic");
  }

  @Test
  void whoSaysNothingHasTheDefault() {
    ServiceSpec spec = read("null").orElseThrow();
    assertThat(spec.traffic()).isEqualTo(TrafficPolicy.DEFAULT);
    assertThat(new SpecJson().write(spec)).doesNotContain("balancer");
  }

  @Test
  void anUnknownStrategyIsToldThoseThereAre() {
    assertThat(read("{'strategy': 'roundrobin'}")).isEmpty();
    assertThat(told())
        .contains(
            "balancer.strategy: 'roundrobin' is not one of peak-ewma, least-request, round-robin,"
                + " smooth-weighted, random, prequal, maglev, zone-first");
  }

  @Test
  void affinityByHeaderIsMaglevs() {
    assertThat(balancing("{'affinity': {'header': 'X-Session'}}"))
        .isEqualTo(new Balancing(Strategy.MAGLEV, Affinity.header("x-session")));
    assertThat(read("{'strategy': 'random', 'affinity': {'header': 'X-Session'}}")).isEmpty();
    assertThat(told()).contains("is random, with which affinity by header does nothing");
  }

  @Test
  void affinityByCookieGoesWithEveryStrategy() {
    assertThat(
            balancing(
                "{'strategy': 'least-request', 'affinity': {'cookie': 'SHOP_AT',"
                    + " 'path': '/shop', 'maxAge': '1h', 'secure': true}}"))
        .isEqualTo(
            new Balancing(
                Strategy.LEAST_REQUEST,
                Affinity.cookie("SHOP_AT", "/shop", Duration.ofHours(1), true)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'affinity': {'cookie': 'a b'}}",
        "{'affinity': {'cookie': 'a', 'path': 'x; Domain=evil'}}",
        "{'affinity': {'cookie': 'a', 'header': 'b'}}",
        "{'affinity': {'header': 'a_b'}}",
        "{'affinity': {'header': 'a', 'maxAge': '1h'}}",
        "{'affinity': {'cookie': 'a', 'maxAge': '500d'}}",
        "{'affinity': {'by': 'cookie'}}",
        "{'stategy': 'random'}"
      })
  void whatCannotBeMeantIsRefused(String balancer) {
    assertThat(read(balancer)).isEmpty();
    assertThat(problems.list()).isNotEmpty();
  }

  @Test
  void itTravelsWithTheRegistry() {
    for (Balancing each :
        List.of(
            Balancing.of(Strategy.PREQUAL),
            new Balancing(Strategy.MAGLEV, Affinity.header("x-user")),
            new Balancing(
                Strategy.PEAK_EWMA, Affinity.cookie("AT", "/", Duration.ofMinutes(5), true)))) {
      Service orders =
          new Service("orders", List.of(), List.of(), TrafficPolicy.DEFAULT.with(each));
      Snapshot snapshot = new Snapshot(new Cursor("e", 1), Map.of("orders", orders));
      byte[] body = RegistryJson.snapshot(snapshot, Set.of());
      assertThat(RegistryJson.readSnapshot(Json.mapper().readTree(body)).service("orders"))
          .isEqualTo(orders);
    }
  }
}
