package io.roadstead.registry;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.event.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FlappingTest {
  private static final InstanceKey KEY = new InstanceKey("orders", "a1");

  private final ManualTime time = new ManualTime();
  private final List<Event> events = new ArrayList<>();
  private final Registry registry = new Registry("e7", time, time, events::add);

  @BeforeEach
  void up() {
    registry.register(
        new Registration(
            "orders",
            "a1",
            "10.0.0.1",
            "",
            8000,
            false,
            Status.UP,
            100,
            Map.of(),
            Duration.ofHours(1),
            null));
  }

  private void change(int times) {
    for (int i = 0; i < times; i++) {
      registry.update(KEY, r -> r.withStatus(r.status() == Status.UP ? Status.DOWN : Status.UP));
    }
  }

  private Status status() {
    return registry.snapshot().instance(KEY).orElseThrow().status();
  }

  private long secondsHeld() {
    long millis = 0;
    while (status() == Status.STANDBY) {
      time.pass(ofMillis(500));
      millis += 500;
      registry.expire();
    }
    return millis / 1000;
  }

  @Test
  void fiveChangesAMinuteAreAllowed() {
    change(5);
    time.pass(ofSeconds(61));
    change(5);
    assertThat(status()).isEqualTo(Status.UP);
    assertThat(events).extracting(Event::kind).doesNotContain("instance.held-out");
  }

  @Test
  void theSixthHoldsItOutForFiveSecondsAndEachTimeForTwiceAsLong() {
    change(6);
    assertThat(status()).isEqualTo(Status.STANDBY);
    List<Long> held = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      held.add(secondsHeld());
      change(6);
    }
    assertThat(held).containsExactly(5L, 10L, 20L, 40L, 80L, 160L, 300L, 300L);
    assertThat(events)
        .extracting(Event::kind)
        .contains("instance.held-out", "instance.let-back-in");
  }

  @Test
  void tenQuietMinutesAreForgiven() {
    change(6);
    assertThat(secondsHeld()).isEqualTo(5);
    time.pass(ofSeconds(601));
    change(6);
    assertThat(secondsHeld()).isEqualTo(5);
  }

  @Test
  void thePlatformsOwnMarksAreNoFlapping() {
    for (int i = 0; i < 20; i++) {
      registry.mark(KEY, m -> m.withDraining(!m.draining()));
    }
    assertThat(status()).isEqualTo(Status.UP);
  }
}
