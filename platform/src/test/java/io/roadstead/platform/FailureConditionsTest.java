package io.roadstead.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.roadstead.platform.client.ControlClient;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A whole platform and what can befall it: it says so in one line, and services run on. */
@EnabledOnOs(OS.LINUX)
class FailureConditionsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();

  private static ControlClient client(Platform platform) {
    return new ControlClient(
        URI.create("http://" + platform.control()), Optional.of(platform.token()), "the test");
  }

  private static PlatformConfig config(Path data, int control) {
    PlatformConfig local = PlatformConfig.local(data);
    return new PlatformConfig(
        local.data(),
        new HostPort("127.0.0.1", control),
        local.gateway(),
        Map.of(),
        Optional.empty(),
        false);
  }

  /** A service of the JDK's own, which answers at its root. */
  private void deploy(ControlClient client, String name) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String command =
        java
            + " -Xshare:auto -XX:TieredStopAtLevel=1 -m jdk.httpserver -b 127.0.0.1 -d "
            + folder
            + " -p $PORT";
    String answer =
        client.put(
            "/api/v1/services/" + name,
            client.parse(
                "{\"routes\":[{\"path\":\"/" + name + "\"}],\"command\":\"" + command + "\"}"));
    String rollout = client.parse(answer).path("rollout").asString("");
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                client
                    .parse(client.get("/api/v1/rollouts/" + rollout))
                    .path("state")
                    .asString("")
                    .equals("succeeded"));
  }

  private int status(Platform platform, String path) throws Exception {
    return http.send(
            HttpRequest.newBuilder(URI.create("http://" + platform.gateway() + path)).build(),
            HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private static long pid(ControlClient client) {
    JsonNode instances = client.parse(client.get("/api/v1/instances"));
    assertThat(instances).hasSize(1);
    return instances.get(0).path("pid").asLong(0);
  }

  private static void shell(String line) throws Exception {
    Process process = new ProcessBuilder("/bin/sh", "-c", line).inheritIO().start();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(line).isZero();
  }

  @Test
  void aRefusedStartLeavesNothingWhereThereWasNothing() throws Exception {
    Path data = folder.resolve("not/yet/there");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> Platform.start(config(data, taken.getLocalPort())))
          .isInstanceOf(Refused.class)
          .hasMessageContaining("port is taken");
    }
    assertThat(folder.resolve("not")).doesNotExist();

    Platform.start(config(data, 0)).close();
    String token = Files.readString(data.resolve("token"));
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> Platform.start(config(data, taken.getLocalPort())))
          .isInstanceOf(Refused.class);
    }
    assertThat(data.resolve("token")).as("what was there before stays").hasContent(token);
  }

  @Test
  void servicesOutliveADamagedStateAndAreTakenOverWithItsCopy() throws Exception {
    Path data = folder.resolve("data");
    long pid;
    try (Platform platform = Platform.start(PlatformConfig.local(data))) {
      deploy(client(platform), "files");
      pid = pid(client(platform));
    }
    Files.writeString(data.resolve("state.db"), "this is what is left of it");
    String refusal = "";
    try {
      Platform.start(PlatformConfig.local(data)).close();
    } catch (Refused e) {
      refusal = String.valueOf(e.getMessage());
    }
    assertThat(refusal).contains(data.resolve("state.db").toString(), "damaged").hasLineCount(1);
    assertThat(ProcessHandle.of(pid)).isPresent();

    shell(refusal.substring(refusal.indexOf("(cd "), refusal.indexOf("; })") + 4));

    try (Platform platform = Platform.start(PlatformConfig.local(data))) {
      assertThat(pid(client(platform))).isEqualTo(pid);
      await().atMost(PATIENCE).until(() -> status(platform, "/files/") == 200);
      platform.stopServices();
    }
  }

  @Test
  void aFullDiskRefusesChangesAndDisturbsNoService() throws Exception {
    Path disk = Files.createDirectories(folder.resolve("disk"));
    Process mount =
        new ProcessBuilder(
                "mount", "-t", "tmpfs", "-o", "size=48m", "roadstead-test", disk.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Assumptions.assumeTrue(
        mount.waitFor() == 0, "skipped: a small disk cannot be mounted by this user");
    try (Platform platform = Platform.start(PlatformConfig.local(disk.resolve("data")))) {
      ControlClient client = client(platform);
      deploy(client, "files");
      long pid = pid(client);
      Path ballast = disk.resolve("ballast");
      fill(ballast);

      JsonNode spec = client.parse("{\"command\":\"sleep 60\"}");
      // What fits in pages that are there already may still be kept.
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 200; i++) {
                  var _ = client.put("/api/v1/services/other-" + i, spec);
                }
              })
          .isInstanceOf(Refused.class)
          .hasMessageContaining("full")
          .hasMessageContaining("free some space");
      Path jar = Files.write(folder.resolve("some.jar"), new byte[1 << 20]);
      assertThatThrownBy(() -> client.upload("0".repeat(64), jar))
          .isInstanceOf(Refused.class)
          .hasMessageContaining("No space left")
          .hasMessageContaining("free some space");
      assertThat(status(platform, "/files/")).isEqualTo(200);
      assertThat(ProcessHandle.of(pid)).isPresent();
      String fullLog = client.get("/api/v1/services/files/logs");
      for (int i = 0; i < 100; i++) {
        assertThat(status(platform, "/files/")).as("its log cannot grow").isEqualTo(200);
      }
      assertThat(client.get("/api/v1/services/files/logs").length() - fullLog.length())
          .as("as much as was left of a page")
          .isLessThan(4096);

      Files.delete(ballast);
      await()
          .atMost(PATIENCE)
          .ignoreExceptionsInstanceOf(Refused.class)
          .until(() -> !client.put("/api/v1/services/last", spec).isEmpty());
      assertThat(status(platform, "/files/")).isEqualTo(200);
      int before = client.get("/api/v1/services/files/logs").length();
      assertThat(status(platform, "/files/")).isEqualTo(200);
      await()
          .atMost(PATIENCE)
          .until(() -> client.get("/api/v1/services/files/logs").length() > before);
      platform.stopServices();
    } finally {
      new ProcessBuilder("umount", "-l", disk.toString()).start().waitFor();
    }
  }

  @Test
  void aLogThatWasDeletedIsToldAndDisturbsNoService() throws Exception {
    Path data = folder.resolve("data");
    try (Platform platform = Platform.start(PlatformConfig.local(data))) {
      ControlClient client = client(platform);
      deploy(client, "files");
      long pid = pid(client);
      shell("rm " + data + "/logs/files/*.log");

      assertThat(client.get("/api/v1/services/files/logs"))
          .contains("was deleted while instance", "roadstead restart files");
      assertThat(status(platform, "/files/")).isEqualTo(200);
      assertThat(pid(client)).isEqualTo(pid);
      platform.stopServices();
    }
  }

  /** As for a platform that is not root when its directory's permissions are taken away. */
  @Test
  void aDirectoryMadeReadOnlyRefusesChangesAndDisturbsNoService() throws Exception {
    Path data = folder.resolve("data");
    try (Platform platform = Platform.start(PlatformConfig.local(data))) {
      ControlClient client = client(platform);
      deploy(client, "files");
      long pid = pid(client);
      Assumptions.assumeTrue(
          readOnly(data), "skipped: a directory cannot be made read-only by this user");
      try {
        Path jar = Files.write(folder.resolve("some.jar"), new byte[1 << 10]);
        assertThatThrownBy(() -> client.upload("0".repeat(64), jar))
            .isInstanceOf(Refused.class)
            .hasMessageContaining("Read-only");
        String answer =
            client.put("/api/v1/services/other", client.parse("{\"command\":\"sleep 60\"}"));
        String rollout = client.parse(answer).path("rollout").asString("");
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(client.get("/api/v1/rollouts/" + rollout))
                        .contains("\"failed\"", "Read-only"));
        assertThat(status(platform, "/files/")).isEqualTo(200);
        assertThat(ProcessHandle.of(pid)).isPresent();
      } finally {
        new ProcessBuilder("umount", "-l", data.toString()).start().waitFor();
      }
      deploy(client, "later");
      assertThat(status(platform, "/files/")).isEqualTo(200);
      platform.stopServices();
    }
  }

  private static boolean readOnly(Path directory) throws Exception {
    String line =
        "mount --bind '%1$s' '%1$s' && mount -o remount,bind,ro '%1$s'".formatted(directory);
    Process mount =
        new ProcessBuilder("/bin/sh", "-c", line)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return mount.waitFor() == 0;
  }

  private static void fill(Path ballast) {
    byte[] piece = new byte[4096];
    try (OutputStream out = Files.newOutputStream(ballast)) {
      while (true) {
        out.write(piece);
      }
    } catch (IOException e) {
      // full, as it was to be
    }
  }
}
