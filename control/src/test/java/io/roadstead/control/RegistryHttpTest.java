package io.roadstead.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class RegistryHttpTest {
  private static final String INSTANCE = "/api/v1/registry/Orders/a:1";
  private static final String BODY =
      "{\"host\":\"10.0.0.1\",\"port\":20001,\"metadata\":{\"zone\":\"z1\",\"version\":\"1.2\"}}";

  private MemoryPlatform platform;

  @BeforeEach
  void open() {
    platform = MemoryPlatform.open();
  }

  @AfterEach
  void close() {
    platform.close();
  }

  @Test
  void anInstanceRegistersRenewsAndLeaves() throws Exception {
    assertThat(platform.send("PUT", INSTANCE, BODY).statusCode()).isEqualTo(201);
    HttpResponse<String> again = platform.send("PUT", INSTANCE, BODY);
    assertThat(again.statusCode()).isEqualTo(200);
    JsonNode registry = platform.getJson("/api/v1/registry");
    assertThat(registry.path("version").asString())
        .isEqualTo(MemoryPlatform.json(again).path("version").asString());
    JsonNode instance = registry.at("/services/0/instances/0");
    assertThat(registry.at("/services/0/name").asString()).isEqualTo("orders");
    assertThat(instance.path("id").asString()).isEqualTo("a:1");
    assertThat(instance.path("service").asString()).isEqualTo("orders");
    assertThat(instance.path("host").asString()).isEqualTo("10.0.0.1");
    assertThat(instance.path("port").asInt()).isEqualTo(20_001);
    assertThat(instance.path("secure").asBoolean()).isFalse();
    assertThat(instance.path("status").asString()).isEqualTo("UP");
    assertThat(instance.path("weight").asInt()).isEqualTo(100);
    assertThat(instance.path("zone").asString()).isEqualTo("z1");
    assertThat(instance.path("version").asString()).isEqualTo("1.2");
    assertThat(instance.path("managed").asBoolean()).isFalse();
    assertThat(instance.at("/metadata/zone").asString()).isEqualTo("z1");

    assertThat(platform.send("POST", INSTANCE + "/renew").statusCode()).isEqualTo(204);
    HttpResponse<String> gone = platform.send("DELETE", INSTANCE);
    assertThat(gone.statusCode()).isEqualTo(204);
    assertThat(gone.body()).isEmpty();
    assertThat(platform.send("DELETE", INSTANCE).statusCode()).isEqualTo(404);
    HttpResponse<String> unknown = platform.send("POST", INSTANCE + "/renew");
    assertThat(unknown.statusCode()).isEqualTo(404);
    assertThat(MemoryPlatform.json(unknown).path("code").asString()).isEqualTo("unknown-instance");
    assertThat(unknown.headers().firstValue("Content-Type")).contains("application/problem+json");
  }

  @Test
  void aBodyThatIsNotJsonIsRefusedWithItsPlace() throws Exception {
    HttpResponse<String> answer = platform.send("PUT", INSTANCE, "{\"host\":\n  oops}");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(MemoryPlatform.json(answer).path("code").asString()).isEqualTo("malformed-json");
    assertThat(MemoryPlatform.json(answer).path("detail").asString()).contains("line 2, column");
    HttpResponse<String> cut = platform.send("PUT", INSTANCE, "{\"metadata\": [1");
    assertThat(MemoryPlatform.json(cut).path("detail").asString())
        .isEqualTo(
            "the body is not JSON: line 1, column 16: Unexpected end-of-input: expected close"
                + " marker for Array");
    assertThat(platform.registry.snapshot().services()).isEmpty();
  }

  @Test
  void nestingBeyondTheBoundIsRefused() throws Exception {
    HttpResponse<String> answer =
        platform.send(
            "PUT", INSTANCE, "{\"metadata\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("depth");
  }

  @Test
  void allThatIsWrongWithARegistrationIsToldAtOnce() throws Exception {
    HttpResponse<String> answer =
        platform.send(
            "PUT", INSTANCE, "{\"prot\":1,\"weight\":5000,\"status\":\"SIDEWAYS\",\"host\":7}");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("prot", "'port'?", "weight", "0 to 1000", "status", "host");
    assertThat(platform.registry.snapshot().services()).isEmpty();
    assertThat(
            platform
                .send("PUT", INSTANCE, "{\"host\":\"h\",\"port\":1,\"status\":\"DRAINING\"}")
                .body())
        .contains("invalid-status");
    assertThat(platform.send("PUT", "/api/v1/registry/or%2Fders/a", BODY).body())
        .contains("invalid-service-name");
  }

  @Test
  void aBodyNeedsItsTypeAndItsBound() throws Exception {
    HttpResponse<String> untyped =
        platform.send(
            platform
                .request(INSTANCE)
                .header("Authorization", "Bearer " + MemoryPlatform.TOKEN)
                .header("Content-Type", "text/plain")
                .PUT(BodyPublishers.ofString(BODY)));
    assertThat(untyped.statusCode()).isEqualTo(415);
    HttpResponse<String> large =
        platform.send("PUT", INSTANCE, "{\"host\":\"" + "x".repeat(1 << 20) + "\"}");
    assertThat(large.statusCode()).isEqualTo(413);
    assertThat(large.body()).contains("1048576", "1048587");
    byte[] chunk = new byte[1 << 16];
    HttpResponse<String> endless =
        platform.send(
            platform
                .request(INSTANCE)
                .header("Authorization", "Bearer " + MemoryPlatform.TOKEN)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofByteArrays(java.util.Collections.nCopies(40, chunk))));
    assertThat(endless.statusCode()).isEqualTo(413);
  }

  @Test
  void withoutNewsTheSameVersionIsAnsweredAndNoServices() throws Exception {
    platform.register("orders", "a", 20_001);
    String since = platform.getJson("/api/v1/registry").path("version").asString();
    JsonNode same = platform.getJson("/api/v1/registry?since=" + since + "&wait=50ms");
    assertThat(same).isEqualTo(MemoryPlatform.json("{\"version\":\"" + since + "\"}"));
    assertThat(platform.getJson("/api/v1/registry?since=" + since).has("services")).isFalse();
    assertThat(platform.getJson("/api/v1/registry?since=e0.1&wait=30s").has("services")).isTrue();
    assertThat(platform.get("/api/v1/registry?wait=soon").statusCode()).isEqualTo(400);
  }

  @Test
  void aLongPollIsAnsweredByTheNextChangeOfItsService() throws Exception {
    platform.register("orders", "a", 20_001);
    String since = platform.getJson("/api/v1/registry").path("version").asString();
    CompletableFuture<JsonNode> poll =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return platform.getJson(
                    "/api/v1/registry?service=orders&since=" + since + "&wait=20s");
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    platform.register("payments", "p", 20_002);
    platform.getJson("/api/v1/registry");
    assertThat(poll).isNotDone();
    platform.register("orders", "b", 20_003);
    JsonNode news = poll.get(10, java.util.concurrent.TimeUnit.SECONDS);
    assertThat(news.path("services").size()).isEqualTo(1);
    assertThat(news.at("/services/0/instances").size()).isEqualTo(2);
  }

  @Test
  void aReleaseLetsHeldExpiriesGo() throws Exception {
    platform.register("orders", "a", 20_001);
    HttpResponse<String> none = platform.send("POST", "/api/v1/registry/orders/release");
    assertThat(none.statusCode()).isEqualTo(200);
    assertThat(MemoryPlatform.json(none).path("released").asInt()).isZero();
    assertThat(platform.send("POST", "/api/v1/registry/nothing/release").statusCode())
        .isEqualTo(404);
  }

  @Test
  void aHeadHasTheLengthAndNoBody() throws Exception {
    platform.register("orders", "a", 20_001);
    HttpResponse<String> head =
        platform.send(platform.request("/api/v1/registry").method("HEAD", BodyPublishers.noBody()));
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValueAsLong("Content-Length").orElse(0))
        .isEqualTo(platform.get("/api/v1/registry").body().length());
  }
}
