package io.roadstead.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.Instance;
import io.roadstead.registry.Status;
import io.roadstead.rollout.Deployer.InstanceStatus;
import io.roadstead.rollout.Deployer.ServiceStatus;
import io.roadstead.rollout.FakeRuntime.FakeProcess;
import io.roadstead.rollout.judge.Histogram;
import io.roadstead.rollout.judge.Sample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Random commands, crashes and restarts of the platform, in random order, for many seeds: at all
 * times no command takes away more than it may, at the end everything is as was asked for last.
 */
class DeployerModelTest {
  private static final int SEEDS = Integer.getInteger("roadstead.seeds", 40);
  private static final int ACTIONS = 25;
  private static final Hook HOOK =
      new Hook(new Hook.Command(List.of("true")), Duration.ofSeconds(5));
  private static final Hooks HOOKS = new Hooks(Optional.of(HOOK), Optional.of(HOOK));

  @Test
  void whateverHappensTheServicesBecomeWhatIsWanted() {
    for (int seed = 0; seed < SEEDS; seed++) {
      new Run(seed).check();
    }
  }

  private static final class Run {
    private final int seed;
    private final Random random;
    private final SimulatedPlatform platform;
    private final List<String> done = new ArrayList<>();
    private final Map<String, Set<String>> upBefore = new HashMap<>();
    private final Set<String> restoring = new HashSet<>();

    /** Roll-outs that a scale has begun or joined. */
    private final Set<String> scaled = new HashSet<>();

    private int versions;

    Run(int seed) {
      this.seed = seed;
      this.random = new Random(seed);
      this.platform = new SimulatedPlatform(seed);
      platform.work.afterEach(this::nobodyIsTakenAwayTooEarly);
      platform.runtime.onStart = this::neverAboveTheSurge;
      platform.traffic = this::counted;
      platform.hooks = (hook, facts) -> new Hook.Outcome(random.nextInt(4) > 0, "exit code");
    }

    /** A hundred requests a second for each version; every third version fails a fifth of them. */
    private Sample counted(String service, String version) {
      long requests = platform.work.nanos() / 10_000_000L;
      boolean fails = version.matches("v\\d*[369]");
      return new Sample(
          requests,
          fails ? requests / 5 : 0,
          new Histogram(List.of(60_000_000L), List.of(requests)));
    }

    void check() {
      for (int i = 0; i < ACTIONS; i++) {
        String service = random.nextInt(4) == 0 ? "cart" : "orders";
        try {
          act(service);
        } catch (DeployRefused e) {
          done.add("  refused: " + e.getMessage());
        }
        platform.work.pass(Duration.ofMillis(random.nextInt(400)));
      }
      resumeAll();
      boolean quiet = platform.work.until(this::allIsAsWanted, Duration.ofMinutes(10));
      assertThat(quiet).as("%s\nstate: %s", this, platform.deployer.services()).isTrue();
      platform.work.pass(Duration.ofSeconds(5));
      for (Rollout rollout : platform.deployer.rollouts("")) {
        assertThat(rollout.state().ended()).as("%s\n%s", this, rollout).isTrue();
      }
      Set<String> recorded = new HashSet<>();
      platform.store.instances().forEach(instance -> recorded.add(instance.id()));
      assertThat(platform.runtime.alive.keySet()).as("no orphans, %s", this).isEqualTo(recorded);
      assertThat(platform.kinds()).as(toString()).doesNotContain("platform.error");
    }

