package io.roadstead.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.store.journal.RegistrationJournal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Clients that register over HTTP, a platform that is killed, and the next one on its data. */
@EnabledOnOs(OS.LINUX)
class SurvivingRegistrationsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path data;
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Process> started = new ArrayList<>();
  private String at = "";

  @AfterEach
  void end() throws InterruptedException {
    for (Process each : started) {
      assertThat(each.destroyForcibly().waitFor(30, TimeUnit.SECONDS)).isTrue();
    }
  }

  private void up() throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                MortalRegistry.class.getName(),
                data.toString())
            .redirectError(data.resolveSibling(data.getFileName() + ".err").toFile())
            .start();
    started.add(process);
    BufferedReader said =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    at = said.readLine();
    assertThat(at).as("see %s.err", data).isNotNull();
  }

  private void kill() throws InterruptedException {
    assertThat(started.getLast().destroyForcibly().waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  private HttpResponse<String> send(String method, String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + at + path))
            .method(method, BodyPublishers.ofString(body))
            .header("Accept", "application/json")
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + Files.readString(data.resolve("token")).strip())
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode get(String path) throws Exception {
    HttpResponse<String> answer = send("GET", path, "");
    assertThat(answer.statusCode()).as(path).isEqualTo(200);
    return JsonMapper.shared().readTree(answer.body());
  }

  private void register(String id, int leaseSeconds) throws Exception {
    String body =
        """
        {"instance":{"instanceId":"%s","hostName":"10.0.0.9","app":"ORDERS","ipAddr":"10.0.0.9",
        "status":"UP","port":{"$":8080,"@enabled":"true"},"vipAddress":"orders",
        "healthCheckUrl":"http://10.0.0.9:8080/health",
        "dataCenterInfo":{"@class":"com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo","name":"MyOwn"},
        "leaseInfo":{"renewalIntervalInSecs":1,"durationInSecs":%d},
        "lastDirtyTimestamp":"1790000000000","metadata":{"team":"blue"}}}\
        """
            .formatted(id, leaseSeconds);
    assertThat(send("POST", "/eureka/apps/ORDERS", body).statusCode()).isEqualTo(204);
  }

  private List<String> unconfirmed() throws Exception {
    List<String> ids = new ArrayList<>();
    for (JsonNode instance : get("/api/v1/instances")) {
      if (instance.path("unconfirmed").asBoolean(false)) {
        ids.add(instance.path("id").asString());
      }
    }
    return ids;
  }

  private static List<String> ids(JsonNode applications) {
    List<String> ids = new ArrayList<>();
    for (JsonNode application : applications.path("applications").path("application")) {
      for (JsonNode instance : application.path("instance")) {
        ids.add(instance.path("instanceId").asString());
      }
    }
    return ids;
  }

  @Test
  void whoHadRegisteredIsServedAtOnceAfterAKillAndHasOneLeaseToBeHeardOf() throws Exception {
    up();
    register("silent", 3);
    register("there", 90);
    register("left", 90);
    String own = "{\"host\":\"10.0.0.8\",\"port\":9000,\"weight\":7}";
    assertThat(send("PUT", "/api/v1/registry/stock/stock-1", own).statusCode()).isEqualTo(201);
    assertThat(
            send("PUT", "/eureka/apps/ORDERS/there/status?value=OUT_OF_SERVICE", "").statusCode())
        .isEqualTo(200);
    assertThat(send("DELETE", "/eureka/apps/ORDERS/left", "").statusCode()).isEqualTo(200);
    assertThat(send("POST", "/api/v1/instances/stock-1/drain", "").statusCode()).isEqualTo(202);
    JsonNode before = get("/eureka/apps");
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                RegistrationJournal.contents(data.resolve("registry"))
                    .startsWith("3 instances, 1 of them draining,"));
    kill();
    up();

    JsonNode after = get("/eureka/apps");
    assertThat(ids(after)).containsExactly("silent", "there", "stock-1");
    assertThat(after.path("applications").path("apps__hashcode"))
        .isEqualTo(before.path("applications").path("apps__hashcode"));
    JsonNode there = get("/eureka/apps/ORDERS/there").path("instance");
    assertThat(there.path("status").asString()).isEqualTo("OUT_OF_SERVICE");
    assertThat(there.path("overriddenStatus").asString()).isEqualTo("OUT_OF_SERVICE");
    assertThat(there.path("lastDirtyTimestamp").asString()).isEqualTo("1790000000000");
    assertThat(there.path("healthCheckUrl").asString()).isEqualTo("http://10.0.0.9:8080/health");
    assertThat(there.path("metadata").path("team").asString()).isEqualTo("blue");
    // A client with the state of before finds it by the delta: nothing has changed for it.
    JsonNode delta = get("/eureka/apps/delta");
    assertThat(ids(delta)).isEmpty();
    assertThat(delta.path("applications").path("apps__hashcode"))
        .isEqualTo(before.path("applications").path("apps__hashcode"));
    assertThat(unconfirmed()).containsExactly("silent", "there", "stock-1");
    JsonNode health = get("/health/ready").path("registrations");
    assertThat(health.path("kept").asBoolean()).isTrue();
    assertThat(health.path("unconfirmed").asInt()).isEqualTo(3);
    assertThat(get("/api/v1/registry?service=stock").toString()).contains("DRAINING");

    String heartbeat = "/eureka/apps/ORDERS/there?status=UP&lastDirtyTimestamp=1790000000000";
    assertThat(send("PUT", heartbeat, "").statusCode()).isEqualTo(200);
    assertThat(send("POST", "/api/v1/registry/stock/stock-1/renew", "").statusCode())
        .isEqualTo(204);
    await()
        .atMost(PATIENCE)
        .until(() -> ids(get("/eureka/apps")).equals(List.of("there", "stock-1")));
    assertThat(unconfirmed()).isEmpty();
    assertThat(send("GET", "/metrics", "").body()).contains("roadstead_registry_unconfirmed 0.0");
    String events = get("/api/v1/events").toString();
    assertThat(events).contains("registry.restored").contains("registry.confirmed");
    JsonNode changed = get("/eureka/apps/delta");
    assertThat(ids(changed)).containsExactly("silent");
  }
}
