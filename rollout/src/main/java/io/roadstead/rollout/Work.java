package io.roadstead.rollout;

import java.time.Duration;

/** Where work runs and when: virtual threads and one timer, or a test's own order of events. */
interface Work extends AutoCloseable {
  /** Something that will run later. */
  interface Timer {
    void cancel();
  }

  /** Runs a task that may block on a thread of its own. */
  void run(String name, Runnable task);

  /** Runs a task that does not block, once the delay has passed. */
  Timer after(Duration delay, Runnable task);

  /** Ends the timers and begins nothing more; tasks that run go on to their end. */
  @Override
  void close();
}