    private void act(String service) {
      int choice = random.nextInt(100);
      if (choice < 35) {
        String version = "v" + ++versions;
        String command = random.nextInt(5) == 0 ? bad() : "good";
        RolloutPolicy policy =
            new RolloutPolicy(
                strategy(),
                1 + random.nextInt(2),
                random.nextInt(2),
                Duration.ofMillis(random.nextInt(3) * 100L),
                Duration.ofSeconds(2),
                Duration.ofSeconds(1),
                stages(),
                random.nextInt(5) == 0 ? HOOKS : Hooks.NONE);
        int replicas = 1 + random.nextInt(4);
        note("deploy " + service + " " + version + " " + command + " x" + replicas + " " + policy);
        ServiceSpec spec =
            SimulatedPlatform.spec(service, version, command + " " + version, replicas, policy);
        Optional<String> rollout = platform.deployer.apply(spec, Cause.by("test"));
        if (random.nextInt(4) == 0) {
          note("the same again");
          boolean runs =
              rollout.flatMap(platform.deployer::rollout).filter(r -> !returns(r)).isPresent();
          assertThat(platform.deployer.apply(spec, Cause.by("test")).isPresent() && runs)
              .as("a second roll-out for the same, %s", this)
              .isFalse();
        }
      } else if (choice < 50) {
        int replicas = random.nextInt(5);
        note("scale " + service + " " + replicas);
        scaled.add(
            platform.deployer.scale(
                service,
                OptionalInt.of(replicas),
                OptionalLong.empty(),
                OptionalDouble.empty(),
                Cause.by("test")));
      } else if (choice < 56) {
        note("restart " + service);
        platform.deployer.restart(service, Cause.by("test"));
      } else if (choice < 62) {
        note("rollback " + service);
        platform.deployer.rollback(service, Optional.empty(), Cause.by("test"));
      } else if (choice < 65) {
        note("remove " + service);
        platform.deployer.remove(service, Cause.by("test"));
      } else if (choice < 75) {
        anyProcess()
            .ifPresent(
                process -> {
                  note("crash " + process.id());
                  platform.crash(process.id());
                });
      } else if (choice < 80) {
        anyInstance(service)
            .ifPresent(
                id -> {
                  note("drain " + id);
                  platform.deployer.drain(id, "test");
                });
      } else if (choice < 84) {
        anyInstance(service)
            .ifPresent(
                id -> {
                  note("undrain " + id);
                  platform.deployer.undrain(id, "test");
                });
      } else if (choice < 92) {
        onRunning(service, choice);
      } else if (choice < 95) {
        note("restart of the platform");
        upBefore.clear();
        restoring.addAll(List.of("orders", "cart"));
        platform.restart();
      } else {
        note("pass");
        platform.work.pass(Duration.ofSeconds(random.nextInt(40)));
      }
    }

    private static boolean returns(Rollout rollout) {
      return rollout.state().ended() || !rollout.reason().isEmpty();
    }

    private Strategy strategy() {
      Strategy[] all = Strategy.values();
      return random.nextBoolean() ? Strategy.ROLLING : all[random.nextInt(all.length)];
    }

    private Stages stages() {
      return new Stages(
          List.of(
              new Stages.Step(10, Duration.ofMillis(random.nextInt(4_000))),
              new Stages.Step(50, Duration.ofMillis(random.nextInt(4_000)))),
          Duration.ofSeconds(random.nextInt(20)),
          Duration.ofSeconds(random.nextInt(10)),
          random.nextInt(4) == 0);
    }

    private String bad() {
      return List.of("exits-at-once", "never-healthy", "not-launchable", "port-taken", "slow")
          .get(random.nextInt(5));
    }

    private void onRunning(String service, int choice) {
      for (Rollout rollout : platform.deployer.rollouts(service)) {
        if (!rollout.state().ended()) {
          if (choice == 84) {
            note("promote " + rollout.id());
            platform.deployer.promote(rollout.id(), "test");
          } else if (choice < 86) {
            note("abort " + rollout.id());
            platform.deployer.abort(rollout.id());
          } else if (choice < 89) {
            note("pause " + rollout.id());
            platform.deployer.pause(rollout.id());
          } else {
            note("resume " + rollout.id());
            platform.deployer.resume(rollout.id());
          }
        }
      }
    }

    private void resumeAll() {
      for (Rollout rollout : platform.deployer.rollouts("")) {
        if (rollout.state() == Rollout.State.PAUSED) {
          platform.deployer.resume(rollout.id());
        }
      }
    }

    private Optional<FakeProcess> anyProcess() {
      List<FakeProcess> alive = List.copyOf(platform.runtime.alive.values());
      return alive.isEmpty()
          ? Optional.empty()
          : Optional.of(alive.get(random.nextInt(alive.size())));
    }

