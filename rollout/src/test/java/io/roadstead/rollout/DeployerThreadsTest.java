package io.roadstead.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.Registry;
import io.roadstead.registry.Splits;
import io.roadstead.registry.Status;
import io.roadstead.registry.SubscriberKind;
import io.roadstead.registry.Subscribers;
import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.EventSink;
import io.roadstead.rollout.Rollout.State;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With real threads and time, a real registry, and a gateway that acknowledges. */
class DeployerThreadsTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final InstantSource wall = InstantSource.system();
  private final Ticker ticker = Ticker.system();
  private final Registry registry = new Registry("e1", wall, ticker, EventSink.NONE);
  private final Subscribers subscribers = new Subscribers("e1", wall, ticker, EventSink.NONE);
  private final VirtualWork work = new VirtualWork();
  private final FakeRuntime runtime = new FakeRuntime(work, wall, ticker);
  private final Deployer deployer =
      new Deployer(
          registry,
          new Splits(registry, new MemoryStore(), wall, EventSink.NONE),
          subscribers,
          runtime,
          new MemoryArtifacts(),
          new MemoryStore(),
          VersionFigures.NONE,
          (hook, facts) -> new Hook.Outcome(true, ""),
          wall,
          ticker,
          EventSink.NONE);

  @BeforeEach
  void start() {
    deployer.start();
    String stream = subscribers.connect("gateway", SubscriberKind.GATEWAY, Set.of(), () -> {});
    acknowledge(stream);
  }

  @AfterEach
  void close() {
    deployer.close();
    work.close();
  }

  private void acknowledge(String stream) {
    subscribers.acknowledge("gateway", stream, registry.snapshot().version(), Map.of());
    work.after(Duration.ofMillis(10), () -> acknowledge(stream));
  }

  @Test
  void manyServicesAreDeployedAgainAndAgainAtTheSameTime() throws Exception {
    int services = 4;
    int versions = 5;
    List<Future<?>> done = new ArrayList<>();
    try (ExecutorService users = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < services; i++) {
        String name = "service-" + i;
        done.add(
            users.submit(
                () -> {
                  for (int version = 1; version <= versions; version++) {
                    Rollout rollout = deploy(name, "v" + version);
                    assertThat(rollout.state()).as("%s", rollout).isEqualTo(State.SUCCEEDED);
                  }
                  return name;
                }));
      }
    }
    for (Future<?> each : done) {
      each.get(1, TimeUnit.SECONDS);
    }

    assertThat(runtime.alive).hasSize(services * 2);
    assertThat(deployer.services()).hasSize(services).allMatch(service -> service.ready() == 2);
    assertThat(deployer.rollouts("")).hasSize(services * versions);
  }

  @Test
  void whatIsStoppedIsGoneAndWhoeverWaitsForARollOutIsTold() throws InterruptedException {
    String id =
        deployer
            .apply(SimulatedPlatform.spec("orders", "1", "good", 2), Cause.by("me"))
            .orElseThrow();
    Rollout running = deployer.rollout(id).orElseThrow();

    Rollout next = deployer.await(id, Optional.of(running), LONG).orElseThrow();
    assertThat(next).isNotEqualTo(running);
    Awaitility.await()
        .atMost(LONG)
        .until(
            () ->
                deployer.service("orders").orElseThrow().ready() == 2
                    && registry.snapshot().services().values().stream()
                        .flatMap(service -> service.instances().stream())
                        .allMatch(instance -> instance.status() == Status.UP));

    deployer.stopServices();

    assertThat(runtime.alive).isEmpty();
  }

  @Test
  void whoeverWaitsForTheEndOfARollOutIsToldOnlyThen() throws InterruptedException {
    String id =
        deployer
            .apply(SimulatedPlatform.spec("orders", "1", "good", 2), Cause.by("me"))
            .orElseThrow();

    Rollout ended = deployer.awaitRest(id, LONG).orElseThrow();

    assertThat(ended.state()).isEqualTo(Rollout.State.SUCCEEDED);
    assertThat(deployer.awaitRest(id, LONG)).contains(ended);
    assertThat(deployer.awaitRest("none", LONG)).isEmpty();
  }

  private Rollout deploy(String name, String version) throws InterruptedException {
    String id =
        deployer
            .apply(SimulatedPlatform.spec(name, version, "good " + version, 2), Cause.by("me"))
            .orElseThrow();
    Optional<Rollout> seen = Optional.empty();
    while (true) {
      Rollout now = deployer.await(id, seen, LONG).orElseThrow();
      if (now.state().ended() || seen.filter(now::equals).isPresent()) {
        return now;
      }
      seen = Optional.of(now);
    }
  }
}
