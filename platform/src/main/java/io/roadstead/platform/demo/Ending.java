package io.roadstead.platform.demo;

import java.util.OptionalInt;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * What is to be done when the process is told to end, by a signal or by its last line: the latest
 * first, each once. Safe from any thread.
 */
final class Ending {
  private final ConcurrentLinkedDeque<Runnable> duties = new ConcurrentLinkedDeque<>();
  private volatile OptionalInt exitCode = OptionalInt.empty();

  /** Begins to listen to the end. */
  void start() {
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("demo-shutdown").unstarted(this::shutDown));
  }

  void before(Runnable duty) {
    duties.addFirst(duty);
  }

  /** From now on a signal only ends what has been done: with this code, instead of the signal's. */
  void exitWith(int code) {
    exitCode = OptionalInt.of(code);
  }

  void run() {
    for (Runnable duty = duties.pollFirst(); duty != null; duty = duties.pollFirst()) {
      duty.run();
    }
  }

  private void shutDown() {
    run();
    System.out.flush();
    exitCode.ifPresent(Runtime.getRuntime()::halt);
  }
}
