package io.roadstead.platform.demo;

import io.roadstead.platform.Refused;
import io.roadstead.platform.load.LoadConnection;
import io.roadstead.platform.load.OpenLoopLoad;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The first customers of the shop, before anything is counted: a few that ask one after another,
 * until all of it has answered well often enough. JVMs that have just been started are slow, and
 * the load does not wait for anybody.
 */
final class WarmUp {
  private static final int CUSTOMERS = 4;
  private static final int GOOD_ANSWERS = 1_500;
  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final long AFTER_BAD_MILLIS = 100;

  private final InetSocketAddress address;
  private final Ticker ticker;
  private final CountDownLatch cancelled;
  private final AtomicInteger good = new AtomicInteger();
  private volatile String last = "no answer";

  WarmUp(InetSocketAddress address, Ticker ticker, CountDownLatch cancelled) {
    this.address = address;
    this.ticker = ticker;
    this.cancelled = cancelled;
  }

  void run() throws InterruptedException {
    long until = ticker.nanos() + LONGEST.toNanos();
    List<Thread> customers = new ArrayList<>();
    for (int i = 0; i < CUSTOMERS; i++) {
      customers.add(Thread.ofVirtual().name("demo-warm-up").start(() -> ask(until)));
    }
    for (Thread customer : customers) {
      customer.join();
    }
    if (cancelled.getCount() == 0) {
      throw new InterruptedException("the demo was ended");
    }
    if (good.get() == 0) {
      throw Refused.because(
          "the shop is up, but does not answer as it should within "
              + LONGEST.toSeconds()
              + " s; last: "
              + last);
    }
  }

  private void ask(long until) {
    byte[] request = LoadConnection.get(address, Shop.PATH);
    try {
      while (good.get() < GOOD_ANSWERS && ticker.nanos() - until < 0) {
        long deadline = ticker.nanos() + OpenLoopLoad.LIMIT.toNanos();
        try (LoadConnection connection = LoadConnection.open(ticker, address, deadline)) {
          converse(connection, request, until);
        } catch (IOException e) {
          last = e.toString();
        }
        if (cancelled.await(AFTER_BAD_MILLIS, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Asks over one connection for as long as the answers are good. */
  private void converse(LoadConnection connection, byte[] request, long until) throws IOException {
    while (good.get() < GOOD_ANSWERS && ticker.nanos() - until < 0 && cancelled.getCount() > 0) {
      LoadConnection.Reply reply =
          connection.exchange(request, ticker.nanos() + OpenLoopLoad.LIMIT.toNanos());
      if (reply.status() >= 400 || !Shop.complete(reply.body())) {
        last = reply.status() + " " + reply.body();
        return;
      }
      good.incrementAndGet();
      if (!reply.reusable()) {
        return;
      }
    }
  }
}
