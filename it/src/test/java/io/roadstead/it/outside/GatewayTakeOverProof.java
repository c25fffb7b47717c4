package io.roadstead.it.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.roadstead.it.outside.Launcher.Said;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Gateways follow each other at one port under load, and the platform is killed under them: not one
 * request fails, nor one connection. {@code -Dproof.seconds=60} sets for how long the platform is
 * away.
 */
@Tag("proof")
final class GatewayTakeOverProof {
  private static final Path JARS = Launcher.ROOT.resolve("examples/plain/target");
  private static final int TAKE_OVERS = 4;

  @TempDir private Path directory;

  @Test
  void takeOversFailNoRequestAndNoConnection() throws Exception {
    assumeTrue(Wrk.installed(), "wrk is not installed (apt-get install wrk)");
    try (Launcher roadstead = new Launcher(directory)) {
      Process platform = roadstead.up();
      deploy(roadstead, "1");
      String url = url(roadstead);
      Wrk kept = Wrk.crowd(url, 64, true, directory);
      Wrk closing = Wrk.crowd(url, 4, false, directory);

      Process before = roadstead.gatewayProcess();
      assertThat(platform.isAlive()).as("the platform goes on without a gateway").isTrue();
      for (int i = 1; i < TAKE_OVERS; i++) {
        Process next = roadstead.gatewayProcess();
        assertThat(before.waitFor(30, TimeUnit.SECONDS)).as("gateway %s has left", i).isTrue();
        assertThat(before.exitValue()).isZero();
        before = next;
      }
      deploy(roadstead, "2");

      long requests = kept.stopLossless() + closing.stopLossless();
      assertThat(requests).isGreaterThan(1000);
      System.out.printf("%d take-overs, %d requests, 0 failed%n", TAKE_OVERS, requests);
    }
  }

  @Test
  void aKilledPlatformFailsNoRequestOfItsGatewayProcess() throws Exception {
    assumeTrue(Wrk.installed(), "wrk is not installed (apt-get install wrk)");
    try (Launcher roadstead = new Launcher(directory)) {
      Process platform = roadstead.up("none");
      Process gateway = roadstead.gatewayProcess();
      deploy(roadstead, "1");
      Wrk kept = Wrk.crowd(url(roadstead), 16, true, directory);
      Wrk closing = Wrk.crowd(url(roadstead), 2, false, directory);

      platform.destroyForcibly().waitFor();
      int seconds = Integer.getInteger("proof.seconds", 10);
      Awaitility.await()
          .pollDelay(Duration.ofSeconds(seconds))
          .timeout(Duration.ofMinutes(10))
          .until(() -> true);
      // Its own gateway leaves the port to the one that has it.
      roadstead.up();
      deploy(roadstead, "2");

      assertThat(gateway.isAlive()).isTrue();
      long requests = kept.stopLossless() + closing.stopLossless();
      System.out.printf("platform away for %d s: %d requests, 0 failed%n", seconds, requests);
    }
  }

  private static String url(Launcher roadstead) {
    String url = "http://" + roadstead.gateway() + "/catalogue/health";
    Awaitility.await().until(() -> roadstead.status(url) == 200);
    return url;
  }

  private static void deploy(Launcher roadstead, String version) throws Exception {
    Said said =
        roadstead.run(
            "deploy",
            "catalogue",
            "--jar",
            JARS.resolve("shop-catalogue-" + version + ".jar").toString(),
            "--version",
            version,
            "--replicas",
            "2",
            "--wait");
    assertThat(said.exit()).as("deploy %s: %s", version, said.err()).isZero();
  }
}
