package io.roadstead.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.event.EventSink;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever the order of streams, acknowledgements, fetches and silences: nobody is named as heard
 * that has not applied the version. What has been applied is worked out here anew, from the
 * messages alone.
 */
class BarrierLawTest {
  private static final int SUBSCRIBERS = 4;

  private final ManualTime time = new ManualTime();
  private final Subscribers subscribers =
      new Subscribers("e7", time, time, EventSink.NONE, Runnable::run);
  private final Map<String, String> streams = new HashMap<>();
  private final Map<String, Long> applied = new HashMap<>();
  private final Map<String, Long> answered = new HashMap<>();
  private final Map<String, Map<Long, Long>> provenAt = new HashMap<>();
  private long newest = 1;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void nobodyIsHeardThatHasNotApplied(long seed) throws InterruptedException {
    Random random = new Random(seed);
    int heard = 0;
    for (int step = 0; step < 3000; step++) {
      act(random);
      if (random.nextInt(5) == 0) {
        long n = Math.max(1, newest - random.nextInt(3));
        BarrierOutcome outcome = subscribers.await("orders", new Cursor("e7", n), Duration.ZERO);
        heard += outcome.heard().size();
        for (String name : outcome.heard()) {
          assertThat(applied(name))
              .as("seed %d, step %d: %s heard of %d", seed, step, name, n)
              .isGreaterThanOrEqualTo(n);
        }
        for (String name : outcome.unheard()) {
          assertThat(outcome.heard()).as("seed %d", seed).doesNotContain(name);
        }
      }
    }
    assertThat(heard).as("seed %d hears somebody", seed).isPositive();
  }

  private long applied(String name) {
    long proven =
        provenAt.getOrDefault(name, Map.of()).entrySet().stream()
            .filter(proof -> proof.getValue() <= time.nanos())
            .mapToLong(Map.Entry::getKey)
            .max()
            .orElse(-1);
    return Math.max(proven, applied.getOrDefault(name, -1L));
  }

  private void act(Random random) {
    String gateway = "g" + random.nextInt(SUBSCRIBERS);
    String poller = "p" + random.nextInt(SUBSCRIBERS);
    long some = Math.max(0, newest - random.nextInt(3));
    switch (random.nextInt(10)) {
      case 0 -> newest++;
      case 1 -> {
        streams.put(
            gateway, subscribers.connect(gateway, SubscriberKind.GATEWAY, Set.of(), () -> {}));
        applied.remove(gateway);
      }
      case 2, 3 -> {
        String stream = streams.get(gateway);
        if (stream != null) {
          boolean known = subscribers.list().stream().anyMatch(s -> s.name().equals(gateway));
          subscribers.acknowledge(gateway, stream, new Cursor("e7", some), Map.of());
          if (known) {
            applied.merge(gateway, some, Math::max);
          }
        }
      }
      case 4 -> {
        subscribers.acknowledge(gateway, "e7-0", new Cursor("e7", newest), Map.of());
        subscribers.acknowledge(
            gateway, streams.getOrDefault(gateway, ""), new Cursor("e6", newest), Map.of());
      }
      case 5 -> subscribers.disconnect(gateway, streams.getOrDefault(gateway, ""));
      case 6, 7 -> {
        subscribers.pollBegan(poller, true);
        Long before = answered.remove(poller);
        if (before != null) {
          provenAt
              .computeIfAbsent(poller, _ -> new HashMap<>())
              .merge(before, time.nanos() + 1_000_000_000L, Math::min);
        }
      }
      case 8 -> {
        if (subscribers.list().stream().anyMatch(s -> s.name().equals(poller))) {
          subscribers.pollAnswered(poller, new Cursor("e7", some));
          answered.merge(poller, some, Math::max);
        }
      }
      default -> {
        time.pass(Duration.ofMillis(random.nextInt(random.nextInt(20) == 0 ? 9000 : 900)));
        subscribers.sweep();
      }
    }
  }
}
