package io.roadstead.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.EventSink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** One gateway after the other at one port. */
@EnabledOnOs(OS.LINUX)
class TakeOverTest {
  private final List<Gateway> gateways = new ArrayList<>();

  @AfterEach
  void closeAll() {
    gateways.forEach(Gateway::close);
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private Gateway gateway(InetSocketAddress at, Origin origin, int loops, PortUse use) {
    GatewayTimeouts fast = GatewayTimeouts.DEFAULT;
    Gateway gateway =
        new Gateway(
            GatewayConfig.at(at, "test").withLoops(loops).withPort(use).withTimeouts(fast),
            new FakeView().up("app", "app-1", origin.port()),
            Ticker.system(),
            InstantSource.system(),
            EventSink.NONE);
    gateways.add(gateway);
    gateway.start();
    return gateway;
  }

  private static void hasLeft(Gateway gateway) {
    assertThat(gateway.left()).succeedsWithin(Duration.ofSeconds(10));
  }

  @Test
  void noRequestFailsWhileGatewaysOfDifferentLoopsFollowEachOther() throws Exception {
    try (Origin origin = Origin.saying("well")) {
      Gateway first = gateway(anyPort(), origin, 2, PortUse.TAKE_OVER);
      InetSocketAddress at = first.address();
      ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
      AtomicInteger answers = new AtomicInteger();
      CompletableFuture<Void> enough = new CompletableFuture<>();
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        boolean keep = i % 2 == 0;
        clients.add(
            Thread.startVirtualThread(
                () -> {
                  try {
                    ask(at, keep, enough, answers);
                  } catch (Throwable e) {
                    failures.add(e);
                  }
                }));
      }
      Gateway before = first;
      for (int loops : List.of(3, 1, 4, 2)) {
        int soFar = answers.get();
        Harbour.await().until(() -> answers.get() > soFar + 200 || !failures.isEmpty());
        Gateway next = gateway(at, origin, loops, PortUse.TAKE_OVER);
        hasLeft(before);
        before = next;
      }
      int soFar = answers.get();
      Harbour.await().until(() -> answers.get() > soFar + 200 || !failures.isEmpty());
      enough.complete(null);
      for (Thread client : clients) {
        client.join();
      }
      assertThat(failures).isEmpty();
    }
  }

  /** Asks again and again, on one connection as long as it lasts, or on one for each request. */
  private static void ask(
      InetSocketAddress at, boolean keep, CompletableFuture<Void> enough, AtomicInteger answers) {
    RawClient client = new RawClient(at);
    try {
      while (!enough.isDone()) {
        RawClient.Answer answer = client.get("/app");
        assertThat(answer.status()).isEqualTo(200);
        answers.incrementAndGet();
        if (!keep || answer.header("Connection").equals("close")) {
          client.close();
          client = new RawClient(at);
        }
      }
    } finally {
      client.close();
    }
  }

  @Test
  void whatWaitsToBeAcceptedIsServedByTheNext() throws Exception {
    try (Origin origin = Origin.saying("well")) {
      Gateway first = gateway(anyPort(), origin, 1, PortUse.TAKE_OVER);
      try (RawClient slow = new RawClient(first.address())) {
        slow.send("GET /app HTTP/1.1\r\nHost: te");
        Gateway second = gateway(first.address(), origin, 1, PortUse.TAKE_OVER);
        try (RawClient later = new RawClient(second.address())) {
          assertThat(later.get("/app").header("Connection")).isEmpty();
        }
        assertThat(first.left()).isNotDone();
        // What was begun with the first is finished by it, and ends there.
        RawClient.Answer answer = slow.send("st\r\n\r\n").answer();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Connection")).isEqualTo("close");
        assertThat(slow.rest()).isEmpty();
      }
      hasLeft(first);
    }
  }

  @Test
  void anIdleClientOfTheOldOneIsClosedAfterMomentsWithoutAReset() throws Exception {
    try (Origin origin = Origin.saying("well")) {
      Gateway first = gateway(anyPort(), origin, 2, PortUse.TAKE_OVER);
      try (RawClient idle = new RawClient(first.address())) {
        assertThat(idle.get("/app").status()).isEqualTo(200);
        gateway(first.address(), origin, 2, PortUse.TAKE_OVER);
        assertThat(idle.rest()).isEmpty();
      }
      hasLeft(first);
    }
  }

  @Test
  void aPortThatTwoShareIsTakenFromBoth() throws Exception {
    try (Origin origin = Origin.saying("well")) {
      Gateway first = gateway(anyPort(), origin, 1, PortUse.TAKE_OVER);
      Gateway second = gateway(first.address(), origin, 1, PortUse.SHARE);
      assertThat(first.left()).isNotDone();
      gateway(first.address(), origin, 1, PortUse.TAKE_OVER);
      CompletableFuture.allOf(first.left(), second.left()).get(10, TimeUnit.SECONDS);
      try (RawClient client = new RawClient(first.address())) {
        assertThat(client.get("/app").status()).isEqualTo(200);
      }
    }
  }

  @Test
  void ofTwoThatComeAtOnceOneServesInTheEnd() throws Exception {
    try (Origin origin = Origin.saying("well")) {
      Gateway first = gateway(anyPort(), origin, 1, PortUse.TAKE_OVER);
      InetSocketAddress at = first.address();
      List<CompletableFuture<Gateway>> next = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        CompletableFuture<Gateway> starting = new CompletableFuture<>();
        next.add(starting);
        Thread.startVirtualThread(
            () -> {
              try {
                Gateway gateway =
                    new Gateway(
                        GatewayConfig.at(at, "test").withLoops(1).withPort(PortUse.TAKE_OVER),
                        new FakeView().up("app", "app-1", origin.port()),
                        Ticker.system(),
                        InstantSource.system(),
                        EventSink.NONE);
                gateway.start();
                starting.complete(gateway);
              } catch (Throwable e) {
                starting.completeExceptionally(e);
              }
            });
      }
      for (CompletableFuture<Gateway> each : next) {
        // One may ask in vain, and again after its time-out of 20 s.
        gateways.add(each.get(60, TimeUnit.SECONDS));
      }
      hasLeft(first);
      Harbour.await()
          .until(() -> gateways.stream().filter(each -> !each.left().isDone()).count() == 1);
      try (RawClient client = new RawClient(at)) {
        assertThat(client.get("/app").status()).isEqualTo(200);
      }
    }
  }

  @Test
  void anotherPlatformIsRefusedAsBefore() throws IOException {
    try (Origin origin = Origin.saying("well")) {
      Gateway first = gateway(anyPort(), origin, 1, PortUse.TAKE_OVER);
      try (Gateway other =
          new Gateway(
              GatewayConfig.at(first.address(), "other").withPort(PortUse.TAKE_OVER),
              new FakeView(),
              Ticker.system(),
              InstantSource.system(),
              EventSink.NONE)) {
        assertThatThrownBy(other::start)
            .isInstanceOf(BindFailed.class)
            .hasMessageContaining("no gateway of this platform");
      }
      assertThat(first.left()).isNotDone();
    }
  }
}
