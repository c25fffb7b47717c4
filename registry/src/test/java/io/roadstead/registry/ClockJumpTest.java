package io.roadstead.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A clock that is set an hour forth or back ends no lease, and makes none longer. */
class ClockJumpTest {
  private final ManualTime time = new ManualTime();
  private final AtomicReference<Instant> clock =
      new AtomicReference<>(Instant.parse("2026-11-22T12:00:00Z"));

  @ParameterizedTest
  @ValueSource(longs = {-3_600, 3_600})
  void aLeaseLastsAsLongAsItSays(long seconds) {
    Registry registry = new Registry("e1", clock::get, time, _ -> {});
    registry.register(
        new Registration(
            "orders",
            "a",
            "10.0.0.1",
            "10.0.0.1",
            8000,
            false,
            Status.UP,
            100,
            Map.of(),
            Duration.ofSeconds(30),
            null));

    clock.updateAndGet(now -> now.plusSeconds(seconds));
    time.pass(Duration.ofSeconds(29));
    registry.expire();
    assertThat(registry.snapshot().service("orders")).isNotNull();

    time.pass(Duration.ofSeconds(2));
    registry.expire();
    assertThat(registry.snapshot().service("orders")).isNull();
  }

  @ParameterizedTest
  @ValueSource(longs = {-3_600, 3_600})
  void aSubscriberIsHeldAsLongAsItsLease(long seconds) {
    Subscribers subscribers = new Subscribers("e1", clock::get, time, _ -> {});
    String stream = subscribers.connect("gw", SubscriberKind.GATEWAY, Set.of(), () -> {});
    subscribers.disconnect("gw", stream);

    clock.updateAndGet(now -> now.plusSeconds(seconds));
    subscribers.sweep();
    assertThat(subscribers.list()).hasSize(1);

    time.pass(Duration.ofSeconds(4));
    subscribers.sweep();
    assertThat(subscribers.list()).isEmpty();
  }
}
