package io.roadstead.control.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.control.MemoryStore;
import io.roadstead.registry.event.Event;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EventLogTest {
  private final MemoryStore store = new MemoryStore();

  private static Event event(int n) {
    return new Event(Instant.EPOCH, "test." + n, "", "", "", "event " + n, Map.of());
  }

  private static List<Long> numbers(EventLog log, long after, int limit) {
    return log.since(after, limit).stream().map(stored -> stored.number()).toList();
  }

  @Test
  void eventsAreNumberedInOrderAndReadFromANumberOn() {
    try (EventLog log = new EventLog(store)) {
      AtomicInteger calls = new AtomicInteger();
      log.start();
      log.listen(calls::incrementAndGet);
      for (int i = 1; i <= 5; i++) {
        log.accept(event(i));
      }
      await().until(() -> log.last() == 5 && calls.get() == 5);
      assertThat(numbers(log, 0, 10)).containsExactly(1L, 2L, 3L, 4L, 5L);
      assertThat(numbers(log, 3, 10)).containsExactly(4L, 5L);
      assertThat(numbers(log, 0, 2)).containsExactly(4L, 5L);
    }
  }

  @Test
  void theNextLifeHasTheEventsOfTheOneBefore() {
    try (EventLog log = new EventLog(store)) {
      log.start();
      for (int i = 1; i <= 2_500; i++) {
        log.accept(event(i));
      }
    }
    try (EventLog log = new EventLog(store)) {
      log.start();
      assertThat(log.last()).isEqualTo(2_500);
      assertThat(numbers(log, 0, 10_000)).hasSize(1_000).startsWith(1_501L).endsWith(2_500L);
      log.accept(event(1));
      await().until(() -> log.last() == 2_501);
    }
  }

  @Test
  void aBurstBeyondTheQueueIsCountedAndNobodyWaits() {
    EventLog log = new EventLog(store);
    for (int i = 0; i < 10_005; i++) {
      log.accept(event(i));
    }
    log.start();
    await()
        .untilAsserted(
            () ->
                assertThat(log.since(0, 1).getFirst().event())
                    .satisfies(
                        last -> {
                          assertThat(last.kind()).isEqualTo("events.dropped");
                          assertThat(last.data()).containsEntry("count", 5L);
                        }));
    log.close();
  }
}
