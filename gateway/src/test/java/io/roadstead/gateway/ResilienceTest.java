package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.TrafficPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a service's traffic policy makes of slow, failing, busy and missing instances. */
@ExtendWith(NoLeaks.class)
class ResilienceTest {
  private static final Duration SHORT = Duration.ofMillis(200);

  private final Harbour harbour = new Harbour();

  @AfterEach
  void close() {
    harbour.close();
  }

  private static void assertProblem(RawClient.Answer answer, int status, String code) {
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    assertThat(answer.header("X-Roadstead-Reason")).isEqualTo(code);
  }

  /** An origin that takes requests and never answers. */
  private static Origin silent() {
    return new Origin(
        connection -> {
          while (connection.readRequest() != null) {
            connection.out.flush();
          }
        });
  }

  /** An origin that answers each request when the latch is open. */
  private static Origin waitingFor(CountDownLatch latch) {
    return new Origin(
        connection -> {
          while (connection.readRequest() != null) {
            try {
              latch.await();
            } catch (InterruptedException e) {
              return;
            }
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
          }
        });
  }

  private GatewayStats.ServiceFigures figures() {
    return harbour.figures();
  }

  @Test
  void aRequestThatNobodyAnswersInTimeGoesToAnotherInstance() {
    try (Origin slow = silent();
        Origin good = Origin.saying("good");
        RawClient client = harbour.client()) {
      harbour.view.traffic("app", Policies.attempt(SHORT));
      harbour.with(slow).with(good);
      Harbour.await().until(() -> harbour.view.acknowledged() != null);
      for (int i = 0; i < 12; i++) {
        assertThat(client.get("/app").body()).isEqualTo("good");
      }
      assertThat(slow.heads).isNotEmpty();
      assertThat(harbour.retries(RetryReason.TRY_TIMEOUT)).isEqualTo(slow.heads.size());
    }
  }

