package io.roadstead.control;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import io.roadstead.control.EventReader.ServerEvent;
import io.roadstead.control.mount.Mount;
import io.roadstead.control.mount.MountedAnswer;
import io.roadstead.registry.Cursor;
import io.roadstead.registry.Registration;
import io.roadstead.registry.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
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
      int caughtUp = 0;
      for (CompletableFuture<String> reader : readers) {
        String heard = reader.get(30, TimeUnit.SECONDS);
        assertThat(heard).isIn("every change once", "every change once, but for a jump ahead");
        caughtUp += heard.equals("every change once") ? 0 : 1;
      }
      // The changes are made without a pause, so a reader that had to wait for a core has missed
      // enough of them to be given the registry instead; that is for the few.
      assertThat(caughtUp).as("readers brought up by a snapshot").isLessThan(readers.size() / 3);
    }
  }

  /**
   * Reads until a version, and says whether each change since the first was there once, or jumped
   * over by a snapshot that is ahead of all it was told.
   */
  private String follow(String since, String last) {
    try (EventReader reader = new EventReader(platform.port(), "/api/v1/watch" + since)) {
      long at = since.isEmpty() ? -1 : n(since.substring("?since=".length()));
      String heard = "every change once";
      while (at < n(last)) {
        ServerEvent event = reader.next();
        switch (event.name()) {
          case "snapshot" -> {
            if (n(event.id()) < at) {
              return "a snapshot of " + event.id() + " at " + at;
            }
            heard = at < 0 ? heard : "every change once, but for a jump ahead";
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
      return heard;
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

  @RepeatedTest(3)
  void manyThatFellBehindAreBroughtUpWhileTheRegistryChanges() throws Exception {
    for (int i = 0; i < 300; i++) {
      large("instance-" + i); // a snapshot that serves for a while, and is older than some changes
    }
    List<EventReader> behind = new ArrayList<>();
    List<CompletableFuture<Long>> done = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor();
        EventReader quick = new EventReader(platform.port(), "/api/v1/watch")) {
      for (int i = 0; i < 12; i++) {
        EventReader reader = new EventReader(platform.port(), "/api/v1/watch");
        reader.next("snapshot");
        behind.add(reader);
      }
      quick.next("snapshot");
      change(3_000, 50, quick); // 12 MB
      long last = platform.registry.snapshot().version().n() + 400;
      for (EventReader reader : behind) {
        done.add(CompletableFuture.supplyAsync(() -> readTo(last, reader), threads));
      }
      change(400, 1, quick);
      for (CompletableFuture<Long> reader : done) {
        assertThat(reader.get(30, TimeUnit.SECONDS)).isGreaterThanOrEqualTo(last);
      }
    } finally {
      for (EventReader reader : behind) {
        reader.close();
      }
    }
  }

  /** The log keeps 8,192 changes; a loop that is held up so long must not lose its streams. */
  @Test
  void streamsGoOnWhereMoreHasChangedBetweenTwoRoundsThanTheLogKeeps() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    Mount holdsTheLoop =
        new Mount(
            List.of("/hold"),
            _ -> {
              held.countDown();
              try {
                assertThat(go.await(20, TimeUnit.SECONDS)).isTrue();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              return new MountedAnswer(204, Map.of(), new byte[0]);
            });
    try (var own = new MemoryPlatform("e1", 0, Map.of(), List.of(holdsTheLoop));
        EventReader observer = new EventReader(own.port(), "/api/v1/watch");
        EventReader subscriber =
            new EventReader(
                own.port(),
                "/api/v1/watch?subscriber=g1",
                "Authorization: Bearer " + MemoryPlatform.TOKEN)) {
      observer.next("snapshot");
      subscriber.next("snapshot");
      try (Socket holding = new Socket(InetAddress.getLoopbackAddress(), own.port())) {
        holding
            .getOutputStream()
            .write("GET /hold HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
        assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < 10_000; i++) {
          own.register("orders", "a" + i % 10, 20_000 + i % 1000);
        }
        go.countDown();
        for (int i = 0; i < 200; i++) { // while the streams wait to be looked at
          own.register("orders", "b", 20_000 + i);
          TimeUnit.MICROSECONDS.sleep(200);
        }
      }
      long last = own.registry.snapshot().version().n();
      for (EventReader reader : List.of(observer, subscriber)) {
        assertThat(reader.next().name()).isIn("version", "snapshot");
        assertThat(readTo(last, reader)).isEqualTo(last);
      }
      own.register("orders", "c", 20_000);
      for (EventReader reader : List.of(observer, subscriber)) {
        assertThat(reader.next("change").data().path("changes")).hasSize(1);
      }
    }
  }

  private void change(int number, int atOnce, EventReader quick) throws IOException {
    for (int i = 1; i <= number; i++) {
      large("instance-" + i % 10);
      if (i % atOnce == 0) {
        readTo(platform.registry.snapshot().version().n(), quick);
      }
    }
  }

  private static long readTo(long last, EventReader reader) {
    long at = 0;
    try {
      while (at < last) {
        ServerEvent event = reader.next();
        at = event.name().equals("version") ? at : n(event.id());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return at;
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
