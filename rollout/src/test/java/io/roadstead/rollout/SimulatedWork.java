package io.roadstead.rollout;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * Threads and time of a test's own: all tasks run on the test's thread, in an order that the seed
 * decides, and time passes only when the test says so. Work that waits for somebody takes a little
 * of that time.
 */
final class SimulatedWork implements Work, InstantSource {
  private static final Instant BEGIN = Instant.parse("2026-11-22T12:00:00Z");

  private record Alarm(long at, long order, Runnable task) {}

  private final Random random;
  private final List<Runnable> ready = new ArrayList<>();
  private final PriorityQueue<Alarm> alarms =
      new PriorityQueue<>(Comparator.comparingLong(Alarm::at).thenComparingLong(Alarm::order));
  private Runnable afterEach = () -> {};
  private long nanos;
  private Duration jumped = Duration.ZERO;
  private long order;
  private boolean running;

  SimulatedWork(long seed) {
    random = new Random(seed);
  }

  /** Runs after each task. */
  void afterEach(Runnable check) {
    afterEach = check;
  }

  long nanos() {
    return nanos;
  }

  @Override
  public Instant instant() {
    return BEGIN.plusNanos(nanos).plus(jumped);
  }

  /** The clock jumps, as clocks do that are set; no time passes. */
  void jump(Duration by) {
    jumped = jumped.plus(by);
  }

  @Override
  public void run(String name, Runnable task) {
    boolean waits = name.endsWith("-barrier") || name.endsWith("-idle") || name.endsWith("-start");
    if (waits) {
      after(Duration.ofMillis(random.nextInt(40)), task);
      return;
    }
    ready.add(task);
    if (!running) {
      runReady();
    }
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    Alarm alarm = new Alarm(nanos + Math.max(0, delay.toNanos()), order++, task);
    alarms.add(alarm);
    return () -> alarms.remove(alarm);
  }

  /** Lets time pass, and all that happens in it. */
  void pass(Duration time) {
    until(() -> false, time);
  }

  /** Lets time pass until it holds; whether it did within the limit. */
  boolean until(BooleanSupplier holds, Duration limit) {
    long end = nanos + limit.toNanos();
    runReady();
    while (!holds.getAsBoolean()) {
      Alarm next = alarms.peek();
      if (next == null || next.at() > end) {
        nanos = end;
        return holds.getAsBoolean();
      }
      alarms.remove();
      nanos = Math.max(nanos, next.at());
      ready.add(next.task());
      runReady();
    }
    return true;
  }

  /** As kill -9: whatever was under way never goes on. */
  void forgetAll() {
    ready.clear();
    alarms.clear();
  }

  @Override
  public void close() {}

  private void runReady() {
    running = true;
    try {
      while (!ready.isEmpty()) {
        ready.remove(random.nextInt(ready.size())).run();
        afterEach.run();
      }
    } finally {
      running = false;
    }
  }
}
