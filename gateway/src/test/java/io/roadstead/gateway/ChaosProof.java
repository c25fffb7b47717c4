package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.TrafficPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Origins die, stall, dawdle, reset and half-close at random under load, for two minutes or for as
 * long as {@code -Dchaos.seconds} says, from {@code -Dchaos.seed}. What fails is what could not be
 * tried again safely, the counts say which, and nothing is left over in the end.
 */
@Tag("long-proof")
@ExtendWith(NoLeaks.class)
class ChaosProof {
  private static final int ORIGINS = 4;
  private static final int CLIENTS = 32;
  private static final int LARGE = 200_000;
  private static final List<String> KINDS = List.of("get", "put", "post", "large");

  private final Map<String, AtomicInteger> taken = new ConcurrentHashMap<>();
  private final Map<String, AtomicLong> good = new ConcurrentHashMap<>();
  private final Map<String, AtomicLong> bad = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();

  @Test
  void onlyWhatCannotBeTriedAgainFailsAndNothingIsLeft() throws InterruptedException {
    long seconds = Long.getLong("chaos.seconds", 120);
    long seed = Long.getLong("chaos.seed", 20261123);
    List<ChaosOrigin> origins = new ArrayList<>();
    try (Harbour harbour = new Harbour()) {
      harbour.gateway();
      harbour.view.traffic("app", policy());
      for (int i = 0; i < ORIGINS; i++) {
        ChaosOrigin origin = new ChaosOrigin(seed + i, taken);
        origins.add(origin);
        harbour.view.up("app", "app-" + i, origin.port());
      }
      Harbour.await().until(() -> harbour.view.acknowledged() != null);
      load(harbour, seed, System.nanoTime() + seconds * 1_000_000_000L);
      origins.forEach(ChaosOrigin::calm);
      Map<String, Long> before = sums(bad);
      GatewayStats.ServiceFigures figures = harbour.figures();
      report(seed, origins, figures);

      // Nothing is left over.
      Harbour.await()
          .untilAsserted(
              () -> {
                GatewayStats.ServiceFigures now = harbour.figures();
                assertThat(now.inflight()).isZero();
                assertThat(now.waiting()).isZero();
                assertThat(now.connections().get("busy")).isZero();
                assertThat(now.connections().get("connecting")).isZero();
                assertThat(harbour.gateway().bufferedBytes()).isZero();
              });

      // Every failure that a client saw is counted once, with why it was not tried again.
      long failures = before.values().stream().mapToLong(Long::longValue).sum();
      Map<String, Long> why = figures.unretried();
      assertThat(sum(figures.failures())).as("seed " + seed).isEqualTo(failures);
      assertThat(sum(why)).as("seed " + seed + ": " + why).isEqualTo(failures);

      // What may be done twice fails only inside its answer, or after two instances failed it.
      long safe = before.getOrDefault("get", 0L) + before.getOrDefault("put", 0L);
      assertThat(safe)
          .as("seed " + seed)
          .isLessThanOrEqualTo(
              why.getOrDefault("answer-begun", 0L)
                  + why.getOrDefault("tries", 0L)
                  + why.getOrDefault("no-other-instance", 0L)
                  + why.getOrDefault("budget", 0L));
      assertThat(why.getOrDefault("budget", 0L)).as("seed " + seed).isZero();
      assertThat(why.getOrDefault("not-idempotent", 0L))
          .isLessThanOrEqualTo(before.getOrDefault("post", 0L));
      assertThat(why.getOrDefault("body-not-kept", 0L))
          .isLessThanOrEqualTo(before.getOrDefault("large", 0L));

      // What may not be done twice was not.
      taken.forEach(
          (path, times) -> {
            if (path.startsWith("/post/")) {
              assertThat(times.get()).as("seed " + seed + ": " + path).isEqualTo(1);
            }
          });
    } finally {
      origins.forEach(ChaosOrigin::close);
    }
  }

  private static TrafficPolicy policy() {
    return Policies.with(
        new TrafficPolicy.Waits(
            Duration.ZERO, Duration.ofMillis(500), Duration.ZERO, Duration.ZERO),
        new TrafficPolicy.Retries(3, 20),
        TrafficPolicy.DEFAULT.concurrency(),
        Duration.ofSeconds(1));
  }

  private void load(Harbour harbour, long seed, long endNanos) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      Random random = new Random(seed * 31 + i);
      threads.add(Thread.ofVirtual().start(() -> client(harbour, random, endNanos)));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private void client(Harbour harbour, Random random, long endNanos) {
    RawClient client = harbour.client();
    while (System.nanoTime() < endNanos) {
      int draw = random.nextInt(100);
      String kind = KINDS.get(draw < 50 ? 0 : draw < 70 ? 1 : draw < 95 ? 2 : 3);
      boolean fine = false;
      boolean whole = false;
      try {
        client.send(request(kind));
        RawClient.Answer answer = client.answer();
        whole = answer.header("Connection").isEmpty();
        fine = answer.status() == 200 && answer.body().length() == 20;
      } catch (java.io.UncheckedIOException | AssertionError e) {
        // The gateway cut an answer that had begun.
      }
      (fine ? good : bad).computeIfAbsent(kind, _ -> new AtomicLong()).incrementAndGet();
      if (!whole) {
        client.close();
        client = harbour.client();
      }
      LockSupport.parkNanos(random.nextInt(4_000_000));
    }
    client.close();
  }

  private String request(String kind) {
    String path = "/app/" + kind + "/" + numbers.incrementAndGet();
    String end = " HTTP/1.1\r\nHost: a\r\n";
    return switch (kind) {
      case "get" -> "GET " + path + end + "\r\n";
      case "put" -> "PUT " + path + end + "Content-Length: 1000\r\n\r\n" + "p".repeat(1000);
      case "post" -> "POST " + path + end + "Content-Length: 100\r\n\r\n" + "q".repeat(100);
      default -> "PUT " + path + end + "Content-Length: " + LARGE + "\r\n\r\n" + "l".repeat(LARGE);
    };
  }

  private static long sum(Map<String, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  private static Map<String, Long> sums(Map<String, AtomicLong> counts) {
    Map<String, Long> sums = new TreeMap<>();
    counts.forEach((kind, count) -> sums.put(kind, count.get()));
    return sums;
  }

  @SuppressWarnings("SystemOut") // What a proof found out is to be read.
  private void report(long seed, List<ChaosOrigin> origins, GatewayStats.ServiceFigures figures) {
    Map<String, Integer> deeds = new TreeMap<>();
    origins.forEach(
        origin ->
            origin.deeds.forEach((deed, count) -> deeds.merge(deed, count.get(), Integer::sum)));
    System.out.println(
        "chaos, seed "
            + seed
            + ": answered "
            + sums(good)
            + ", failed "
            + sums(bad)
            + "\n  origins "
            + deeds
            + "\n  retries "
            + new TreeMap<>(figures.retries())
            + "\n  not retried "
            + new TreeMap<>(figures.unretried())
            + "\n  failures "
            + new TreeMap<>(figures.failures())
            + ", ejections "
            + figures.ejections());
  }
}
