package io.roadstead.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.control.EventReader.ServerEvent;
import io.roadstead.registry.event.Event;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ServicesHttpTest {
  private static final String SERVICE = "/api/v1/services/orders";
  private static final String SPEC =
      "{\"command\":\"run"
          + " $PORT\",\"version\":\"1\",\"replicas\":2,\"routes\":[{\"path\":\"/orders\"}],"
          + "\"rollout\":{\"drainTimeout\":\"1s\",\"stopTimeout\":\"1s\"}}";

  private MemoryPlatform platform;

  @BeforeEach
  void open() {
    platform = MemoryPlatform.open();
  }

  @AfterEach
  void close() {
    platform.close();
  }

  private JsonNode ended(HttpResponse<String> started) throws Exception {
    assertThat(started.statusCode()).as(started.body()).isEqualTo(202);
    String id = MemoryPlatform.json(started).path("rollout").asString();
    JsonNode rollout = platform.getJson("/api/v1/rollouts/" + id + "?wait=10s");
    while (!rollout.has("endedAt")) {
      rollout = platform.getJson("/api/v1/rollouts/" + id + "?wait=10s");
    }
    return rollout;
  }

  @Test
  void oneCallThatWaitsIsAnsweredAtTheEndOfARollOut() throws Exception {
    HttpResponse<String> started = platform.send("PUT", SERVICE, SPEC);
    String id = MemoryPlatform.json(started).path("rollout").asString();

    JsonNode rollout = platform.getJson("/api/v1/rollouts/" + id + "?wait=30s");

    assertThat(rollout.path("state").asString()).isEqualTo("succeeded");
    assertThat(rollout.has("endedAt")).isTrue();
  }

  @Test
  void theBalancerIsChangedWithoutTouchingAnInstanceAndIsShown() throws Exception {
    ended(platform.send("PUT", SERVICE, SPEC));
    JsonNode before = platform.getJson(SERVICE).path("instances");
    String random = SPEC.replaceFirst("\\{", "{\"balancer\":{\"strategy\":\"random\"},");
    assertThat(platform.send("PUT", SERVICE, random).statusCode()).isIn(200, 202);
    await()
        .untilAsserted(
            () -> {
              JsonNode service = platform.getJson(SERVICE);
              assertThat(service.at("/spec/balancer/strategy").asString()).isEqualTo("random");
              assertThat(service.at("/instances/0/id")).isEqualTo(before.at("/0/id"));
            });
    assertThat(platform.getJson("/api/v1/registry?service=orders").toString())
        .contains("\"balancer\":{\"strategy\":\"random\"}");

    HttpResponse<String> refused =
        platform.send("PUT", SERVICE, random.replace("\"random\"", "\"fastest\""));
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).contains("'fastest' is not one of peak-ewma, least-request,");
  }

  @Test
  void aServiceIsDeployedScaledRestartedAndRemoved() throws Exception {
    JsonNode rollout = ended(platform.send("PUT", SERVICE, SPEC));
    assertThat(rollout.path("state").asString()).isEqualTo("succeeded");
    assertThat(rollout.path("service").asString()).isEqualTo("orders");
    assertThat(rollout.path("to").asString()).isEqualTo("1");
    assertThat(rollout.path("strategy").asString()).isEqualTo("rolling");
    assertThat(rollout.path("durationMillis").isIntegralNumber()).isTrue();
    assertThat(rollout.path("steps").path(0).path("state").asString()).isEqualTo("done");

    JsonNode service = platform.getJson(SERVICE);
    assertThat(service.path("desired").asInt()).isEqualTo(2);
    assertThat(service.path("ready").asInt()).isEqualTo(2);
    assertThat(service.path("version").asString()).isEqualTo("1");
    assertThat(service.at("/routes/0/path").asString()).isEqualTo("/orders");
    assertThat(service.at("/instances/0/managed").asBoolean()).isTrue();
    assertThat(service.at("/instances/0/requests").asInt()).isEqualTo(7);
    assertThat(service.path("inFlight").asInt()).isEqualTo(4);
    assertThat(service.at("/spec/command").asString()).isEqualTo("run $PORT");
    assertThat(platform.getJson("/api/v1/services").path(0).path("name").asString())
        .isEqualTo("orders");

    HttpResponse<String> same = platform.send("PUT", SERVICE, SPEC);
    assertThat(same.statusCode()).isEqualTo(200);
    assertThat(same.body()).isEqualTo("{\"rollout\":null}");
    HttpResponse<String> specAgain = platform.send("PUT", SERVICE, service.path("spec").toString());
    assertThat(specAgain.statusCode()).as(specAgain.body()).isEqualTo(200);
    HttpResponse<String> wholeAgain = platform.send("PUT", SERVICE, service.toString());
    assertThat(wholeAgain.statusCode()).as(wholeAgain.body()).isEqualTo(200);
    assertThat(platform.send("PUT", SERVICE, "{\"spec\":{\"replicas\":-1}}").body())
        .contains("spec.replicas", "-1");

    ended(platform.send("POST", SERVICE + "/scale", "{\"replicas\":1}"));
    await()
        .untilAsserted(() -> assertThat(platform.getJson("/api/v1/instances").size()).isEqualTo(1));
    assertThat(platform.send("PUT", SERVICE, SPEC).body()).isEqualTo("{\"rollout\":null}");
    ended(platform.send("PUT", SERVICE + "?scale=true", SPEC));
    assertThat(platform.getJson(SERVICE).path("desired").asInt()).isEqualTo(2);
    ended(platform.send("POST", SERVICE + "/scale", "{\"replicas\":1}"));
    ended(platform.send("POST", SERVICE + "/restart"));
    ended(platform.send("PUT", SERVICE, SPEC.replace("\"1\"", "\"2\"").replace("run", "walk")));
    String rollback = SERVICE + "/rollback?why=";
    assertThat(platform.send("POST", rollback + "w".repeat(201), "{}").body())
        .contains("invalid-why", "201", "200");
    assertThat(platform.send("POST", rollback + "a%0Ab", "{}").statusCode()).isEqualTo(400);
    JsonNode back = ended(platform.send("POST", rollback + "walks%20badly", "{\"to\":\"1\"}"));
    assertThat(back.path("kind").asString()).isEqualTo("rollback");
    assertThat(back.path("why").asString()).isEqualTo("walks badly");
    JsonNode history = platform.getJson(SERVICE + "/history");
    assertThat(history.size()).isGreaterThanOrEqualTo(2);
    assertThat(history.path(0).path("artifact").asString()).hasSize(64);
    assertThat(history.path(0).path("by").asString()).isEqualTo("token");
    assertThat(platform.getJson("/api/v1/rollouts?service=orders").size()).isEqualTo(7);

    ended(platform.send("DELETE", SERVICE));
    await().untilAsserted(() -> assertThat(platform.get(SERVICE).statusCode()).isEqualTo(404));
  }

  @Test
  void everyProblemOfASpecificationIsToldAtOnceAndNothingIsChanged() throws Exception {
    HttpResponse<String> answer =
        platform.send(
            "PUT",
            SERVICE,
            "{\"command\":\"x\",\"replica\":2,\"replicas\":-1,\"rollout\":{\"strategy\":\"bold\"}}");
    assertThat(answer.statusCode()).isEqualTo(400);
    JsonNode problem = MemoryPlatform.json(answer);
    assertThat(problem.path("code").asString()).isEqualTo("invalid-specification");
    assertThat(problem.path("problems").size()).isEqualTo(3);
    assertThat(problem.path("detail").asString())
        .contains("'replicas'?", "-1", "0 to 1000", "not one of rolling");
    assertThat(platform.send("PUT", "/api/v1/services/a%2Fb", SPEC).statusCode()).isEqualTo(400);
    assertThat(platform.getJson("/api/v1/services").size()).isZero();
  }

  @Test
  void whatContradictsWhatIsThereIsAConflict() throws Exception {
    ended(platform.send("PUT", SERVICE, SPEC));
    HttpResponse<String> answer = platform.send("PUT", SERVICE, SPEC.replace("run", "other"));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(409);
  }

  @Test
  void whatIsUnknownIsAProblemWithItsCode() throws Exception {
    for (String[] expected :
        new String[][] {
          {"GET", "/api/v1/services/none", "unknown-service"},
          {"GET", "/api/v1/services/none/history", "unknown-service"},
          {"GET", "/api/v1/services/none/logs", "unknown-service"},
          {"GET", "/api/v1/rollouts/none", "unknown-rollout"},
          {"POST", "/api/v1/services/none/restart", "unknown-service"},
          {"POST", "/api/v1/instances/none/drain", "unknown-instance"},
          {"GET", "/api/v1/usage", "not-supported"},
          {"GET", "/api/v1/nothing", "unknown-path"},
          {"GET", "/api", "unknown-path"}
        }) {
      HttpResponse<String> answer = platform.send(expected[0], expected[1]);
      assertThat(answer.statusCode()).as(expected[1]).isEqualTo(404);
      assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
      JsonNode problem = MemoryPlatform.json(answer);
      assertThat(problem.path("code").asString()).isEqualTo(expected[2]);
      assertThat(problem.path("status").asInt()).isEqualTo(404);
      assertThat(problem.path("detail").asString()).isNotEmpty();
    }
  }

  @Test
  void aMethodThatIsNotThereIsAnsweredWithThoseThatAre() throws Exception {
    HttpResponse<String> answer = platform.send("PATCH", SERVICE, "{}");
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).contains("GET, PUT, DELETE, HEAD");
  }

  @Test
  void anInstanceThatOnlyRegistersCanBeDrainedAndResumed() throws Exception {
    platform.register("outside", "x1", 31_001);
    assertThat(platform.send("POST", "/api/v1/instances/x1/drain").statusCode()).isEqualTo(202);
    assertThat(platform.getJson("/api/v1/instances").at("/0/status").asString())
        .isEqualTo("DRAINING");
    assertThat(platform.send("POST", "/api/v1/instances/x1/resume").statusCode()).isEqualTo(202);
    assertThat(platform.getJson("/api/v1/instances?service=outside").at("/0/status").asString())
        .isEqualTo("UP");
    JsonNode service = platform.getJson("/api/v1/services").path(0);
    assertThat(service.path("name").asString()).isEqualTo("outside");
    assertThat(service.path("managed").asBoolean()).isFalse();
    assertThat(platform.getJson("/api/v1/routes").at("/0/path").asString()).isEqualTo("/outside");
  }

  @Test
  void logsAreLinesOfText() throws Exception {
    ended(platform.send("PUT", SERVICE, SPEC));
    HttpResponse<String> logs = platform.get(SERVICE + "/logs?tail=2");
    assertThat(logs.statusCode()).isEqualTo(200);
    assertThat(logs.headers().firstValue("Content-Type")).contains("text/plain; charset=utf-8");
    assertThat(logs.body()).isEqualTo("orders line 1\norders line 2\n");
    assertThat(platform.get(SERVICE + "/logs?tail=-1").statusCode()).isEqualTo(400);
    assertThat(platform.get(SERVICE + "/logs?follow=maybe").statusCode()).isEqualTo(400);
    assertThat(platform.get(SERVICE + "/logs?instance=orders-1-a").statusCode()).isEqualTo(200);
    HttpResponse<String> unknown = platform.get(SERVICE + "/logs?instance=nobody");
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(unknown.body()).contains("unknown-instance", "'nobody'");
  }

  @Test
  void anArtifactIsKeptUnderItsDigestOnly() throws Exception {
    String bytes = "jar".repeat(700_000);
    String digest = MemoryPlatform.sha256(bytes);
    assertThat(upload(digest, bytes, "application/octet-stream")).isEqualTo(201);
    assertThat(platform.artifacts).containsExactly(digest);
    assertThat(upload(digest, bytes + "x", "application/java-archive")).isEqualTo(422);
    assertThat(platform.artifacts).containsExactly(digest);
    assertThat(upload(digest, bytes, "text/plain")).isEqualTo(415);
    assertThat(upload("abc", bytes, "application/octet-stream")).isEqualTo(400);
  }

  private int upload(String digest, String bytes, String type) throws Exception {
    return platform
        .send(
            platform
                .request("/api/v1/artifacts/" + digest)
                .header("Authorization", "Bearer " + MemoryPlatform.TOKEN)
                .header("Content-Type", type)
                .PUT(BodyPublishers.ofString(bytes)))
        .statusCode();
  }

  @Test
  void eventsAreAListAndAStreamThatIsResumed() throws Exception {
    event("one");
    event("two");
    await().untilAsserted(() -> assertThat(platform.getJson("/api/v1/events").size()).isEqualTo(2));
    JsonNode list = platform.getJson("/api/v1/events");
    String first = list.path(0).path("cursor").asString();
    assertThat(list.path(0).path("kind").asString()).isEqualTo("test.one");
    assertThat(list.path(0).path("data").path("n").asInt()).isEqualTo(1);
    assertThat(platform.getJson("/api/v1/events?since=" + first).size()).isEqualTo(1);
    assertThat(platform.getJson("/api/v1/events?since=unknown").size()).isEqualTo(2);
    try (EventReader reader =
        new EventReader(
            platform.port(),
            "/api/v1/events",
            "Accept: text/event-stream",
            "Last-Event-ID: " + first)) {
      ServerEvent second = reader.next();
      assertThat(second.data().path("kind").asString()).isEqualTo("test.two");
      event("three");
      ServerEvent third = reader.next();
      assertThat(third.data().path("kind").asString()).isEqualTo("test.three");
      assertThat(third.id()).isEqualTo(third.data().path("cursor").asString());
    }
  }

  private void event(String word) {
    platform.events.accept(
        new Event(Instant.EPOCH, "test." + word, "orders", "", "", "it happened", Map.of("n", 1)));
  }

  @Test
  void figuresAreThereForPrometheusAndOpenMetrics() throws Exception {
    ended(platform.send("PUT", SERVICE, SPEC));
    platform.register("outside", "x1", 31_001);
    platform.registry.renew("outside", "x1");
    String text = platform.get("/metrics").body();
    assertThat(text)
        .contains("roadstead_registry_instances{service=\"orders\",status=\"UP\"} 2")
        .contains("roadstead_registry_instances{service=\"outside\",status=\"UP\"} 1")
        .contains("roadstead_registry_held{service=\"orders\"} 0")
        .contains("roadstead_registry_renewals_total 1")
        .contains("roadstead_subscribers{kind=\"gateway\"} 0")
        .contains("roadstead_rollouts_total{service=\"orders\",state=\"succeeded\"} 1")
        .contains("roadstead_rollout_seconds_count 1")
        .contains("roadstead_drain_seconds_count{proof=\"confirmed\"} 0");
    HttpResponse<String> open =
        platform.send(
            platform.request("/metrics").header("Accept", "application/openmetrics-text"));
    assertThat(open.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("application/openmetrics-text");
    assertThat(open.body()).endsWith("# EOF\n");
  }

  @Test
  void anUploadIsToldItsDigest() throws Exception {
    HttpResponse<String> kept =
        platform.send(
            platform
                .request("/api/v1/artifacts")
                .header("Authorization", "Bearer " + MemoryPlatform.TOKEN)
                .header("Content-Type", "application/octet-stream")
                .POST(BodyPublishers.ofString("the bytes of a jar")));
    assertThat(kept.statusCode()).isEqualTo(201);
    String digest = MemoryPlatform.sha256("the bytes of a jar");
    assertThat(MemoryPlatform.json(kept).path("artifact").asString()).isEqualTo(digest);
    assertThat(platform.artifacts).contains(digest);
  }

  @Test
  void theFirstPageSaysWhatThisIs() throws Exception {
    HttpResponse<String> page = platform.get("/");
    assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
    assertThat(page.body()).contains("Roadstead");
    assertThat(platform.getJson("/health/ready").path("status").asString()).isEqualTo("UP");
    JsonNode live = platform.getJson("/health/live");
    assertThat(live.path("platform").asString()).isEqualTo("p1");
    assertThat(live.path("defaultRoutes").asBoolean(true)).isFalse();
  }

  @Test
  void aSplitIsSetShownTravelsAndIsCleared() throws Exception {
    String split = "/api/v1/services/orders/split";
    String wanted = "{\"split\":{\"1\":90,\"2\":10}}";
    assertThat(platform.send("PUT", split, wanted).statusCode()).isEqualTo(404);
    var instance = platform.send("PUT", "/api/v1/registry/orders/a", "{\"host\":\"h\",\"port\":1}");
    assertThat(instance.statusCode()).isEqualTo(201);

    HttpResponse<String> set = platform.send("PUT", split, wanted);
    assertThat(set.statusCode()).as(set.body()).isEqualTo(200);
    assertThat(platform.getJson(split).path("split").toString()).isEqualTo("{\"1\":90,\"2\":10}");
    assertThat(platform.get("/api/v1/registry").body())
        .contains(wanted.substring(1, wanted.length() - 1));
    assertThat(platform.get("/api/v1/events").body()).contains("split.changed");

    HttpResponse<String> wrong = platform.send("PUT", split, "{\"split\":{\"1\":90,\"2\":20}}");
    assertThat(wrong.statusCode()).isBetween(400, 422);
    assertThat(wrong.body()).contains("invalid-split").contains("110").contains("100");

    assertThat(platform.send("DELETE", split).statusCode()).isEqualTo(204);
    assertThat(platform.getJson(split).path("split").isEmpty()).isTrue();
  }

  @Test
  void theDescriptionOfTheApiIsWhatIsServed() throws Exception {
    String path = "";
    List<String> described = new java.util.ArrayList<>();
    String document = platform.get("/api/v1/openapi.yaml").body();
    String paths =
        document.substring(document.indexOf("\npaths:"), document.indexOf("\ncomponents:"));
    for (String line : paths.split("\n", -1)) {
      if (line.matches("  /.*:")) {
        path = line.strip().replaceFirst(":$", "");
      } else if (line.matches("    [a-z]+:")) {
        described.add(
            line.strip().replace(":", "").toUpperCase(java.util.Locale.ROOT) + " " + path);
      }
    }
    assertThat(described).containsExactlyInAnyOrderElementsOf(platform.server.endpoints());
  }
}
