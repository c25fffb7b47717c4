package io.roadstead.registry;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.event.EventSink;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LocalRegistryViewTest {
  private final Registry registry =
      new Registry("e7", InstantSource.system(), Ticker.system(), EventSink.NONE);
  private final Subscribers subscribers =
      new Subscribers("e7", InstantSource.system(), Ticker.system(), EventSink.NONE);
  private final LocalRegistryView view =
      new LocalRegistryView(registry, subscribers, Refusals.NONE, "gw-1");
  private final List<Snapshot> seen = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    view.close();
  }

  @Test
  void aBarrierEndsAsSoonAsTheReaderHasAcknowledged() throws InterruptedException {
    view.start(
        snapshot -> {
          seen.add(snapshot);
          view.acknowledge(snapshot.version(), Map.of());
        });
    Cursor version = registry.routes("orders", List.of(new Route("", "/orders", true)));

    BarrierOutcome outcome = subscribers.await("orders", version, ofSeconds(10));

    assertThat(outcome.proven()).isTrue();
    assertThat(outcome.heard()).containsExactly("gw-1");
    assertThat(seen.getLast().version()).isEqualTo(version);
    assertThat(view.snapshot().version()).isEqualTo(version);
  }

  @Test
  void theNewestSnapshotComesEachSecondChangedOrNot() {
    view.start(seen::add);
    Awaitility.await().atMost(ofSeconds(10)).until(() -> seen.size() >= 3);
    assertThat(seen).containsOnly(registry.snapshot());
  }

  @Test
  void aReaderThatFailsIsCalledAgain() {
    AtomicInteger calls = new AtomicInteger();
    view.start(
        _ -> {
          calls.incrementAndGet();
          throw new IllegalStateException("broken");
        });
    Awaitility.await().atMost(ofSeconds(10)).until(() -> calls.get() > 1);
  }

  @Test
  void afterCloseNobodyIsCalledAndItsLeaseRunsOut() {
    view.start(seen::add);
    Awaitility.await().until(() -> !seen.isEmpty());
    view.close();
    int calls = seen.size();
    registry.routes("orders", List.of(new Route("", "/orders", true)));

    Awaitility.await()
        .pollInterval(ofMillis(100))
        .atMost(ofSeconds(10))
        .until(() -> subscribers.list().isEmpty());
    assertThat(seen.size()).isLessThanOrEqualTo(calls + 1);
  }
}