  @Test
  void aPostThatNobodyAnswersInTimeIsNotRepeated() {
    try (Origin slow = silent();
        Origin other = silent();
        RawClient client = harbour.client()) {
      harbour.view.traffic("app", Policies.attempt(SHORT));
      harbour.with(slow).with(other);
      Harbour.await().until(() -> harbour.view.acknowledged() != null);
      client.send("POST /app HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
      assertProblem(client.answer(), 504, "upstream-timeout");
      assertThat(slow.heads.size() + other.heads.size()).isEqualTo(1);
      assertThat(figures().unretried()).containsEntry("not-idempotent", 1L);
      assertThat(figures().failures()).containsEntry("upstream-timeout", 1L);
      assertThat(harbour.gateway().stats().counters())
          .containsEntry(
              new GatewayStats.Counter("timeouts", "reason,route", "upstream-timeout,/app/**"), 1L);
    }
  }

  @Test
  void aRouteHasTimesOfItsOwn() {
    try (Origin slow = silent();
        RawClient client = harbour.client()) {
      TrafficPolicy.Waits waits =
          new TrafficPolicy.Waits(Duration.ZERO, SHORT, Duration.ZERO, Duration.ZERO);
      harbour
          .view
          .traffic("app", Policies.attempt(Duration.ofMinutes(1)))
          .route("app", "/quick", new TrafficPolicy.OfRoute(waits, 0));
      harbour.with(slow);
      Harbour.await().until(() -> harbour.view.acknowledged() != null);
      RawClient.Answer answer = client.get("/quick");
      assertProblem(answer, 504, "upstream-timeout");
      assertThat(answer.body()).contains("within 200 ms");
    }
  }

  @Test
  void theTotalTimeEndsAnAnswerThatDripsOn() {
    Origin dripping =
        new Origin(
            connection -> {
              connection.readRequest();
              connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
              while (true) {
                connection.write("x");
                java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
              }
            });
    try (dripping;
        RawClient client = harbour.client()) {
      harbour.view.traffic("app", Policies.total(SHORT));
      harbour.with(dripping);
      Harbour.await().until(() -> harbour.view.acknowledged() != null);
      assertThat(client.send("GET /app HTTP/1.1\r\nHost: a\r\n\r\n").rest().length())
          .isLessThan(100_000);
      Harbour.await().until(() -> figures().failures().containsKey("total-timeout"));
    }
  }

  @Test
  void theTotalTimeCountsTheTriesTogether() {
    try (Origin one = silent();
        Origin two = silent();
        RawClient client = harbour.client()) {
      harbour.view.traffic(
          "app",
          Policies.waits(
              new TrafficPolicy.Waits(
                  Duration.ZERO, Duration.ofSeconds(30), SHORT, Duration.ZERO)));
      harbour.with(one).with(two);
      Harbour.await().until(() -> harbour.view.acknowledged() != null);
      RawClient.Answer answer = client.get("/app");
      assertProblem(answer, 504, "total-timeout");
      assertThat(answer.body()).contains("200 ms");
    }
  }

  @Test
  void withoutABudgetNothingIsTriedAgain() {
    try (Origin rude = new Origin(Origin.Connection::readRequest);
        Origin ruder = new Origin(Origin.Connection::readRequest);
        RawClient client = harbour.client()) {
      harbour.view.traffic("app", Policies.budget(0));
      harbour.with(rude).with(ruder);
      Harbour.await().until(() -> harbour.view.acknowledged() != null);
      assertProblem(client.get("/app"), 502, "upstream-closed");
      assertThat(rude.heads.size() + ruder.heads.size()).isEqualTo(1);
      assertThat(figures().unretried()).containsEntry("budget", 1L);
    }
  }

  @Test
  void anInstanceThatFailsFiveTimesInARowIsAvoided() {
    try (Origin bad = Origin.answering("HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n");
        Origin good = Origin.saying("good");
        RawClient client = harbour.client()) {
      harbour.view.traffic(
          "app",
          Policies.ejection(
              new TrafficPolicy.Ejection(
                  5, 0, 50, 50, Duration.ofSeconds(30), Duration.ofSeconds(30))));
      harbour.with(bad).with(good);
      Harbour.await().until(() -> harbour.view.acknowledged() != null);
      for (int i = 0; i < 400; i++) {
        client.get("/app");
      }
      assertThat(bad.heads.size()).isBetween(1, 5);
      if (bad.heads.size() == 5) {
        assertThat(figures().ejections()).isEqualTo(1);
      }
    }
  }

  @Test
  void whereAllFailAllAreUsed() {
    String broken = "HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n";
    try (Origin one = Origin.answering(broken);
        Origin two = Origin.answering(broken);
        RawClient client = harbour.client()) {
      harbour.with(one).with(two);
      Harbour.await().until(() -> harbour.view.acknowledged() != null);
      for (int i = 0; i < 100; i++) {
        // Their own answers, not one of the gateway.
        RawClient.Answer answer = client.get("/app");
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.header("X-Roadstead-Reason")).isEmpty();
      }
      assertThat(one.heads.size() + two.heads.size()).isEqualTo(100);
    }
  }

