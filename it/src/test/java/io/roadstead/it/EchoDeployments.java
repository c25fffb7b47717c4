package io.roadstead.it;

import io.roadstead.platform.Platform;
import io.roadstead.registry.Route;
import io.roadstead.rollout.Cause;
import io.roadstead.rollout.Health;
import io.roadstead.rollout.Resources;
import io.roadstead.rollout.Rollout;
import io.roadstead.rollout.RolloutPolicy;
import io.roadstead.rollout.ServiceSpec;
import io.roadstead.rollout.Source;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Deploys {@link EchoService}, routed at {@code /echo}, to a platform in this process. */
record EchoDeployments(Platform platform, Path directory) {
  private static final Duration LONG = Duration.ofSeconds(60);

  /** Deploys the version that answers with {@code word}, and waits until that has ended. */
  Rollout deploy(String word, int replicas) throws IOException, InterruptedException {
    return deploy(word, replicas, Duration.ofSeconds(30));
  }

  /**
   * @param startup how long it may take to be healthy
   */
  Rollout deploy(String word, int replicas, Duration startup)
      throws IOException, InterruptedException {
    return ended(begin(word, replicas, startup));
  }

  /** Begins to deploy; returns the roll-out's id. */
  String begin(String word, int replicas) throws IOException {
    return begin(word, replicas, Duration.ofSeconds(30));
  }

  private String begin(String word, int replicas, Duration startup) throws IOException {
    ServiceSpec spec =
        new ServiceSpec(
            "echo",
            new Source.Jar(EchoService.jar(directory, word)),
            word,
            replicas,
            List.of(new Route("", "/echo", true)),
            new Health("/health", Duration.ofMillis(100), Duration.ofSeconds(1), startup),
            Map.of(),
            Resources.UNLIMITED,
            RolloutPolicy.DEFAULT);
    return platform.deployer().apply(spec, Cause.by("test")).orElseThrow();
  }

  /** Waits until a roll-out has ended. */
  Rollout ended(String id) throws InterruptedException {
    Optional<Rollout> rollout = platform.deployer().rollout(id);
    while (rollout.isPresent() && !rollout.get().state().ended()) {
      rollout = platform.deployer().await(id, rollout, LONG);
    }
    return rollout.orElseThrow();
  }
}
