package io.roadstead.it.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.roadstead.it.outside.Launcher.Said;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Deployments in a row under steady load, and not one request fails. {@code -Dproof.deployments=30}
 * sets how many of the Spring service, which takes most of the time.
 */
@Tag("proof")
final class LosslessDeploymentProof {
  private static final Path EXAMPLES = Launcher.ROOT.resolve("examples");

  @TempDir private Path directory;

  @Test
  void thirtyDeploymentsOfAPlainServiceFailNoRequest() throws Exception {
    Path jars = EXAMPLES.resolve("plain/target");
    deployUnderLoad(
        "catalogue",
        jars.resolve("shop-catalogue-1.jar"),
        jars.resolve("shop-catalogue-2.jar"),
        "/catalogue/health",
        30);
  }

  @Test
  void deploymentsOfAnUnmodifiedSpringServiceFailNoRequest() throws Exception {
    Path jars = EXAMPLES.resolve("orders/target");
    deployUnderLoad(
        "orders",
        jars.resolve("orders-1.jar"),
        jars.resolve("orders-2.jar"),
        "/orders/actuator/health",
        Integer.getInteger("proof.deployments", 6));
  }

  /** Alternates two versions of a service with two replicas. */
  private void deployUnderLoad(String service, Path one, Path two, String path, int deployments)
      throws Exception {
    assumeTrue(Wrk.installed(), "wrk is not installed (apt-get install wrk)");
    assertThat(one).as("built by ./mvnw package").exists();
    try (Launcher roadstead = new Launcher(directory)) {
      roadstead.up();
      deploy(roadstead, service, one, "0");
      String url = "http://" + roadstead.gateway() + path;
      Awaitility.await().until(() -> roadstead.status(url) == 200);

      Wrk load = Wrk.against(url, directory);
      for (int i = 1; i <= deployments; i++) {
        deploy(roadstead, service, i % 2 == 0 ? one : two, Integer.toString(i));
      }
      long requests = load.stopLossless();

      assertThat(requests).isGreaterThan(deployments * 100L);
      System.out.printf(
          "%s: %d deployments, %d requests, 0 failed%n", service, deployments, requests);
    }
  }

  private static void deploy(Launcher roadstead, String service, Path jar, String version)
      throws Exception {
    Said said =
        roadstead.run(
            "deploy",
            service,
            "--jar",
            jar.toString(),
            "--version",
            version,
            "--replicas",
            "2",
            "--wait");
    assertThat(said.exit()).as("deploy %s %s: %s", service, version, said.err()).isZero();
  }
}