  @Test
  void anInstanceGetsNoMoreAtOnceThanItsLimitAndTheRestWait() throws InterruptedException {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Origin busy =
        new Origin(
            connection -> {
              while (connection.readRequest() != null) {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
                now.decrementAndGet();
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
              }
            });
    try (busy) {
      harbour.view.traffic("app", Policies.concurrency(2, 0, 100, Duration.ofSeconds(10)));
      harbour.with(busy);
      harbour.gateway();
      Harbour.await().until(() -> harbour.view.acknowledged() != null);
      AtomicInteger good = new AtomicInteger();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        threads.add(
            Thread.startVirtualThread(
                () -> {
                  try (RawClient client = harbour.client()) {
                    for (int n = 0; n < 10; n++) {
                      if (client.get("/app").body().equals("ok")) {
                        good.incrementAndGet();
                      }
                    }
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(good.get()).isEqualTo(160);
      assertThat(most.get()).isBetween(1, 2);
      assertThat(figures().waiting()).isZero();
    }
  }

  @Test
  void whenTheQueueIsFullTheClientIsToldToComeAgain() {
    CountDownLatch latch = new CountDownLatch(1);
    try (Origin busy = waitingFor(latch);
        RawClient first = harbour.client();
        RawClient second = harbour.client();
        RawClient third = harbour.client()) {
      harbour.view.traffic("app", Policies.concurrency(1, 0, 1, Duration.ofSeconds(30)));
      harbour.with(busy);
      Harbour.await().until(() -> harbour.view.acknowledged() != null);
      first.send("GET /app HTTP/1.1\r\nHost: a\r\n\r\n");
      Harbour.await().until(() -> busy.heads.size() == 1);
      second.send("GET /app HTTP/1.1\r\nHost: a\r\n\r\n");
      Harbour.await().until(() -> figures().waiting() == 1);
      RawClient.Answer answer = third.get("/app");
      assertProblem(answer, 503, "queue-full");
      assertThat(answer.header("Retry-After")).isEqualTo("1");
      latch.countDown();
      assertThat(first.answer().body()).isEqualTo("done");
      assertThat(second.answer().body()).isEqualTo("done");
    }
  }

  @Test
  void whoWaitsTooLongInTheQueueIsTold() {
    CountDownLatch latch = new CountDownLatch(1);
    try (Origin busy = waitingFor(latch);
        RawClient first = harbour.client();
        RawClient second = harbour.client()) {
      harbour.view.route("app", "/one", new TrafficPolicy.OfRoute(TrafficPolicy.Waits.DEFAULT, 1));
      harbour.view.traffic("app", Policies.concurrency(0, 0, 10, SHORT));
      harbour.with(busy);
      Harbour.await().until(() -> harbour.view.acknowledged() != null);
      first.send("GET /one HTTP/1.1\r\nHost: a\r\n\r\n");
      Harbour.await().until(() -> busy.heads.size() == 1);
      RawClient.Answer answer = second.get("/one");
      assertProblem(answer, 503, "queue-timeout");
      assertThat(answer.body()).contains("the route to service 'app' has its 1 requests");
      latch.countDown();
      assertThat(first.answer().body()).isEqualTo("done");
      assertThat(second.get("/one").body()).isEqualTo("done");
    }
  }

  @Test
  void aClientThatGoesLeavesTheQueue() {
    CountDownLatch latch = new CountDownLatch(1);
    try (Origin busy = waitingFor(latch);
        RawClient first = harbour.client()) {
      harbour.view.traffic("app", Policies.concurrency(1, 0, 5, Duration.ofSeconds(30)));
      harbour.with(busy);
      Harbour.await().until(() -> harbour.view.acknowledged() != null);
      first.send("GET /app HTTP/1.1\r\nHost: a\r\n\r\n");
      Harbour.await().until(() -> busy.heads.size() == 1);
      try (RawClient second = harbour.client()) {
        second.send("GET /app HTTP/1.1\r\nHost: a\r\n\r\n");
        Harbour.await().until(() -> figures().waiting() == 1);
      }
      Harbour.await().until(() -> figures().waiting() == 0);
      latch.countDown();
      assertThat(first.answer().body()).isEqualTo("done");
      assertThat(first.get("/app").body()).isEqualTo("done");
      assertThat(busy.heads).hasSize(2);
    }
  }

  @Test
  void aRequestIsHeldUntilTheFirstInstanceComes() {
    try (Origin late = Origin.saying("here");
        RawClient client = harbour.client()) {
      harbour.view.service("app");
      Harbour.await().until(() -> harbour.view.acknowledged() != null);
      client.send("POST /app HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");
      Harbour.await().until(() -> figures().waiting() == 1);
      harbour.with(late);
      assertThat(client.answer().body()).isEqualTo("here");
      assertThat(late.heads).hasSize(1);
    }
  }

  @Test
  void withoutAHoldTheClientIsToldAtOnce() {
    try (RawClient client = harbour.client()) {
      harbour.view.traffic("app", Policies.hold(Duration.ZERO)).service("app");
      Harbour.await().until(() -> harbour.view.acknowledged() != null);
      long before = System.nanoTime();
      assertProblem(client.get("/app"), 503, "no-instance");
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofMillis(900));
    }
  }
}
