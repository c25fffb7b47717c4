package io.roadstead.rollout;

import static io.roadstead.rollout.SimulatedPlatform.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.roadstead.registry.Route;
import io.roadstead.rollout.DeployRefused.Kind;
import io.roadstead.rollout.Rollout.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a specification changes, and what is refused before anything is changed. */
class ApplyTest {
  private final SimulatedPlatform platform = new SimulatedPlatform(3);
  private final Deployer deployer = platform.deployer;

  @Test
  void theSameAgainChangesNothing() {
    ServiceSpec spec = spec("orders", "1", "good", 2);
    platform.ended(deployer.apply(spec, Cause.by("me")).orElseThrow());

    assertThat(deployer.apply(spec, Cause.by("me"))).isEmpty();
    assertThat(deployer.rollouts("orders")).hasSize(1);
  }

  @Test
  void otherRoutesReplaceNoInstance() {
    platform.ended(deployer.apply(spec("orders", "1", "good", 1), Cause.by("me")).orElseThrow());
    List<String> before = platform.up("orders");
    Route route = new Route("", "/orders", true);

    assertThat(deployer.apply(withRoutes(spec("orders", "1", "good", 1), route), Cause.by("me")))
        .isEmpty();

    assertThat(platform.routes("orders")).containsExactly(route);
    assertThat(platform.up("orders")).isEqualTo(before);
    platform.restart();
    assertThat(platform.routes("orders")).containsExactly(route);
  }

  @Test
  void aRollbackTakesAnotherEnvironmentBackThoughTheVersionIsTheSame() {
    ServiceSpec before = spec("orders", "1", "good", 1);
    platform.ended(deployer.apply(before, Cause.by("me")).orElseThrow());
    platform.ended(
        deployer.apply(withEnv(before, Map.of("LEVEL", "debug")), Cause.by("me")).orElseThrow());

    platform.ended(deployer.rollback("orders", Optional.empty(), Cause.by("me")));

    assertThat(platform.status("orders").release().spec().env()).isEmpty();
  }

  @Test
  void otherReplicasScaleAndReplaceNoInstance() {
    platform.ended(deployer.apply(spec("orders", "1", "good", 1), Cause.by("me")).orElseThrow());
    List<String> before = platform.up("orders");

    Rollout rollout =
        platform.ended(
            deployer.apply(spec("orders", "1", "good", 3), Cause.by("me")).orElseThrow());

    assertThat(rollout.kind()).isEqualTo("scale");
    assertThat(platform.up("orders")).hasSize(3).containsAll(before);
  }

  @Test
  void otherEnvironmentReplacesTheInstancesUnderTheSameLabel() {
    ServiceSpec spec = spec("orders", "1", "good", 1);
    platform.ended(deployer.apply(spec, Cause.by("me")).orElseThrow());
    List<String> before = platform.up("orders");

    platform.ended(
        deployer.apply(withEnv(spec, Map.of("LEVEL", "debug")), Cause.by("me")).orElseThrow());

    assertThat(platform.up("orders")).hasSize(1).doesNotContainAnyElementsOf(before);
    assertThat(platform.upVersions("orders")).containsExactly("1");
  }

  @Test
  void aLabelStandsForTheSameContentOnly() {
    platform.ended(deployer.apply(spec("orders", "1", "good", 1), Cause.by("me")).orElseThrow());

    assertThatThrownBy(() -> deployer.apply(spec("orders", "1", "good other", 1), Cause.by("me")))
        .isInstanceOfSatisfying(
            DeployRefused.class, refused -> assertThat(refused.kind()).isEqualTo(Kind.CONFLICT))
        .hasMessageContaining("version 1 of orders stands for other content");
    assertThat(deployer.apply(spec("orders", "1b", "good", 1), Cause.by("me"))).isPresent();
  }

  @Test
  void withoutALabelTheVersionIsTheShortDigest(@TempDir Path directory) throws IOException {
    Path jar = jar(directory, "a");
    Rollout rollout =
        platform.ended(deployer.apply(jarSpec(jar, ""), Cause.by("me")).orElseThrow());

    Release release = platform.status("orders").release();
    assertThat(rollout.to()).hasSize(12).isEqualTo(release.digest().substring(0, 12));
    assertThat(release.spec().source()).isEqualTo(new Source.Artifact(release.digest()));
    assertThat(platform.artifacts.kept()).containsExactly(release.digest());
  }

  @Test
  void theLastFiveVersionsAreKeptAndNoArtifactBesides(@TempDir Path directory) throws IOException {
    for (int i = 1; i <= 8; i++) {
      platform.ended(
          deployer
              .apply(jarSpec(jar(directory, "bytes " + i), "v" + i), Cause.by("me"))
              .orElseThrow());
    }

    assertThat(deployer.history("orders"))
        .extracting(entry -> entry.release().version())
        .containsExactly("v8", "v7", "v6", "v5", "v4");
    assertThat(platform.artifacts.kept()).hasSize(5);
    assertThat(platform.store.releases("orders")).hasSize(5);
    platform.ended(deployer.rollback("orders", Optional.of("v4"), Cause.by("me")));
    platform.ended(deployer.remove("orders", Cause.by("me")));
    assertThat(platform.artifacts.kept()).isEmpty();
  }