    private Optional<String> anyInstance(String service) {
      List<InstanceStatus> all =
          platform.deployer.service(service).map(ServiceStatus::instances).orElse(List.of());
      return all.isEmpty()
          ? Optional.empty()
          : Optional.of(all.get(random.nextInt(all.size())).id());
    }

    private boolean allIsAsWanted() {
      resumeAll();
      for (ServiceStatus service : platform.deployer.services()) {
        boolean rolling = service.rollout().filter(r -> !r.state().ended()).isPresent();
        long attached = service.instances().stream().filter(i -> !i.detached()).count();
        if (rolling
            || service.ready() != service.desired()
            || attached != service.desired()
            || !service.instances().stream()
                .filter(i -> !i.detached())
                .allMatch(i -> i.release() == service.release().number())) {
          return false;
        }
      }
      return true;
    }

    /** When a mark takes an instance out, enough others take traffic. */
    private void nobodyIsTakenAwayTooEarly() {
      if (platform.deployer == null) {
        return;
      }
      for (String name : List.of("orders", "cart")) {
        Set<String> up = new HashSet<>();
        platform.instances(name).stream()
            .filter(instance -> instance.status() == Status.UP && !instance.aside())
            .forEach(instance -> up.add(instance.id()));
        Set<String> before = upBefore.getOrDefault(name, Set.of());
        upBefore.put(name, up);
        boolean marked = false;
        for (Instance instance : platform.instances(name)) {
          marked |= before.contains(instance.id()) && instance.status() == Status.DRAINING;
        }
        Optional<ServiceState> state =
            platform.store.services().stream().filter(s -> s.name().equals(name)).findFirst();
        if (!marked || state.isEmpty() || state.get().removing() || state.get().target() == 0) {
          continue;
        }
        RolloutPolicy policy =
            platform.store.releases(name).stream()
                .filter(r -> r.number() == state.get().target())
                .findFirst()
                .orElseThrow()
                .spec()
                .rollout();
        if (policy.strategy() == Strategy.RECREATE) {
          continue;
        }
        assertThat(up.size())
            .as("available while something is drained: %s of %s, %s", name, state.get(), this)
            .isGreaterThanOrEqualTo(state.get().replicas() - policy.unavailable());
      }
    }

    private void neverAboveTheSurge() {
      for (ServiceStatus service : platform.deployer.services()) {
        long counted =
            service.instances().stream()
                .filter(
                    i ->
                        Set.of("queued", "launching", "probing", "settling", "available", "leaving")
                            .contains(i.phase()))
                .count();
        boolean starting =
            service.instances().stream().anyMatch(i -> i.phase().equals("launching"));
        // What a scale-in has not taken away yet is above, but then nothing more is started.
        if (starting && service.rollout().filter(r -> scaled.contains(r.id())).isEmpty()) {
          assertThat(counted)
              .as("surge, %s\n%s", this, compact(service))
              .isLessThanOrEqualTo(
                  (beside(service) ? 2L : 1L)
                      * (service.desired()
                          + Math.max(1, service.release().spec().rollout().surge())));
        }
      }
    }

    /** Whether two versions may each have all their instances. */
    private static boolean beside(ServiceStatus service) {
      return service.instances().stream().map(InstanceStatus::release).distinct().count() > 1
          && service
              .rollout()
              .flatMap(rollout -> Strategy.of(rollout.strategy()))
              .filter(Strategy::staged)
              .isPresent();
    }

    private static String compact(ServiceStatus service) {
      StringBuilder text = new StringBuilder(service.name() + " wants " + service.desired());
      service
          .instances()
          .forEach(i -> text.append("\n  ").append(i.id()).append(" ").append(i.phase()));
      return text.toString();
    }

    private void note(String what) {
      done.add(Duration.ofNanos(platform.work.nanos()) + " " + what);
    }

    @Override
    public String toString() {
      return "seed " + seed + ":\n" + String.join("\n", done);
    }
  }
}
