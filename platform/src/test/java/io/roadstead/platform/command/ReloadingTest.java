package io.roadstead.platform.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.control.api.ReloadApi.Outcome;
import io.roadstead.platform.GatewaySettings;
import io.roadstead.platform.Platform;
import io.roadstead.platform.PlatformConfig;
import io.roadstead.platform.file.RoadsteadFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A platform that runs and is told to read its file again. */
class ReloadingTest {
  @TempDir Path folder;

  private Path write(String yaml) throws IOException {
    return Files.writeString(folder.resolve("roadstead.yaml"), yaml);
  }

  private HttpResponse<String> post(Platform platform, String path) throws Exception {
    return send(
        HttpRequest.newBuilder(URI.create("http://" + platform.control() + path))
            .header("Authorization", "Bearer " + platform.token())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{}"))
            .build());
  }

  private static String get(Object at, String path) throws Exception {
    return send(HttpRequest.newBuilder(URI.create("http://" + at + path)).build()).body();
  }

  private static HttpResponse<String> send(HttpRequest request) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, BodyHandlers.ofString());
    }
  }

  @Test
  void allOfTheFileComesIntoForceOrNothingAndEveryProblemIsTold() throws Exception {
    RoadsteadFile first = RoadsteadFile.read(write("gateway: { defaultRoutes: true }"));
    PlatformConfig config = PlatformConfig.local(folder.resolve("data"));
    try (Platform platform = Platform.start(config)) {
      assertThat(post(platform, "/api/v1/reload").statusCode()).isEqualTo(409);
      Reloading reloading = new Reloading(platform, first, GatewaySettings.USUAL, Map.of());
      platform.onReload(reloading::reload);
      assertThat(platform.reload()).isEqualTo(new Outcome.Done(List.of()));

      Path log = folder.resolve("access.log");
      write("gateway: { defaultRoutes: true, accessLog: { file: access.log, format: json } }");
      HttpResponse<String> changed = post(platform, "/api/v1/reload");
      assertThat(changed.statusCode()).isEqualTo(200);
      assertThat(changed.body()).contains("gateway.accessLog", "access.log");
      get(platform.gateway(), "/one");
      Awaitility.await().until(() -> Files.readString(log).contains("/one"));

      write(
          """
          gateway:
            defaultRoutes: maybe
            accessLog: { file: other.log, format: xml }
          services: { x: { replicas: -1 } }
          """);
      HttpResponse<String> refused = post(platform, "/api/v1/reload");
      assertThat(refused.statusCode()).isEqualTo(422);
      assertThat(refused.body())
          .contains("line 2: gateway.defaultRoutes")
          .contains("line 3: gateway.accessLog.format")
          .contains("line 4: services.x");

      write("{ gateway: { listen: 127.0.0.1:1 }, control: { users: { a: secret } } }");
      assertThat(platform.reload())
          .isInstanceOfSatisfying(
              Outcome.Kept.class,
              kept ->
                  assertThat(kept.problems())
                      .hasSize(3)
                      .allMatch(problem -> problem.contains("takes a restart"))
                      .noneMatch(problem -> problem.contains("secret")));

      Files.writeString(folder.resolve("file"), "no folder");
      write("gateway: { defaultRoutes: true, accessLog: { file: file/access.log } }");
      assertThat(platform.reload())
          .isInstanceOfSatisfying(
              Outcome.Kept.class,
              kept ->
                  assertThat(kept.problems())
                      .singleElement()
                      .asString()
                      .contains("accessLog.file cannot be opened"));

      // What was in force is so still.
      get(platform.gateway(), "/two");
      Awaitility.await().until(() -> Files.readString(log).contains("/two"));
      assertThat(get(platform.control(), "/metrics"))
          .contains("roadstead_config_reloads_total{result=\"success\"} 2.0")
          .contains("roadstead_config_reloads_total{result=\"refused\"} 3.0")
          .contains("roadstead_config_in_force 0.0");
      assertThat(get(platform.control(), "/api/v1/events"))
          .contains("config.reloaded", "config.refused", "line 4: services.x")
          .doesNotContain("secret");
    }
  }

  @Test
  void onlyServicesWhosePartHasChangedAreApplied() throws Exception {
    String one = "services:\n  one: { command: [sleep, '600'], version: 'A', replicas: 0 }\n";
    String two = "  two: { command: [sleep, '600'], version: '%s', replicas: 0 }\n";
    RoadsteadFile first = RoadsteadFile.read(write(one + two.formatted("1")));
    try (Platform platform = Platform.start(PlatformConfig.local(folder.resolve("data")))) {
      Reloading reloading = new Reloading(platform, first, GatewaySettings.USUAL, Map.of());
      assertThat(reloading.reload()).isEqualTo(new Outcome.Done(List.of()));
      write(one + two.formatted("2"));
      assertThat(reloading.reload()).isEqualTo(new Outcome.Done(List.of("services.two: applied")));
      assertThat(get(platform.control(), "/api/v1/services")).contains("two").doesNotContain("one");
      assertThat(reloading.reload()).isEqualTo(new Outcome.Done(List.of()));
    }
  }
}
