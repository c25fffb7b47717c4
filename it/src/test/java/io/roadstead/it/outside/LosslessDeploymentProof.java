package io.roadstead.it.outside;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.roadstead.it.outside.Launcher.Said;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Deployments in a row under steady load, and not one request fails. {@code -Dproof.deployments=30}
 * sets how many of the Spring service, which takes most of the time.
 *
 * <p>The plain and the Spring service end in order at SIGTERM, and what is lost on a kept
 * connection can often be sent again: both hide much of what a deployer does wrong. The careless
 * one, under requests that must not be sent twice, hides nothing.
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
        i -> jar(jars.resolve("shop-catalogue-" + (1 + i % 2) + ".jar")),
        "GET",
        "/catalogue/health",
        30);
  }

  @Test
  void deploymentsOfAnUnmodifiedSpringServiceFailNoRequest() throws Exception {
    Path jars = EXAMPLES.resolve("orders/target");
    deployUnderLoad(
        "orders",
        i -> jar(jars.resolve("orders-" + (1 + i % 2) + ".jar")),
        "GET",
        "/orders/actuator/health",
        Integer.getInteger("proof.deployments", 6));
  }

  @Test
  void deploymentsOfAServiceThatDropsWhatItHasFailNoRequest() throws Exception {
    String java = ProcessHandle.current().info().command().orElseThrow();
    Path classes =
        Path.of(CarelessService.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    String command = java + " -Xmx32m -cp '" + classes + "' " + CarelessService.class.getName();
    deployUnderLoad("careless", _ -> List.of("--command", command), "POST", "/careless/", 15);
  }

  private static List<String> jar(Path jar) {
    assertThat(jar).as("built by ./mvnw package").exists();
    return List.of("--jar", jar.toString());
  }

  /**
   * Deploys version after version of a service with two replicas.
   *
   * @param program the flags that name the program of the i-th version
   */
  private void deployUnderLoad(
      String service,
      IntFunction<List<String>> program,
      String method,
      String path,
      int deployments)
      throws Exception {
    assumeTrue(Wrk.installed(), "wrk is not installed (apt-get install wrk)");
    try (Launcher roadstead = new Launcher(directory)) {
      roadstead.up();
      deploy(roadstead, service, program.apply(0), "0");
      String url = "http://" + roadstead.gateway() + path;
      Awaitility.await().until(() -> roadstead.status(url) == 200);

      Wrk load = Wrk.against(method, url, directory);
      for (int i = 1; i <= deployments; i++) {
        deploy(roadstead, service, program.apply(i), Integer.toString(i));
      }
      long requests = load.stopLossless();

      assertThat(requests).isGreaterThan(deployments * 30L);
      System.out.printf(
          "%s: %d deployments, %d requests, 0 failed%n", service, deployments, requests);
    }
  }

  private static void deploy(
      Launcher roadstead, String service, List<String> program, String version) throws Exception {
    List<String> command = new ArrayList<>(List.of("deploy", service));
    command.addAll(program);
    command.addAll(List.of("--version", version, "--replicas", "2", "--wait"));
    Said said = roadstead.run(command.toArray(String[]::new));
    assertThat(said.exit()).as("deploy %s %s: %s", service, version, said.err()).isZero();
  }
}
