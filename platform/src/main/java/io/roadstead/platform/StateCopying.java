package io.roadstead.platform;

import io.roadstead.registry.event.Event;
import io.roadstead.registry.event.EventSink;
import io.roadstead.store.SqliteStore;
import io.roadstead.store.StoreFailed;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Has the state copied within a minute of each change, and once more at the end, on one thread of
 * its own. A copy that fails is told once, as an event; the next minute tries again.
 */
final class StateCopying implements AutoCloseable {
  private static final long FIRST_SECONDS = 5;
  private static final long EVERY_SECONDS = 60;
  private static final long CLOSING_SECONDS = 10;

  private final SqliteStore store;
  private final InstantSource wall;
  private final EventSink events;
  private boolean failing;

  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("state-copies").factory());

  StateCopying(SqliteStore store, InstantSource wall, EventSink events) {
    this.store = store;
    this.wall = wall;
    this.events = events;
  }

  void start() {
    var _ =
        thread.scheduleWithFixedDelay(this::copy, FIRST_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
  }

  private void copy() {
    Instant now = wall.instant();
    try {
      var _ = store.copyIfChanged(now);
      if (failing) {
        tell(now, "state.copied", "the state can be copied again");
      }
      failing = false;
    } catch (StoreFailed e) {
      if (!failing) {
        tell(now, "state.not-copied", String.valueOf(e.getMessage()));
      }
      failing = true;
    }
  }

  private void tell(Instant now, String kind, String message) {
    events.accept(new Event(now, kind, "", "", "", message, Map.of()));
  }

  @Override
  public void close() {
    thread.execute(this::copy);
    // What was scheduled goes, what was handed in to run now does not.
    thread.shutdown();
    try {
      var _ = thread.awaitTermination(CLOSING_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
