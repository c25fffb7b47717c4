package io.roadstead.runtime.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Watches processes that are nobody's children here, by looking at each twenty times a second: the
 * operating system tells only parents of an end, and the JDK's own look at strangers comes up to
 * five seconds late. One thread, begun with the first such process.
 *
 * <p>Between the end of a process and its shim's word about it there is a moment; the word is
 * waited for while the shim runs, {@link #WORD_WITHIN_LOOKS} at most.
 */
final class Adopted implements AutoCloseable {
  private static final long LOOK_MILLIS = 50;
  private static final int WORD_WITHIN_LOOKS = 40;

  private final Map<ProcessInstance, Integer> watched = new ConcurrentHashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();
  private final Consumer<ProcessInstance> ended;

  /**
   * @param ended told of each whose end was seen
   */
  Adopted(Consumer<ProcessInstance> ended) {
    this.ended = ended;
  }

  void watch(ProcessInstance instance) {
    watched.put(instance, 0);
    Thread watcher = Thread.ofVirtual().name("adopted-processes").unstarted(this::look);
    if (thread.compareAndSet(null, watcher)) {
      watcher.start();
    }
  }

  /** Waits until the process has ended, or as long; whether it has. Blocks. */
  boolean awaitEnd(ProcessHandle process, long limitMillis) {
    try {
      for (long waited = 0; runs(process); waited += LOOK_MILLIS / 10) {
        if (waited >= limitMillis || closed.await(LOOK_MILLIS / 10, TimeUnit.MILLISECONDS)) {
          return false;
        }
      }
      return true;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Whether the process runs; one that has ended and is not reaped yet does not. */
  static boolean runs(ProcessHandle process) {
    if (!process.isAlive()) {
      return false;
    }
    try {
      // pid (name) state …, and the name may hold anything: proc(5)
      String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
      int state = stat.lastIndexOf(')') + 2;
      return state >= stat.length() || (stat.charAt(state) != 'Z' && stat.charAt(state) != 'X');
    } catch (IOException _) {
      return process.isAlive(); // no such folder here, or it has just ended
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }

  private void look() {
    try {
      while (!closed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        watched.replaceAll((instance, looks) -> instance.runs() ? 0 : looks + 1);
        watched.forEach(
            (instance, looks) -> {
              if (looks > WORD_WITHIN_LOOKS || (looks > 0 && !instance.shimRuns())) {
                watched.remove(instance);
                ended.accept(instance);
              }
            });
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
