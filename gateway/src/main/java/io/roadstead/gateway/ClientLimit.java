package io.roadstead.gateway;

import io.roadstead.registry.Ticker;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** How many client connections may be open at once, over all loops. Safe from any thread. */
final class ClientLimit {
  private final int most;
  private final AtomicInteger open = new AtomicInteger();
  private final LongAdder refused = new LongAdder();

  ClientLimit(int most) {
    this.most = most;
  }

  boolean enter() {
    if (open.incrementAndGet() <= most) {
      return true;
    }
    open.decrementAndGet();
    refused.increment();
    return false;
  }

  void leave() {
    if (open.decrementAndGet() == 0) {
      synchronized (this) {
        notifyAll();
      }
    }
  }

  /** Waits until nobody is connected, for a while at most. */
  synchronized void awaitNone(Duration most, Ticker ticker) throws InterruptedException {
    long end = ticker.nanos() + most.toNanos();
    while (open.get() > 0) {
      long millis = (end - ticker.nanos()) / 1_000_000;
      if (millis <= 0) {
        return;
      }
      wait(millis);
    }
  }

  long refused() {
    return refused.sum();
  }
}
