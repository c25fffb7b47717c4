package io.roadstead.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.Cursor;
import io.roadstead.registry.Registration;
import io.roadstead.registry.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * More than the limit of memory waits for readers that take nothing, beside one that takes little
 * at a time: deaf ones are ended after their time until it is enough, and nobody else.
 */
@Tag("proof")
class DeafReadersProof {
  private static final int INSTANCES = 1_000;
  private static final int DEAF = 20;

  @Test
  void theDeafAreEndedAndWhoReadsSlowlyIsNot() throws Exception {
    List<EventReader> deaf = new ArrayList<>();
    try (MemoryPlatform platform = MemoryPlatform.open();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < INSTANCES; i++) {
        large(platform, i); // a snapshot of 4 MB, which serves for half a second
      }
      EventReader slow = new EventReader(platform.port(), "/api/v1/watch");
      CompletableFuture<Long> steady =
          CompletableFuture.supplyAsync(() -> readSlowly(slow, INSTANCES + DEAF + 1), threads);
      for (int i = 0; i < DEAF; i++) {
        EventReader reader = new EventReader(platform.port(), "/api/v1/watch");
        reader.next("stream");
        deaf.add(reader);
        TimeUnit.MILLISECONDS.sleep(600);
        large(platform, i); // the next is given another snapshot
      }
      TimeUnit.SECONDS.sleep(14); // the first are deaf by now, and are ended by quarters
      large(platform, 0);
      assertThat(steady.get(60, TimeUnit.SECONDS)).isEqualTo(INSTANCES + DEAF + 1);

      int ended = 0;
      for (EventReader reader : deaf) {
        ended += reached(reader, INSTANCES + DEAF + 1) ? 0 : 1;
      }
      assertThat(ended).as("ended of %d deaf ones", DEAF).isBetween(3, DEAF - 3);
      try (EventReader fresh = new EventReader(platform.port(), "/api/v1/watch")) {
        assertThat(fresh.next("snapshot").id()).isEqualTo("e1." + (INSTANCES + DEAF + 1));
      }
      slow.close();
    } finally {
      for (EventReader reader : deaf) {
        reader.close();
      }
    }
  }

  private static long readSlowly(EventReader reader, long last) {
    long at = 0;
    try {
      while (at < last) {
        EventReader.ServerEvent event = reader.next();
        at = event.id().isEmpty() ? at : Cursor.parse(event.id()).orElseThrow().n();
        TimeUnit.MILLISECONDS.sleep(50);
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError("at " + at, e);
    }
    return at;
  }

  /** Whether it hears of the newest version; else its stream was ended. */
  private static boolean reached(EventReader reader, long last) {
    try {
      for (long at = 0; at < last; ) {
        EventReader.ServerEvent event = reader.next();
        at = event.id().isEmpty() ? at : Cursor.parse(event.id()).orElseThrow().n();
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static void large(MemoryPlatform platform, int number) {
    platform.registry.register(
        new Registration(
            "orders",
            "instance-" + number,
            "127.0.0.1",
            "",
            20_001,
            false,
            Status.UP,
            100,
            Map.of("note", "x".repeat(4_000), "at", platform.registry.snapshot().version() + ""),
            Duration.ofSeconds(90),
            null));
  }
}
