package io.roadstead.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.control.mount.Mount;
import io.roadstead.control.mount.MountedAnswer;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DoubledSlashesTest {
  private static final List<String> MOUNTED =
      List.of(
          "/eureka//apps",
          "//eureka/apps",
          "//eureka//apps///X/",
          "////eureka//",
          "//eureka",
          "//v2/apps",
          "///v2//apps");
  private static final List<String> NOWHERE =
      List.of(
          "//eurekas/apps",
          "//v2x",
          "/x//eureka/apps",
          "//api/v1/registry",
          "/api//v1/registry",
          "/api/v1//registry",
          "/api/v1/registry//",
          "//metrics",
          "//",
          "//api/v1/services/eureka/apps");

  private final List<String> taken = new ArrayList<>();
  private final Mount mount =
      new Mount(
          List.of("/eureka", "/v2"),
          request -> {
            taken.add(request.rawPath());
            byte[] path = request.rawPath().getBytes(StandardCharsets.UTF_8);
            return new MountedAnswer(418, Map.of(), path);
          });

  @Test
  void aMountedPathIsFoundBehindThemAndNothingElseIs() throws Exception {
    try (MemoryPlatform platform = new MemoryPlatform("e1", 0, Map.of(), List.of(mount))) {
      for (String path : MOUNTED) {
        assertThat(platform.get(path).statusCode()).as(path).isEqualTo(418);
      }
      assertThat(taken).isEqualTo(MOUNTED);
      for (String path : NOWHERE) {
        assertThat(platform.get(path).statusCode()).as(path).isEqualTo(404);
        assertThat(put(platform, path)).as(path).isIn(404, 405);
      }
      assertThat(put(platform, "//api/v1/registry/orders/a")).isEqualTo(404);
      assertThat(taken).hasSameSizeAs(MOUNTED);
      assertThat(platform.registry.snapshot().services()).isEmpty();
    }
  }

  @Test
  void noneOfThemGetsAroundTheCredential() throws Exception {
    Map<String, String> users = Map.of("team", "secret");
    try (MemoryPlatform platform = new MemoryPlatform("e1", 0, users, List.of(mount))) {
      for (String path : MOUNTED) {
        assertThat(platform.get(path).statusCode()).as(path).isEqualTo(401);
        assertThat(put(platform, path)).as(path).isEqualTo(401);
      }
      for (String path : NOWHERE) {
        assertThat(platform.get(path).statusCode()).as(path).isIn(401, 404);
      }
      assertThat(taken).isEmpty();
      String credential = "Bearer " + MemoryPlatform.TOKEN;
      for (String path : MOUNTED) {
        var request = platform.request(path).header("Authorization", credential);
        assertThat(platform.send(request).statusCode()).as(path).isEqualTo(418);
      }
    }
  }

  @Test
  void aPageOfAnotherSiteStaysOut() throws Exception {
    try (MemoryPlatform platform = new MemoryPlatform("e1", 0, Map.of(), List.of(mount))) {
      for (String path : MOUNTED) {
        var request = platform.request(path).header("Sec-Fetch-Site", "cross-site");
        assertThat(platform.send(request).statusCode()).as(path).isEqualTo(403);
      }
      assertThat(taken).isEmpty();
    }
  }

  private static int put(MemoryPlatform platform, String path) throws Exception {
    return platform
        .send(
            platform
                .request(path)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString("{\"host\":\"127.0.0.1\",\"port\":20001}")))
        .statusCode();
  }
}
