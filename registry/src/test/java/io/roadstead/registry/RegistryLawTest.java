package io.roadstead.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.Registry.Batch;
import io.roadstead.registry.event.EventSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every sequence of writes. */
class RegistryLawTest {
  private static final Status[] OWN = {
    Status.UP, Status.UP, Status.STARTING, Status.DOWN, Status.OUT_OF_SERVICE
  };

  /** A reader that knows nothing but changes. */
  private static final class Replay {
    final Map<String, Map<String, Instance>> instances = new TreeMap<>();
    final Map<String, List<Route>> routes = new TreeMap<>();

    Replay(Snapshot from) {
      from.services()
          .forEach(
              (name, service) -> {
                service.instances().forEach(this::put);
                if (!service.routes().isEmpty()) {
                  routes.put(name, service.routes());
                }
              });
    }

    void apply(List<Change> changes) {
      for (Change change : changes) {
        switch (change) {
          case Change.Put put -> put(put.instance());
          case Change.Remove remove -> remove(remove.last());
          case Change.Shares _ -> {}
          case Change.Facts facts -> {
            if (facts.routes().isEmpty()) {
              routes.remove(facts.service());
            } else {
              routes.put(facts.service(), facts.routes());
            }
          }
        }
      }
    }

    void put(Instance instance) {
      instances
          .computeIfAbsent(instance.service(), _ -> new TreeMap<>())
          .put(instance.id(), instance);
    }

    void remove(Instance last) {
      Map<String, Instance> ofService = instances.getOrDefault(last.service(), new TreeMap<>());
      assertThat(ofService.remove(last.id())).isEqualTo(last);
      if (ofService.isEmpty()) {
        instances.remove(last.service());
      }
    }

