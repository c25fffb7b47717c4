package io.roadstead.eureka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** npm's eureka-js-client, unmodified. Skipped where there is no Node.js, but never in CI. */
@Tag("proof")
final class JavaScriptClientProof {
  private static final Path FOLDER = Path.of("target", "eureka-js-client").toAbsolutePath();
  private static final String PACKAGE = "eureka-js-client@4.5.0";

  private final Wire wire = new Wire();

  @AfterEach
  void close() {
    wire.close();
  }

  @Test
  void aJavaScriptClientLivesThroughItsWholeLife() throws IOException, InterruptedException {
    boolean there = has("node") && has("npm");
    if (Boolean.parseBoolean(System.getenv("CI"))) {
      assertThat(there).as("node and npm must be there in CI").isTrue();
    }
    assumeTrue(there, "node or npm is not on the PATH: eureka-js-client was not tried");
    Files.createDirectories(FOLDER);
    if (!Files.exists(FOLDER.resolve("node_modules/eureka-js-client"))) {
      Files.writeString(FOLDER.resolve("package.json"), "{\"private\":true}");
      String said = run("npm", "install", "--no-audit", "--no-fund", "--loglevel=error", PACKAGE);
      assertThat(FOLDER.resolve("node_modules/eureka-js-client")).as(said).exists();
    }
    Path script = FOLDER.resolve("client.js");
    Files.write(script, Golden.bytes("client.js"));
    wire.register("ORDERS", "o1", "UP", 100);
    try (EurekaHost host = new EurekaHost(wire.eureka)) {
      String[] authority = host.authority().split(":", 2);
      assertThat(run("node", script.toString(), authority[0], authority[1]))
          .contains("found w1 UP and o1");
      assertThat(host.seen)
          .contains("POST /eureka/apps/web 204", "PUT /eureka/apps/web/w1 200")
          .contains("GET /eureka/apps/ 200", "GET /eureka/apps/delta 200")
          .contains("DELETE /eureka/apps/web/w1 200")
          .allMatch(line -> line.endsWith(" 200") || line.endsWith(" 204"));
    }
    assertThat(wire.get("/eureka/apps/WEB").status()).isEqualTo(404);
  }

  private static boolean has(String command) {
    return List.of(System.getenv().getOrDefault("PATH", "").split(":")).stream()
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, command)));
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Path log = FOLDER.resolve(command[0] + ".log");
    Process process =
        new ProcessBuilder(command)
            .directory(FOLDER.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    boolean ended = process.waitFor(2, TimeUnit.MINUTES);
    process.destroyForcibly();
    String said = Files.readString(log, StandardCharsets.UTF_8);
    assertThat(ended && process.waitFor() == 0).as("%s: %s", command[0], said).isTrue();
    return said;
  }
}
