package io.roadstead.platform;

import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what is due each second, on one thread of its own; one that fails does not end the rest. */
final class Beat implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Beat.class);

  private final List<Runnable> duties;

  /** Whose last time failed: a failure is told when it begins and when it ends. */
  private final BitSet failing = new BitSet();

  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().daemon().name("beat").factory());

  Beat(Runnable... duties) {
    this.duties = List.of(duties);
  }

  void start() {
    var _ = thread.scheduleAtFixedRate(this::once, 1, 1, TimeUnit.SECONDS);
  }

  private void once() {
    for (int i = 0; i < duties.size(); i++) {
      boolean failedBefore = failing.get(i);
      try {
        duties.get(i).run();
        failing.clear(i);
        if (failedBefore) {
          LOG.info("a duty of each second that had failed goes on again");
        }
      } catch (RuntimeException e) {
        failing.set(i);
        if (!failedBefore) {
          LOG.error("a duty of each second failed; it is tried again in the next", e);
        }
      }
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
