package io.roadstead.it.outside;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.platform.Platform;
import io.roadstead.platform.PlatformConfig;
import io.roadstead.registry.Route;
import io.roadstead.rollout.Cause;
import io.roadstead.rollout.Deployer;
import io.roadstead.rollout.Health;
import io.roadstead.rollout.Resources;
import io.roadstead.rollout.Rollout;
import io.roadstead.rollout.Rollout.State;
import io.roadstead.rollout.Rollout.Step;
import io.roadstead.rollout.RolloutPolicy;
import io.roadstead.rollout.ServiceSpec;
import io.roadstead.rollout.Source;
import io.roadstead.rollout.Stages;
import io.roadstead.rollout.Strategy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Real canaries through the gateway, of a service that takes 50 ms: a good one is promoted; one
 * with more errors, a slower one and one that gets slower are returned; going back to what is warm
 * is a change of the split. In each step the new version has had no more than the step's share of
 * the requests, by chance: of n at a share p no more than np + 4√(np(1 − p)), which a step of a
 * fair draw exceeds once in 30,000; and before the first and after the return none.
 */
@Tag("proof")
final class CanaryProof {
  private static final int CLIENTS = 16;
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Duration AT_ONCE = Duration.ofMillis(100);
  private static final Stages STAGES =
      new Stages(
          List.of(
              new Stages.Step(10, Duration.ofSeconds(10)),
              new Stages.Step(30, Duration.ofSeconds(10)),
              new Stages.Step(50, Duration.ofSeconds(10))),
          Duration.ofSeconds(60),
          Duration.ofMinutes(5),
          false);

  private record Answer(Instant sentAt, long sentNanos, int status, String version) {}

  @TempDir private Path directory;
  private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
  private final Queue<String> broken = new ConcurrentLinkedQueue<>();
  private volatile boolean open = true;

  @ParameterizedTest
  @CsvSource({
    "good,        0,    1,   0",
    "more errors, 0.05, 1,   0",
    "slower,      0,    1.5, 0",
    "a slow leak, 0,    1,   0.0015"
  })
  void itIsJudgedByWhatItDoes(String kind, String errors, String slower, String leak)
      throws Exception {
    Map<String, String> env = Map.of("ERRORS", errors, "SLOWER", slower, "LEAK", leak);
    try (Platform platform = Platform.start(PlatformConfig.local(directory))) {
      Deployer deployer = platform.deployer();
      ended(deployer, "1", Map.of());
      List<Thread> clients = clients(platform);
      Rollout rollout;
      try {
        rollout = ended(deployer, "2", env);
        if (kind.equals("good")) {
          assertThat(rollout.state()).as(rollout.toString()).isEqualTo(State.SUCCEEDED);
          assertThat(goingBack(deployer)).as("back on the warm version").isLessThan(AT_ONCE);
        }
      } finally {
        open = false;
        for (Thread client : clients) {
          client.join();
        }
        platform.deployer().stopServices();
      }
      assertThat(broken).isEmpty();
      int share = share(rollout);
      List<Answer> meanwhile = List.copyOf(answers);
      long bad = meanwhile.stream().filter(answer -> answer.version().equals("2")).count();
      System.out.printf(
          "%s: %s at %d %% after %d requests, %d of them to the new version: %s%n",
          kind, rollout.state(), share, meanwhile.size(), bad, rollout.reason());
      assertNoMoreThanItsShares(rollout, meanwhile);
      if (!kind.equals("good")) {
        assertThat(rollout.state()).as(rollout.toString()).isEqualTo(State.ROLLED_BACK);
        Instant back = rollout.endedAt().orElseThrow().plus(AT_ONCE);
        assertThat(meanwhile)
            .filteredOn(answer -> answer.sentAt().isAfter(back))
            .extracting(Answer::version)
            .as("after the return")
            .doesNotContain("2");
      }
    }
  }

