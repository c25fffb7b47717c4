package io.roadstead.platform.demo;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Where there is no screen: a line of figures every few seconds, until closed. */
final class PlainFigures implements AutoCloseable {
  private static final long EVERY_SECONDS = 5;

  private final Demo demo;
  private final Narrator narrator;
  private final CountDownLatch over = new CountDownLatch(1);

  PlainFigures(Demo demo, Narrator narrator) {
    this.demo = demo;
    this.narrator = narrator;
  }

  void start() {
    Thread.ofVirtual().name("demo-figures").start(this::tell);
  }

  private void tell() {
    try {
      while (!over.await(EVERY_SECONDS, TimeUnit.SECONDS)) {
        Demo.Performance performance = demo.performance();
        if (performance != null) {
          Tally.Figures now = performance.tally().sinceLast();
          narrator.say(
              "%,d requests, %d failed, p50 %.1f ms, p99 %.1f ms, %d deployments",
              now.requests(),
              now.failed(),
              now.p50Millis(),
              now.p99Millis(),
              demo.deployments().total());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    over.countDown();
  }
}
