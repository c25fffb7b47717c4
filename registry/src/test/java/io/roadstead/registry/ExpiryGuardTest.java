package io.roadstead.registry;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.event.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Leases of 30 s, heartbeats each 10 s, a look each second. */
class ExpiryGuardTest {
  private final ManualTime time = new ManualTime();
  private final List<Event> events = new ArrayList<>();
  private final Registry registry = new Registry("e7", time, time, events::add);

  private void register(int count) {
    for (int i = 0; i < count; i++) {
      registry.register(
          new Registration(
              "orders",
              "i" + i,
              "10.0.0.1",
              "",
              8000 + i,
              false,
              Status.UP,
              100,
              Map.of(),
              ofSeconds(30),
              null));
    }
  }

  private int listed() {
    Service service = registry.snapshot().service("orders");
    return service == null ? 0 : service.instances().size();
  }

  /** Lets seconds pass in which the first {@code alive} instances send heartbeats. */
  private void seconds(int seconds, int alive) {
    for (int second = 0; second < seconds; second++) {
      time.pass(ofSeconds(1));
      for (int i = 0; i < alive; i++) {
        if (time.nanos() / 1_000_000_000 % 10 == i % 10) {
          registry.renew("orders", "i" + i);
        }
      }
      registry.expire();
    }
  }

  @Test
  void halfOrLessExpiresAtItsTime() {
    register(4);
    seconds(29, 2);
    assertThat(listed()).isEqualTo(4);
    seconds(1, 2);
    assertThat(listed()).isEqualTo(2);
    assertThat(registry.counters().held()).isEmpty();
  }

  @Test
  void moreThanHalfIsHeldForThreeLeases() {
    register(10);
    seconds(119, 4);
    assertThat(listed()).isEqualTo(10);
    assertThat(registry.counters().held()).containsExactly(Map.entry("orders", 6));
    assertThat(events).extracting(Event::kind).containsOnlyOnce("registry.expiry-held");
    seconds(1, 4);
    assertThat(listed()).isEqualTo(4);
    assertThat(registry.counters().held()).isEmpty();
    assertThat(registry.counters().expired()).containsEntry("orders", 6L);
  }

  @Test
  void theFirstToRunOutAlreadyStandsForTheRest() {
    register(10);
    seconds(11, 10); // Their heartbeats are spread over ten seconds from now on.
    seconds(60, 0);
    assertThat(listed()).isEqualTo(10);
  }

  @Test
  void fewerThanFourAreNotHeld() {
    register(3);
    seconds(30, 0);
    assertThat(listed()).isZero();
    assertThat(events).extracting(Event::kind).doesNotContain("registry.expiry-held");
  }

  @Test
  void aHeldInstanceThatRenewsStaysAndTheRestGoWhenEnoughAreBack() {
    register(6);
    seconds(40, 0);
    assertThat(registry.counters().held()).containsEntry("orders", 6);
    for (int i = 0; i < 4; i++) {
      assertThat(registry.renew("orders", "i" + i)).isTrue();
    }
    seconds(1, 4);
    assertThat(listed()).isEqualTo(4);
    assertThat(events)
        .extracting(Event::kind)
        .containsSubsequence("registry.expiry-held", "registry.expiry-resumed");
  }

  @Test
  void releaseLetsTheHeldGoAtOnce() {
    register(5);
    seconds(31, 1);
    assertThat(listed()).isEqualTo(5);
    assertThat(registry.release("Orders")).isEqualTo(4);
    assertThat(listed()).isEqualTo(1);
    assertThat(registry.counters().held()).isEmpty();
    assertThat(registry.release("orders")).isZero();
    assertThat(registry.release("nobody")).isZero();
  }
}
