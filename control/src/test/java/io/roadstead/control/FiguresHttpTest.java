package io.roadstead.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.control.figures.Buckets;
import io.roadstead.control.figures.GatewayCounts;
import io.roadstead.control.figures.GatewayCounts.InService;
import io.roadstead.control.figures.GatewayCounts.OnInstance;
import io.roadstead.control.figures.GatewayCounts.RequestKey;
import io.roadstead.control.figures.GatewayCounts.Requests;
import io.roadstead.control.remote.ControlPlane;
import io.roadstead.control.remote.FiguresTeller;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.SubscriberKind;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class FiguresHttpTest {
  private final MemoryPlatform platform = MemoryPlatform.open();

  @AfterEach
  void close() {
    platform.close();
  }

  private static GatewayCounts counts(long good, long bad) {
    long[] buckets = new long[Buckets.COUNT];
    buckets[Buckets.endingAt(20_000_000)] = good + bad;
    return new GatewayCounts(
        List.of(
            new Requests(
                new RequestKey("/orders/**", "orders", "1"),
                new long[] {0, 0, good, 0, 0, bad},
                buckets,
                (good + bad) / 50.0)),
        Map.of("orders", new InService(2, Map.of("idle", 1L), Map.of("connect-failed", 1L))),
        Map.of(
            new InstanceKey("orders", "orders-1"),
            new OnInstance("1", good + bad, bad, 0, 2, buckets)),
        4);
  }

  private void second() {
    platform.pass(Duration.ofSeconds(1));
    platform.figures.tick();
  }

  @Test
  void aHundredRequestsOfWhichTenFailAreTenPercent() throws Exception {
    platform.counted = counts(90, 10);
    second();
    JsonNode figures = platform.getJson("/api/v1/figures?window=10s");
    assertThat(figures.path("stepMillis").asInt()).isEqualTo(1_000);
    assertThat(figures.path("steps").asInt()).isEqualTo(10);
    assertThat(figures.path("known").asBoolean()).isTrue();
    assertThat(figures.path("series")).hasSize(2);
    assertThat(figures.path("series").get(0).has("service")).as("the sum of all").isFalse();
    JsonNode orders = figures.path("series").get(1);
    assertThat(orders.path("service").asString()).isEqualTo("orders");
    assertThat(orders.path("requests").toString()).isEqualTo("[0,0,0,0,0,0,0,0,0,100]");
    assertThat(orders.path("errors").get(9).asInt()).isEqualTo(10);
    assertThat(orders.path("inFlight").get(9).asInt()).isEqualTo(2);
    assertThat(orders.path("p99Millis").get(8).isNull()).isTrue();
    assertThat(orders.path("p99Millis").get(9).asDouble()).isBetween(20.0, 25.0);
    assertThat(orders.path("window").path("errorShare").asDouble()).isEqualTo(0.1);

    JsonNode one = platform.getJson("/api/v1/figures?service=ORDERS");
    assertThat(one.path("steps").asInt()).isEqualTo(300);
    assertThat(one.path("series")).hasSize(3);
    assertThat(one.path("series").get(1).path("version").asString()).isEqualTo("1");
    assertThat(one.path("series").get(2).path("instance").asString()).isEqualTo("orders-1");
    for (String window : List.of("0s", "6m", "x", "1ms", "-1s")) {
      assertThat(platform.get("/api/v1/figures?window=" + window).statusCode())
          .as(window)
          .isEqualTo(400);
    }
  }

  @Test
  void theConsoleHearsOfEachSecond() throws Exception {
    try (EventReader console = new EventReader(platform.port(), "/api/v1/console/stream")) {
      assertThat(console.next().name()).isEqualTo("state");
      platform.counted = counts(90, 10);
      second();
      JsonNode figures = console.next("figures").data();
      assertThat(figures.path("known").asBoolean()).isTrue();
      assertThat(figures.path("total").path("point").path("requests").asInt()).isEqualTo(100);
      JsonNode orders = figures.path("services").path("orders");
      assertThat(orders.path("point").path("errors").asInt()).isEqualTo(10);
      assertThat(orders.path("point").path("inFlight").asInt()).isEqualTo(2);
      assertThat(orders.path("recent").path("errorShare").asDouble()).isEqualTo(0.1);
      assertThat(orders.path("versions").path("1").path("point").path("requests").asInt())
          .isEqualTo(100);
      JsonNode instance = orders.path("instances").path("orders-1").path("point");
      assertThat(instance.path("requests").asInt()).isEqualTo(100);
      assertThat(instance.path("p50Millis").asDouble()).isBetween(20.0, 25.0);
    }
  }

  @Test
  void aGatewayInAProcessOfItsOwnTellsWhatItCounts() throws Exception {
    AtomicReference<GatewayCounts> counted = new AtomicReference<>(counts(1_000, 0));
    platform.subscribers.connect("gateway-1", SubscriberKind.GATEWAY, Set.of(), () -> {});
    try (FiguresTeller teller =
        new FiguresTeller(
            new ControlPlane(
                platform.uri("/"), MemoryPlatform.TOKEN, "gateway-1", SubscriberKind.GATEWAY),
            counted::get)) {
      teller.start();
      await().until(() -> platform.figures.counts().clientConnections() == 4);
      counted.set(counts(1_090, 10));
      await()
          .untilAsserted(
              () ->
                  assertThat(platform.figures.counts().requests())
                      .singleElement()
                      .satisfies(one -> assertThat(one.count()).isEqualTo(100)));
      second();
      JsonNode window =
          platform.getJson("/api/v1/figures?window=5s").path("series").get(1).path("window");
      assertThat(window.path("errorShare").asDouble()).isEqualTo(0.1);
      counted.set(new GatewayCounts(counts(1_091, 10).requests(), Map.of(), Map.of(), 0));
    }
    assertThat(platform.figures.counts().requests().getFirst().count())
        .as("told a last time at its end")
        .isEqualTo(101);
    assertThat(platform.figures.counts().instances()).as("gone").isEmpty();
  }

  @Test
  void whatAGatewayTellsIsCheckedAtTheDoor() throws Exception {
    String path = "/api/v1/gateways/gateway-1/figures";
    assertThat(code(platform.send("POST", path, "{}"))).isEqualTo("404 unknown-gateway");
    platform.subscribers.connect("gateway-1", SubscriberKind.GATEWAY, Set.of(), () -> {});
    assertThat(
            platform
                .send(
                    platform
                        .request(path)
                        .header("Content-Type", "application/json")
                        .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{}")))
                .statusCode())
        .isEqualTo(401);
    assertThat(platform.send("POST", path, "{}").body()).isEqualTo("{\"known\":false}");
    assertThat(platform.send("POST", path, "{\"whole\":true,\"complete\":true}").body())
        .isEqualTo("{\"known\":true}");
    for (String wrong :
        List.of(
            "{\"clientConnections\":-1}",
            "{\"clientConnections\":\"many\"}",
            "{\"requests\":[{\"byStatus\":{\"2xx\":1.5}}]}",
            "{\"requests\":[{\"buckets\":[[1000,-1]]}]}",
            "{\"requests\":[{\"sumSeconds\":-1}]}",
            "{\"requests\":[{\"service\":\"" + "x".repeat(300) + "\"}]}",
            "{\"instances\":{\"nothing\":{}}}",
            "{\"gone\":[\"nothing\"]}",
            "{\"services\":{\"a\":{\"retries\":{" + names(17) + "}}}}")) {
      assertThat(code(platform.send("POST", path, wrong)))
          .as(wrong)
          .isEqualTo("400 invalid-figures");
    }
    assertThat(platform.send("POST", path, "x".repeat(2 << 20)).statusCode()).isEqualTo(413);
  }

  private static String names(int count) {
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < count; i++) {
      names.append(i == 0 ? "" : ",").append("\"r").append(i).append("\":1");
    }
    return names.toString();
  }

  private static String code(HttpResponse<String> answer) {
    return answer.statusCode() + " " + MemoryPlatform.json(answer).path("code").asString("");
  }
}
