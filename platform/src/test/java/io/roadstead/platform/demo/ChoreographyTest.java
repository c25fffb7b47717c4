package io.roadstead.platform.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which acts are played, in which order, and what is made of what they bring. */
class ChoreographyTest {
  @TempDir private Path program;

  private final AtomicLong nanos = new AtomicLong();
  private final Ticker ticker = nanos::get;
  private final PaperStage stage = new PaperStage(nanos);
  private final CountDownLatch cancelled = new CountDownLatch(1);
  private final Tally tally = new Tally(0);
  private final Narrator narrator = new Narrator(ticker, _ -> {});
  private List<String> problems = List.of();

  @BeforeEach
  void examples() throws IOException {
    Path examples = Files.createDirectory(program.resolve("examples"));
    for (String jar : List.of("orders-1", "orders-2", "shop-catalogue-bad")) {
      Files.createFile(examples.resolve(jar + ".jar"));
    }
    for (String service : Shop.PLAIN) {
      Files.createFile(examples.resolve("shop-" + service + "-1.jar"));
      Files.createFile(examples.resolve("shop-" + service + "-2.jar"));
    }
  }

  private Choreography play(int seconds) throws InterruptedException {
    Shop shop = new Shop(ShopJars.near(program), "http://127.0.0.1:1");
    Deployments deployments = new Deployments(stage, shop, ticker, cancelled);
    Scene scene =
        new Scene(
            stage,
            shop,
            deployments,
            tally,
            narrator,
            ticker,
            cancelled,
            length -> {
              nanos.addAndGet(length.toNanos());
              return cancelled.getCount() == 0;
            });
    for (String service : Shop.SERVICES) {
      assertThat(deployments.next(service)).isPresent();
    }
    stage.calls.clear();
    long begun = nanos.get();
    narrator.countFrom(begun);
    Choreography acts = new Choreography(scene, Duration.ofSeconds(seconds), begun);
    acts.play();
    problems = deployments.problems();
    return acts;
  }

  @Test
  void aMinuteHasEveryActInItsOrder() throws InterruptedException {
    Choreography acts = play(60);

    assertThat(problems).isEmpty();
    assertThat(stage.calls)
        .containsSubsequence(
            "apply payments 2.0",
            "apply orders 2.0",
            "kill storefront",
            "kill platform",
            "start platform",
            "apply catalogue bad",
            "replace gateway")
        .containsSubsequence("start platform", "scale storefront 4", "scale storefront 2");
    assertThat(acts.badVersion()).isEqualTo("rolled-back");
    assertThat(acts.instanceKill().recoveryMillis()).isPresent();
    assertThat(acts.takeover()).isPresent();
    assertThat(acts.platformKill())
        .hasValueSatisfying(
            kill -> {
              assertThat(kill.adopted()).isEqualTo(7);
              assertThat(kill.restarted()).isZero();
            });
  }

  @Test
  void nothingIsDeployedWhileSomethingIsKilled() throws InterruptedException {
    play(60);
    List<String> calls = List.copyOf(stage.calls);
    int kill = calls.indexOf("kill storefront");
    int back = calls.indexOf("start platform");
    assertThat(calls.subList(kill, back + 1))
        .containsExactly("kill storefront", "kill platform", "start platform");
  }

  @Test
  void fewSecondsHaveOnlyWhatFits() throws InterruptedException {
    Choreography acts = play(6);

    assertThat(problems).isEmpty();
    assertThat(stage.calls)
        .contains("apply payments 2.0")
        .doesNotContain("kill platform", "apply catalogue bad", "replace gateway");
    assertThat(acts.platformKill()).isEmpty();
    assertThat(acts.takeover()).isEmpty();
    assertThat(acts.badVersion()).isEmpty();
  }

  @Test
  void instancesThatAreRestartedInsteadOfAdoptedAreAProblem() throws InterruptedException {
    stage.losesInstances = true;
    Choreography acts = play(60);

    assertThat(problems).anyMatch(problem -> problem.contains("after the platform's return"));
    assertThat(acts.platformKill())
        .hasValueSatisfying(kill -> assertThat(kill.restarted()).isPositive());
  }

  @Test
  void aBadVersionThatIsTakenForGoodIsAProblem() throws InterruptedException {
    stage.badVersionEnds = "succeeded";
    play(60);
    assertThat(problems).anyMatch(problem -> problem.contains("not rolled-back"));
  }

  @Test
  void anEndAskedForIsTheEnd() {
    stage.onKill = cancelled::countDown;
    assertThatThrownBy(() -> play(60)).isInstanceOf(InterruptedException.class);
    assertThat(stage.calls).doesNotContain("kill platform");
  }
}