  @Test
  void whatCannotRunIsRefusedBeforeAnythingIsChanged(@TempDir Path directory) throws IOException {
    Path text = Files.writeString(directory.resolve("notes.jar"), "not a jar");
    Path script = Files.writeString(directory.resolve("run.sh"), "#!/bin/sh\n");
    ServiceSpec good = spec("orders", "1", "good", 1);

    refused(jarSpec(directory.resolve("none.jar"), "1"), "jar-missing", "none.jar");
    refused(jarSpec(directory, "1"), "jar-missing", "there is no file");
    refused(jarSpec(text, "1"), "not-a-jar", "notes.jar is not a jar");
    refused(
        Specs.withSource(good, new Source.Artifact("0".repeat(64)), "1"),
        "artifact-missing",
        "upload it first");
    refused(
        Specs.withSource(good, new Source.Exec(List.of(script.toString())), "1"),
        "program-unusable",
        "chmod +x");
    refused(
        Specs.withSource(good, new Source.Exec(List.of("/no/such/program")), "1"),
        "program-unusable",
        "does not exist");
    refused(
        Specs.withSource(good, new Source.Exec(List.of("no-such-program-anywhere")), "1"),
        "program-unusable",
        "PATH");
    refused(Specs.withSource(good, new Source.Shell(" "), "1"), "empty-command", "orders");
    refused(spec("orders", "1", "good", -1), "invalid-replicas", "-1 replicas");
    refused(
        spec("orders", "1", "good", 1, policy(Strategy.ROLLING, 0, 0)),
        "invalid-rollout",
        "both 0");
    refused(
        spec(
            "orders",
            "1",
            "good",
            1,
            new RolloutPolicy(
                Strategy.CANARY,
                1,
                0,
                Duration.ZERO,
                Duration.ZERO,
                Duration.ZERO,
                new Stages(List.of(), Duration.ZERO, Duration.ZERO, false))),
        "invalid-rollout",
        "has 0 steps");
    assertThat(deployer.services()).isEmpty();
    assertThat(platform.store.services()).isEmpty();
    assertThat(platform.artifacts.kept()).isEmpty();
  }

  @Test
  void deployingWhileItIsRemovedKeepsIt() {
    platform.ended(deployer.apply(spec("orders", "1", "good", 2), Cause.by("me")).orElseThrow());
    String removal = deployer.remove("orders", Cause.by("me"));

    String deployment =
        deployer.apply(spec("orders", "1", "good", 2), Cause.by("me")).orElseThrow();

    assertThat(deployer.rollout(removal).orElseThrow().state()).isEqualTo(State.SUPERSEDED);
    assertThat(platform.ended(deployment).state()).isEqualTo(State.SUCCEEDED);
    assertThat(platform.up("orders")).hasSize(2);
  }

  private void refused(ServiceSpec spec, String code, String words) {
    assertThatThrownBy(() -> deployer.apply(spec, Cause.by("me")))
        .isInstanceOfSatisfying(
            DeployRefused.class,
            refused -> {
              assertThat(refused.code()).isEqualTo(code);
              assertThat(refused.kind()).isEqualTo(Kind.INVALID);
            })
        .hasMessageContaining(words);
  }

  private static Path jar(Path directory, String content) throws IOException {
    return Files.writeString(directory.resolve("orders.jar"), "PK" + content);
  }

  private static ServiceSpec jarSpec(Path jar, String version) {
    return Specs.withSource(spec("orders", "1", "good", 1), new Source.Jar(jar), version);
  }

  private static RolloutPolicy policy(Strategy strategy, int surge, int unavailable) {
    return new RolloutPolicy(
        strategy,
        surge,
        unavailable,
        Duration.ZERO,
        Duration.ofSeconds(30),
        Duration.ofSeconds(30));
  }

  private static ServiceSpec withRoutes(ServiceSpec spec, Route route) {
    return new ServiceSpec(
        spec.name(),
        spec.source(),
        spec.version(),
        spec.replicas(),
        List.of(route),
        spec.health(),
        spec.env(),
        spec.resources(),
        spec.rollout());
  }

  private static ServiceSpec withEnv(ServiceSpec spec, Map<String, String> env) {
    return new ServiceSpec(
        spec.name(),
        spec.source(),
        spec.version(),
        spec.replicas(),
        spec.routes(),
        spec.health(),
        env,
        spec.resources(),
        spec.rollout());
  }
}
