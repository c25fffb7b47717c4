package io.roadstead.rollout;

import static io.roadstead.rollout.SimulatedPlatform.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.rollout.Rollout.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What runs before and after a deployment. */
class HooksTest {
  private static final Hook BEFORE =
      new Hook(new Hook.Command(List.of("migrate")), Duration.ofSeconds(60));
  private static final Hook AFTER =
      new Hook(new Hook.Command(List.of("tell")), Duration.ofSeconds(60));
  private static final Hooks BOTH = new Hooks(Optional.of(BEFORE), Optional.of(AFTER));

  private final SimulatedPlatform platform = new SimulatedPlatform(3);
  private final List<Map<String, String>> ran = new ArrayList<>();
  private final List<Integer> processesThen = new ArrayList<>();
  private boolean good = true;

  HooksTest() {
    platform.hooks =
        (hook, facts) -> {
          ran.add(facts);
          processesThen.add(platform.processes("orders").size());
          return new Hook.Outcome(good, "exit code " + (good ? 0 : 1));
        };
  }

  private String deploy(String version, String command, Strategy strategy) {
    RolloutPolicy policy =
        new RolloutPolicy(
            strategy,
            1,
            0,
            Duration.ZERO,
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Stages.DEFAULT,
            BOTH);
    return platform
        .deployer
        .apply(spec("orders", version, command, 2, policy), Cause.by("me"))
        .orElseThrow();
  }

  private static List<String> steps(Rollout rollout, String name) {
    return rollout.steps().stream()
        .filter(step -> step.name().equals(name))
        .map(step -> step.state() + " " + step.detail())
        .toList();
  }

  @Test
  void nothingStartsBeforeTheOneBeforeHasEndedWell() {
    Rollout rollout = platform.ended(deploy("1", "good", Strategy.ROLLING));

    assertThat(rollout.state()).isEqualTo(State.SUCCEEDED);
    assertThat(processesThen).containsExactly(0, 2);
    assertThat(ran)
        .extracting(facts -> facts.get("hook") + " " + facts.get("state"))
        .containsExactly("before running", "after succeeded");
    assertThat(ran.getFirst())
        .containsEntry("service", "orders")
        .containsEntry("version", "1")
        .containsEntry("from", "")
        .containsEntry("rollout", rollout.id());
    assertThat(steps(rollout, "before")).containsExactly("DONE exit code 0");
    assertThat(steps(rollout, "after")).containsExactly("DONE exit code 0");
  }

  @Test
  void whereTheOneBeforeFailsNothingOfTheVersionIsStarted() {
    platform.ended(deploy("1", "good", Strategy.ROLLING));
    List<String> before = platform.up("orders");
    int started = platform.runtime.started.size();
    good = false;

    for (Strategy strategy : Strategy.values()) {
      Rollout rollout = platform.ended(deploy("2-" + strategy.word(), "good", strategy));

      assertThat(rollout.state()).as(strategy.word()).isEqualTo(State.ROLLED_BACK);
      assertThat(rollout.reason()).contains("the hook before it failed: exit code 1");
    }
    assertThat(platform.runtime.started).hasSize(started);
    assertThat(platform.up("orders")).containsExactlyElementsOf(before);
  }

  @Test
  void whereTheOneAfterFailsThatIsToldAndNoMore() {
    platform.hooks = (hook, facts) -> new Hook.Outcome(hook.equals(BEFORE), "exit code 7");

    Rollout rollout = platform.ended(deploy("1", "good", Strategy.ROLLING));

    assertThat(rollout.state()).isEqualTo(State.SUCCEEDED);
    assertThat(steps(rollout, "after")).containsExactly("FAILED exit code 7");
    assertThat(platform.kinds()).contains("rollout.hook-failed");
  }

  @Test
  void theOneAfterHearsThatItWentBack() {
    platform.ended(deploy("1", "good", Strategy.ROLLING));
    ran.clear();

    Rollout rollout = platform.ended(deploy("2", "exits-at-once", Strategy.ROLLING));

    assertThat(rollout.state()).isEqualTo(State.ROLLED_BACK);
    assertThat(ran)
        .extracting(facts -> facts.get("hook") + " " + facts.get("state"))
        .containsExactly("before running", "after rolled-back");
  }

  @Test
  void theOneBeforeRunsAgainWhereThePlatformEndedInIt() {
    platform.ended(deploy("1", "good", Strategy.ROLLING));
    ran.clear();
    platform.hooks =
        (hook, facts) -> {
          throw new InterruptedException("the platform is killed in it");
        };
    String id = deploy("2", "good", Strategy.CANARY);
    platform.work.pass(Duration.ofSeconds(5));
    assertThat(platform.upVersions("orders")).containsExactly("1", "1");
    assertThat(Thread.interrupted()).isTrue();

    platform.hooks = (hook, facts) -> new Hook.Outcome(false, "exit code 3");
    platform.restart();

    assertThat(platform.ended(id).state()).isEqualTo(State.ROLLED_BACK);
    assertThat(platform.upVersions("orders")).containsExactly("1", "1");
  }

  @Test
  void whatCrashesMeanwhileIsReplaced() {
    platform.ended(deploy("1", "good", Strategy.ROLLING));
    platform.hooks =
        (hook, facts) -> {
          if (hook.equals(BEFORE)) {
            throw new InterruptedException("it never ends");
          }
          return new Hook.Outcome(true, "exit code 0");
        };
    String id = deploy("2", "good", Strategy.ROLLING);
    platform.work.pass(Duration.ofSeconds(1));
    assertThat(Thread.interrupted()).isTrue();

    platform.crash(platform.up("orders").getFirst());
    platform.work.pass(Duration.ofSeconds(5));

    assertThat(platform.upVersions("orders")).containsExactly("1", "1");
    Rollout ended = platform.ended(id);
    assertThat(ended.reason()).contains("no step forward");
    assertThat(platform.upVersions("orders")).containsExactly("1", "1");
  }
}