  /**
   * A step begins with its share, and what is sent a moment before may be drawn after: so each is
   * counted from a moment before it begins until a moment before what comes after it. Shares grow,
   * so what belongs to the step before has a smaller one.
   */
  private static void assertNoMoreThanItsShares(Rollout rollout, List<Answer> answers) {
    List<Step> steps = canarySteps(rollout);
    Instant first = steps.getFirst().startedAt().minus(AT_ONCE);
    assertThat(answers)
        .filteredOn(answer -> answer.sentAt().isBefore(first))
        .isNotEmpty()
        .extracting(Answer::version)
        .as("before the first step")
        .doesNotContain("2");
    for (int i = 0; i < steps.size(); i++) {
      Instant from = steps.get(i).startedAt().minus(AT_ONCE);
      Instant to =
          i + 1 < steps.size() ? steps.get(i + 1).startedAt().minus(AT_ONCE) : end(steps.get(i));
      List<Answer> sent =
          answers.stream()
              .filter(answer -> !answer.sentAt().isBefore(from) && answer.sentAt().isBefore(to))
              .toList();
      long young = sent.stream().filter(answer -> answer.version().equals("2")).count();
      int share = share(steps.get(i));
      double mean = sent.size() * share / 100.0;
      double most = mean + 4 * Math.sqrt(mean * (1 - share / 100.0));
      System.out.printf(
          Locale.ROOT,
          "  at %d %%: %d of %d requests to the new version, %.1f are the most%n",
          share,
          young,
          sent.size(),
          most);
      assertThat(sent).as("requests at %d %%", share).isNotEmpty();
      assertThat((double) young)
          .as("requests to the new version, of %d at %d %%", sent.size(), share)
          .isLessThanOrEqualTo(most);
    }
  }

  private static Instant end(Step step) {
    return step.startedAt().plus(step.took().orElseThrow());
  }

  private static List<Step> canarySteps(Rollout rollout) {
    return rollout.steps().stream().filter(step -> step.name().equals("canary")).toList();
  }

  /** From the command until the last request was sent that the version before still answered. */
  private Duration goingBack(Deployer deployer) throws InterruptedException {
    long at = System.nanoTime();
    String id = deployer.rollback("shop", Optional.empty(), Cause.by("test"));
    Rollout rollout = await(deployer, id);
    assertThat(rollout.state()).as(rollout.toString()).isEqualTo(State.SUCCEEDED);
    long last =
        answers.stream()
            .filter(answer -> answer.version().equals("2"))
            .mapToLong(Answer::sentNanos)
            .max()
            .orElse(at);
    Duration took = Duration.ofNanos(Math.max(0, last - at));
    System.out.println("back on the warm version after " + took);
    return took;
  }

  /** The greatest that it reached. */
  private static int share(Rollout rollout) {
    return canarySteps(rollout).stream().mapToInt(CanaryProof::share).max().orElseThrow();
  }

  private static int share(Step step) {
    return Integer.parseInt(step.detail().split(" ", 2)[0]);
  }

  private Rollout ended(Deployer deployer, String version, Map<String, String> env)
      throws InterruptedException {
    return await(deployer, deployer.apply(spec(version, env), Cause.by("test")).orElseThrow());
  }

  private static Rollout await(Deployer deployer, String id) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    Rollout now = deployer.rollout(id).orElseThrow();
    while (!now.state().ended() && System.nanoTime() < until) {
      now = deployer.await(id, Optional.of(now), Duration.ofSeconds(5)).orElseThrow();
    }
    return now;
  }

  private static ServiceSpec spec(String version, Map<String, String> env) {
    return new ServiceSpec(
        "shop",
        new Source.Exec(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                JudgedService.class.getName())),
        version,
        2,
        List.of(new Route("", "/shop", true)),
        new Health(
            "/health", Duration.ofMillis(200), Duration.ofSeconds(2), Duration.ofSeconds(60)),
        env,
        Resources.UNLIMITED,
        new RolloutPolicy(
            Strategy.CANARY,
            1,
            0,
            Duration.ZERO,
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            STAGES));
  }

  private List<Thread> clients(Platform platform) {
    URI target = URI.create("http://" + platform.gateway() + "/shop/");
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(Thread.ofVirtual().name("client-" + i).start(() -> ask(target)));
    }
    return clients;
  }

  private void ask(URI target) {
    try (HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      HttpRequest request = HttpRequest.newBuilder(target).timeout(Duration.ofSeconds(10)).build();
      while (open) {
        Instant at = Instant.now();
        long sent = System.nanoTime();
        try {
          HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
          if (answer.headers().firstValue("X-Roadstead-Reason").isPresent()) {
            broken.add(answer.statusCode() + " " + answer.body());
          } else {
            answers.add(new Answer(at, sent, answer.statusCode(), answer.body()));
          }
        } catch (IOException e) {
          broken.add(e.toString());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
