package io.roadstead.registry;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How long the sweep for what has expired keeps others from writing. */
final class SweepTest {
  private static final int MOST_LOOKS = 2_000;
  private static final Duration LEASE = ofSeconds(30);

  private final ManualTime time = new ManualTime();

  private static Registration registration(String service, String id) {
    return new Registration(
        service,
        id,
        "host",
        "10.0.0.1",
        8080,
        false,
        Status.UP,
        Registration.DEFAULT_WEIGHT,
        Map.of(),
        LEASE,
        null);
  }

  private Registry filled(Ticker ticker, int services, int each) {
    Registry registry = new Registry("epoch", InstantSource.system(), ticker, _ -> {});
    for (int s = 0; s < services; s++) {
      for (int i = 0; i < each; i++) {
        registry.register(registration("service-" + s, "i" + i));
      }
    }
    return registry;
  }

  private static void renewAll(Registry registry, int services, int each) {
    for (int s = 0; s < services; s++) {
      for (int i = 0; i < each; i++) {
        assertThat(registry.renew("service-" + s, "i" + i)).isTrue();
      }
    }
  }

  @Test
  void ofManyServicesItLooksAtABoundedNumberOfLeasesAtATime() {
    Registry registry = filled(time, 300, 50);
    registry.expire();

    assertThat(registry.counters().mostLooks()).isPositive().isLessThanOrEqualTo(MOST_LOOKS);
    assertThat(registry.counters().sweeps()).isEqualTo(8); // 15,000 of them
  }

  @Test
  void ofOneLargeServiceToo() {
    Registry registry = filled(time, 1, 9_000);
    registry.expire();
    assertThat(registry.counters().mostLooks()).isLessThanOrEqualTo(MOST_LOOKS);

    time.pass(ofSeconds(20));
    renewAll(registry, 1, 8_999);
    time.pass(ofSeconds(10));
    registry.expire();

    assertThat(registry.counters().mostLooks()).isLessThanOrEqualTo(MOST_LOOKS);
    assertThat(registry.snapshot().instance(new InstanceKey("service-0", "i8999"))).isEmpty();
    assertThat(registry.snapshot().instance(new InstanceKey("service-0", "i0"))).isPresent();
  }

  /** While the first part of a sweep is under way, somebody comes who wants to register. */
  @Test
  void whoWantsToWriteDoesNotWaitForTheWholeSweep() throws InterruptedException {
    ConcurrentLinkedQueue<Thread> lookedAtTheTime = new ConcurrentLinkedQueue<>();
    AtomicReference<@Nullable Runnable> onLook = new AtomicReference<>();
    Ticker ticker =
        () -> {
          lookedAtTheTime.add(Thread.currentThread());
          Runnable next = onLook.getAndSet(null);
          if (next != null) {
            next.run();
          }
          return time.nanos();
        };
    Registry registry = filled(ticker, 1, 9_000);
    Thread writer =
        Thread.ofPlatform().unstarted(() -> registry.register(registration("another", "i1")));
    lookedAtTheTime.clear();
    // The first is for what is due, the second begins the first part, with the lock held.
    onLook.set(() -> onLook.set(() -> startedAndWaiting(writer)));

    registry.expire();
    writer.join();

    List<Thread> order = List.copyOf(lookedAtTheTime);
    assertThat(order.indexOf(writer)).isPositive();
    assertThat(order.subList(order.indexOf(writer), order.size()))
        .as("four of five parts came after the writer's turn")
        .filteredOn(Thread.currentThread()::equals)
        .hasSizeGreaterThanOrEqualTo(8);
  }

  private static void startedAndWaiting(Thread writer) {
    writer.start();
    while (writer.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
  }
}