    void assertEquals(Snapshot snapshot, String because) {
      Replay other = new Replay(snapshot);
      assertThat(instances).as(because).isEqualTo(other.instances);
      assertThat(routes).as(because).isEqualTo(other.routes);
      assertThat(List.copyOf(snapshot.services().keySet())).as(because).isSorted();
      snapshot
          .services()
          .values()
          .forEach(
              service ->
                  assertThat(service.instances())
                      .as(because)
                      .isSortedAccordingTo((a, b) -> a.id().compareTo(b.id())));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void replayingTheChangesFromAnyCursorGivesTheSnapshot(long seed) {
    Random random = new Random(seed);
    ManualTime time = new ManualTime();
    Registry registry = new Registry("e7", time, time, EventSink.NONE);
    List<Snapshot> snapshots = new ArrayList<>(List.of(registry.snapshot()));
    for (int step = 0; step < 1500; step++) {
      write(registry, time, random);
      Snapshot now = registry.snapshot();
      assertThat(now.version().n())
          .as("seed %d, step %d", seed, step)
          .isGreaterThanOrEqualTo(snapshots.getLast().version().n());
      snapshots.add(now);
    }
    Snapshot last = snapshots.getLast();
    for (int i = 0; i < 100; i++) {
      Snapshot from = snapshots.get(random.nextInt(snapshots.size()));
      String because = "seed " + seed + ", from " + from.version();
      List<Change> changes =
          registry.changesSince(from.version()).orElseThrow(AssertionError::new).changes();
      assertThat(changes).as(because).hasSize((int) (last.version().n() - from.version().n()));
      Replay replay = new Replay(from);
      replay.apply(changes);
      replay.assertEquals(last, because);
      Replay compared = new Replay(from);
      compared.apply(ChangeLog.between(from, last));
      compared.assertEquals(last, because + ", compared");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13})
  void marksSurviveWhateverTheInstanceSays(long seed) {
    Random random = new Random(seed);
    ManualTime time = new ManualTime();
    Registry registry = new Registry("e7", time, time, EventSink.NONE);
    InstanceKey key = new InstanceKey("s0", "i0");
    registry.register(registration("s0", "i0", Status.UP, 1));
    registry.mark(key, m -> m.withDraining(true));
    for (int step = 0; step < 500; step++) {
      switch (random.nextInt(4)) {
        case 0 -> registry.renew("s0", "i0");
        case 1 -> registry.deregister(key);
        case 2 -> time.pass(Duration.ofSeconds(random.nextInt(20)));
        default -> registry.register(registration("s0", "i0", OWN[random.nextInt(OWN.length)], 1));
      }
      registry.expire();
      registry
          .snapshot()
          .instance(key)
          .ifPresent(i -> assertThat(i.status()).as("seed %d", seed).isEqualTo(Status.DRAINING));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22})
  void listenersSeeWhatTheSnapshotsSayWhileManyWrite(long seed) throws Exception {
    ManualTime time = new ManualTime();
    Registry registry = new Registry("e7", time, time, EventSink.NONE);
    Replay replay = new Replay(registry.snapshot());
    List<String> wrong = new CopyOnWriteArrayList<>();
    AtomicLong heard = new AtomicLong();
    Registry.Listening listening =
        registry.listen(
            batch -> {
              if (batch.from().n() != heard.get()) {
                wrong.add(batch.from() + " after " + heard);
              }
              replay.apply(batch.changes());
              heard.set(batch.after().version().n());
            });
    try (ExecutorService writers = Executors.newFixedThreadPool(4)) {
      List<Future<?>> done = new ArrayList<>();
      for (int writer = 0; writer < 4; writer++) {
        Random random = new Random(seed * 31 + writer);
        done.add(
            writers.submit(
                () -> {
                  for (int step = 0; step < 2000; step++) {
                    write(registry, time, random);
                  }
                }));
      }
      for (Future<?> each : done) {
        each.get();
      }
    }
    Awaitility.await().until(() -> heard.get() == registry.snapshot().version().n());
    listening.close();
    assertThat(wrong).as("seed %d", seed).isEmpty();
    replay.assertEquals(registry.snapshot(), "seed " + seed);
  }

  @ParameterizedTest
  @ValueSource(longs = {31})
  void aRenewalThatWasAnsweredWithYesIsNeverOfAnInstanceThatExpires(long seed) throws Exception {
    ManualTime time = new ManualTime();
    Registry registry = new Registry("e7", time, time, EventSink.NONE);
    InstanceKey key = new InstanceKey("s0", "i0");
    try (ExecutorService renewers = Executors.newFixedThreadPool(1)) {
      for (int round = 0; round < 300; round++) {
        registry.register(registration("s0", "i0", Status.UP, 1));
        time.pass(Duration.ofSeconds(30));
        CountDownLatch go = new CountDownLatch(1);
        AtomicBoolean renewed = new AtomicBoolean();
        Future<?> renewal =
            renewers.submit(
                () -> {
                  go.await();
                  renewed.set(registry.renew("s0", "i0"));
                  return null;
                });
        go.countDown();
        registry.expire();
        renewal.get();
        assertThat(registry.snapshot().instance(key).isPresent())
            .as("seed %d, round %d", seed, round)
            .isEqualTo(renewed.get());
      }
    }
  }

  private static Registration registration(String service, String id, Status status, int port) {
    return new Registration(
        service,
        id,
        "localhost",
        "",
        port,
        false,
        status,
        100,
        Map.of(),
        Duration.ofSeconds(10),
        null);
  }

  private static void write(Registry registry, ManualTime time, Random random) {
    String service = "s" + random.nextInt(12);
    String id = "i" + random.nextInt(8);
    InstanceKey key = new InstanceKey(service, id);
    int port = 1 + random.nextInt(50);
    switch (random.nextInt(14)) {
      case 0, 1, 2, 3 -> {
        try {
          registry.register(registration(service, id, OWN[random.nextInt(OWN.length)], port));
        } catch (InvalidRegistration refused) {
          assertThat(refused.code()).isEqualTo("instance-ended");
        }
      }
      case 4 -> registry.update(key, r -> r.withStatus(OWN[random.nextInt(OWN.length)]));
      case 5 -> registry.deregister(key);
      case 6 ->
          registry.manage(
              new ManagedInstance(service, "m" + id, "127.0.0.1", port, "1", 100, Map.of()));
      case 7 -> registry.unmanage(new InstanceKey(service, "m" + id));
      case 8 -> registry.mark(key, m -> m.withDraining(random.nextBoolean()));
      case 9 ->
          registry.mark(
              new InstanceKey(service, "m" + id), m -> m.withGateOpen(random.nextBoolean()));
      case 10 ->
          registry.routes(
              service, random.nextBoolean() ? List.of() : List.of(new Route("", "/" + id, true)));
      case 11 -> registry.renew(service, id);
      case 12 -> {
        time.pass(Duration.ofMillis(random.nextInt(4000)));
        registry.expire();
      }
      default -> {
        Batch batch =
            registry.changesSince(registry.snapshot().version()).orElseThrow(AssertionError::new);
        assertThat(batch.after().version().n() - batch.from().n())
            .isEqualTo(batch.changes().size());
      }
    }
  }
}
