package io.roadstead.rollout;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Virtual threads, named by what they do, and one daemon thread that keeps the time. */
final class VirtualWork implements Work {
  private final ScheduledThreadPoolExecutor timer;

  VirtualWork() {
    timer =
        new ScheduledThreadPoolExecutor(
            1, task -> Thread.ofPlatform().name("rollout-timer").daemon().unstarted(task));
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public void run(String name, Runnable task) {
    // What happens to instances of a stopped platform is for its next life to find.
    if (!timer.isShutdown()) {
      Thread.ofVirtual().name(name).start(task);
    }
  }

  @Override
  public Timer after(Duration delay, Runnable task) {
    if (timer.isShutdown()) {
      return () -> {};
    }
    Future<?> scheduled = timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    return () -> scheduled.cancel(false);
  }

  @Override
  public void close() {
    timer.shutdown();
  }
}
