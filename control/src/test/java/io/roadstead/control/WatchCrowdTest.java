package io.roadstead.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import io.roadstead.control.EventReader.ServerEvent;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** More streams than are told in one go. */
class WatchCrowdTest {
  private MemoryPlatform platform;

  @BeforeEach
  void open() {
    platform = MemoryPlatform.open();
  }

  @AfterEach
  void close() {
    platform.close();
  }

  @Test
  void eachOfManyStreamsHearsOfEachChangeOnceWheneverItBegan() throws Exception {
    int early = 250;
    int late = 50;
    int changes = 600;
    List<CompletableFuture<String>> readers = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      String last = "e1." + changes;
      for (int i = 0; i < early; i++) {
        readers.add(CompletableFuture.supplyAsync(() -> follow("", last), threads));
      }
      for (int i = 1; i <= changes; i++) {
        platform.register("orders", "instance-" + i, 20_000);
        if (i % (changes / late) == 0) { // while a round is under way
          String since = "?since=e1." + i / 2;
          readers.add(CompletableFuture.supplyAsync(() -> follow(since, last), threads));
        }
      }
      for (CompletableFuture<String> reader : readers) {
        assertThat(reader.get(30, TimeUnit.SECONDS)).isEqualTo("every change once");
      }
    }
  }

  /** Reads until a version, and says whether each change since the first was there once. */
  private String follow(String since, String last) {
    try (EventReader reader = new EventReader(platform.port(), "/api/v1/watch" + since)) {
      long at = since.isEmpty() ? -1 : n(since.substring("?since=".length()));
      while (at < n(last)) {
        ServerEvent event = reader.next();
        switch (event.name()) {
          case "snapshot" -> {
            if (at >= 0) {
              return "a snapshot at " + at;
            }
            at = n(event.id());
          }
          case "change" -> {
            int told = event.data().path("changes").size();
            if (n(event.id()) != at + told) {
              return "told of " + told + " changes from " + at + " to " + event.id();
            }
            at = n(event.id());
          }
          default -> {
            // where it stands
          }
        }
      }
      return "every change once";
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static long n(String cursor) {
    return Cursor.parse(cursor).orElseThrow().n();
  }

  @Test
  void stuckReadersHoldABoundedPartOfWhatTheyMiss() throws Exception {
    List<EventReader> stuck = new ArrayList<>();
    try {
      for (int i = 0; i < 40; i++) {
        EventReader reader = new EventReader(platform.port(), "/api/v1/watch");
        reader.next("snapshot");
        stuck.add(reader);
      }
      long before = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
      try (EventReader quick = new EventReader(platform.port(), "/api/v1/watch")) {
        quick.next("snapshot");
        for (int i = 0; i < 3_000; i++) { // 12 MB each, 480 MB for all
          large("instance-" + i % 10);
          if (i % 20 == 0) {
            String version = platform.registry.snapshot().version().toString();
            while (!quick.next().id().equals(version)) {
              // it keeps up
            }
          }
        }
      }
      long held = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() - before;
      assertThat(held).as("bytes held by 40 stuck readers").isLessThan(24 << 20);
      for (EventReader reader : stuck) {
        assertThat(reader.next("snapshot").data().path("services").path(0).path("instances"))
            .hasSize(10);
      }
    } finally {
      for (EventReader reader : stuck) {
        reader.close();
      }
    }
  }

  private void large(String id) {
    platform.registry.register(
        new Registration(
            "orders",
            id,
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
