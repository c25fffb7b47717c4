package io.roadstead.rollout;

import static io.roadstead.rollout.SimulatedPlatform.spec;
import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.Instance;
import io.roadstead.registry.Status;
import io.roadstead.rollout.Deployer.InstanceStatus;
import io.roadstead.rollout.Deployer.ServiceStatus;
import io.roadstead.rollout.judge.Histogram;
import io.roadstead.rollout.judge.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Each command that changes a service while another is under way, at several moments of it: what
 * becomes of both, and what runs at the end. The table is the one in the documentation. At all
 * times enough instances take traffic, at the end there is what was asked for last, and no orphan.
 */
class PairsOfIntentsTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "intents.md");
  private static final String SERVICE = "orders";
  private static final int REPLICAS = 4;
  private static final int MOMENTS = Integer.getInteger("roadstead.moments", 2);
  private static final Duration WHILE = Duration.ofSeconds(20);
  private static final Map<Running, Duration> LASTS = new EnumMap<>(Running.class);
  private static final Stages BY_ITSELF = stages(false);
  private static final Stages BY_HAND = stages(true);

  /** What is under way. */
  private enum Running {
    ROLLING("a rolling deployment of 2"),
    PAUSED("the same, paused"),
    FAILING("one of 2, which never gets healthy"),
    CANARY("a canary of 2"),
    BLUE_GREEN("a blue-green deployment of 2 that waits for a promotion"),
    RECREATE("a deployment of 2 by `recreate`"),
    SCALE_OUT("a scale from 4 to 6"),
    SCALE_IN("a scale from 4 to 2"),
    RESTART("a restart"),
    ROLLBACK("a rollback from 2 to 1"),
    REMOVE("a removal");

    private final String words;

    Running(String words) {
      this.words = words;
    }
  }

  /** What comes then. */
  private enum Then {
    SAME("the same deployment again"),
    DEPLOY("deploy 3"),
    DEPLOY_BAD("deploy 3, which exits"),
    DEPLOY_CANARY("deploy 3 as a canary"),
    SCALE("scale to 5"),
    RESTART("restart"),
    ROLLBACK("rollback"),
    REMOVE("remove"),
    PROMOTE("promote"),
    ABORT("abort"),
    CRASH("an instance is killed"),
    KILL("the platform is killed");

    private final String words;

    Then(String words) {
      this.words = words;
    }
  }

  private static Stages stages(boolean byHand) {
    return new Stages(
        List.of(
            new Stages.Step(10, Duration.ofSeconds(5)), new Stages.Step(50, Duration.ofSeconds(5))),
        Duration.ofMinutes(2),
        Duration.ZERO,
        byHand);
  }

  @Test
  void eachPairEndsAsIsDocumented() throws IOException {
    StringBuilder table = new StringBuilder();
    for (Running running : Running.values()) {
      table.append("\n### While there is ").append(running.words).append('\n');
      table.append("| then | answer | what was under way | at the end |\n|---|---|---|---|\n");
      for (Then then : Then.values()) {
        Set<Outcome> outcomes = new LinkedHashSet<>();
        for (int i = 0; i < MOMENTS; i++) {
          outcomes.add(new Run(running, then, 100 * i / MOMENTS).outcome());
        }
        table.append("| ").append(then.words).append(" | ");
        table.append(joined(outcomes.stream().map(Outcome::answer).toList())).append(" | ");
        table.append(joined(outcomes.stream().map(Outcome::older).toList())).append(" | ");
        table.append(joined(outcomes.stream().map(Outcome::left).toList())).append(" |\n");
      }
    }
    String document = Files.readString(DOCUMENT);
    assertThat(document.substring(document.indexOf("\n### ")))
        .as("the tables of %s; they are to be:\n%s\n", DOCUMENT, table)
        .isEqualTo(table.toString());
  }

  private static String joined(List<String> words) {
    return words.stream().distinct().collect(Collectors.joining(", or "));
  }

  /**
   * What became of a pair.
   *
   * @param answer of the second
   * @param older how the first ended
   * @param left what runs at the end
   */
  private record Outcome(String answer, String older, String left) {}

  private static final class Run {
    private final Running running;
    private final Then then;
    private final int percent;
    private final SimulatedPlatform platform = new SimulatedPlatform(7);
    private Set<String> before = Set.of();

    Run(Running running, Then then, int percent) {
      this.running = running;
      this.then = then;
      this.percent = percent;
      platform.traffic =
          (service, version) -> {
            long requests = platform.work.nanos() / 10_000_000L;
            return new Sample(requests, 0, new Histogram(List.of(60_000_000L), List.of(requests)));
          };
    }

    Outcome outcome() {
      platform.ended(deploy("1", "good", Strategy.ROLLING, BY_ITSELF));
      if (running == Running.ROLLBACK) {
        platform.ended(deploy("2", "good", Strategy.ROLLING, BY_ITSELF));
      }
      platform.work.pass(WHILE);
      platform.work.afterEach(this::enoughTakeTraffic);
      String older = begin();
      platform.work.pass(lasts().multipliedBy(percent).dividedBy(100));
      Optional<String> newer = Optional.empty();
      String answer;
      try {
        newer = act(older);
        answer = then == Then.SAME ? "nothing changed" : "";
      } catch (DeployRefused e) {
        answer = "refused: `" + e.code() + "`";
      }
      settle();
      if (newer.isPresent()) {
        answer = newer.get().equals(older) ? "joins it" : word(newer.get());
      }
      return new Outcome(answer, word(older), left());
    }

    private String begin() {
      return switch (running) {
        case ROLLING -> deploy("2", "good", Strategy.ROLLING, BY_ITSELF);
        case PAUSED -> {
          String id = deploy("2", "good", Strategy.ROLLING, BY_ITSELF);
          platform.work.pass(Duration.ofMillis(300));
          platform.deployer.pause(id);
          yield id;
        }
        case FAILING -> deploy("2", "never-healthy", Strategy.ROLLING, BY_ITSELF);
        case CANARY -> deploy("2", "good", Strategy.CANARY, BY_ITSELF);
        case BLUE_GREEN -> deploy("2", "good", Strategy.BLUE_GREEN, BY_HAND);
        case RECREATE -> deploy("2", "good", Strategy.RECREATE, BY_ITSELF);
        case SCALE_OUT -> scale(6);
        case SCALE_IN -> scale(2);
        case RESTART -> platform.deployer.restart(SERVICE, Cause.by("test"));
        case ROLLBACK -> platform.deployer.rollback(SERVICE, Optional.empty(), Cause.by("test"));
        case REMOVE -> platform.deployer.remove(SERVICE, Cause.by("test"));
      };
    }

    /** How long it takes undisturbed, or where it takes as long as one likes, a while. */
    private Duration lasts() {
      if (running == Running.PAUSED || running == Running.BLUE_GREEN) {
        return WHILE;
      }
      Duration known = LASTS.get(running);
      if (known != null) {
        return known;
      }
      Run alone = new Run(running, then, 0);
      alone.platform.ended(alone.deploy("1", "good", Strategy.ROLLING, BY_ITSELF));
      if (running == Running.ROLLBACK) {
        alone.platform.ended(alone.deploy("2", "good", Strategy.ROLLING, BY_ITSELF));
      }
      alone.platform.work.pass(WHILE);
      long from = alone.platform.work.nanos();
      alone.platform.ended(alone.begin());
      Duration lasts = Duration.ofNanos(alone.platform.work.nanos() - from);
      LASTS.put(running, lasts);
      return lasts;
    }

    private Optional<String> act(String older) {
      return switch (then) {
        case SAME -> same();
        case DEPLOY -> Optional.of(deploy("3", "good", Strategy.ROLLING, BY_ITSELF));
        case DEPLOY_BAD -> Optional.of(deploy("3", "exits-at-once", Strategy.ROLLING, BY_ITSELF));
        case DEPLOY_CANARY -> Optional.of(deploy("3", "good", Strategy.CANARY, BY_ITSELF));
        case SCALE -> Optional.of(scale(5));
        case RESTART -> Optional.of(platform.deployer.restart(SERVICE, Cause.by("test")));
        case ROLLBACK ->
            Optional.of(platform.deployer.rollback(SERVICE, Optional.empty(), Cause.by("test")));
        case REMOVE -> Optional.of(platform.deployer.remove(SERVICE, Cause.by("test")));
        case PROMOTE -> {
          platform.deployer.promote(older, "test");
          yield Optional.empty();
        }
        case ABORT -> {
          platform.deployer.abort(older);
          yield Optional.empty();
        }
        case CRASH -> {
          platform.processes(SERVICE).stream().findFirst().ifPresent(p -> platform.crash(p.id()));
          yield Optional.empty();
        }
        case KILL -> {
          before = Set.of();
          platform.restart();
          yield Optional.empty();
        }
      };
    }

    private Optional<String> same() {
      String version = running == Running.ROLLBACK ? "1" : "2";
      return switch (running) {
        case FAILING -> apply("2", "never-healthy", Strategy.ROLLING, BY_ITSELF);
        case CANARY -> apply("2", "good", Strategy.CANARY, BY_ITSELF);
        case BLUE_GREEN -> apply("2", "good", Strategy.BLUE_GREEN, BY_HAND);
        case RECREATE -> apply("2", "good", Strategy.RECREATE, BY_ITSELF);
        case SCALE_IN, SCALE_OUT, RESTART, REMOVE ->
            apply("1", "good", Strategy.ROLLING, BY_ITSELF);
        case ROLLING, PAUSED, ROLLBACK -> apply(version, "good", Strategy.ROLLING, BY_ITSELF);
      };
    }

    private Optional<String> apply(String version, String command, Strategy how, Stages stages) {
      RolloutPolicy policy =
          new RolloutPolicy(
              how, 1, 0, Duration.ZERO, Duration.ofSeconds(2), Duration.ofSeconds(1), stages);
      return platform.deployer.apply(
          spec(SERVICE, version, command + " " + version, REPLICAS, policy), Cause.by("test"));
    }

    private String deploy(String version, String command, Strategy how, Stages stages) {
      return apply(version, command, how, stages).orElseThrow();
    }

    private String scale(int replicas) {
      return platform.deployer.scale(
          SERVICE,
          OptionalInt.of(replicas),
          OptionalLong.empty(),
          OptionalDouble.empty(),
          Cause.by("test"));
    }

    /** What waits for a hand is helped on after a while. */
    private void settle() {
      for (int i = 0; i < 20 && !asWanted(); i++) {
        if (platform.work.until(this::asWanted, WHILE)) {
          break;
        }
        for (Rollout rollout : platform.deployer.rollouts(SERVICE)) {
          if (rollout.state() == Rollout.State.PAUSED) {
            platform.deployer.resume(rollout.id());
          } else if (!rollout.state().ended() && rollout.strategy().equals("blue-green")) {
            platform.deployer.promote(rollout.id(), "test");
          }
        }
      }
      assertThat(asWanted()).as("%s: %s", this, platform.deployer.services()).isTrue();
      platform.work.pass(Duration.ofSeconds(10));
      Set<String> recorded = new HashSet<>();
      platform.store.instances().forEach(instance -> recorded.add(instance.id()));
      assertThat(platform.runtime.alive.keySet()).as("no orphans, %s", this).isEqualTo(recorded);
      assertThat(platform.kinds()).as(toString()).doesNotContain("platform.error");
    }

    private boolean asWanted() {
      for (ServiceStatus service : platform.deployer.services()) {
        List<InstanceStatus> all = service.instances();
        if (service.rollout().filter(r -> !r.state().ended()).isPresent()
            || service.ready() != service.desired()
            || all.size() != service.desired()
            || all.stream().anyMatch(i -> i.release() != service.release().number())) {
          return false;
        }
      }
      return true;
    }

    private String left() {
      return platform
          .deployer
          .service(SERVICE)
          .map(service -> service.release().version() + " × " + service.ready())
          .orElse("nothing");
    }

    private String word(String rollout) {
      return platform
          .deployer
          .rollout(rollout)
          .map(found -> found.state().name().toLowerCase(Locale.ROOT).replace('_', '-'))
          .orElse("gone");
    }

    /** As many as the smaller of what was wanted and is, but where all end first. */
    private void enoughTakeTraffic() {
      Set<String> up =
          platform.instances(SERVICE).stream()
              .filter(instance -> instance.status() == Status.UP && !instance.aside())
              .map(Instance::id)
              .collect(Collectors.toSet());
      boolean drained =
          platform.instances(SERVICE).stream()
              .anyMatch(i -> before.contains(i.id()) && i.status() == Status.DRAINING);
      before = up;
      Optional<ServiceState> state = platform.store.services().stream().findFirst();
      if (!drained
          || state.isEmpty()
          || state.get().removing()
          || running == Running.RECREATE
          || running == Running.REMOVE) {
        return;
      }
      assertThat(up).as("%s", this).hasSizeGreaterThanOrEqualTo(state.get().replicas());
    }

    @Override
    public String toString() {
      return running + " then " + then + " at " + percent + " %";
    }
  }
}
