package io.roadstead.platform.command;

import java.util.concurrent.CountDownLatch;

/**
 * A process that runs until a signal ends it.
 *
 * <p>SIGTERM and SIGINT start the JVM's shutdown, whose hook closes what runs and then ends the
 * process itself: a stop that was asked for and went well is exit code 0.
 */
final class Foreground {
  /** What is to be done when the end has come. */
  interface Ending {
    void run() throws InterruptedException;
  }

  private final CountDownLatch never = new CountDownLatch(1);
  private volatile boolean failed;

  private Foreground() {}

  static Foreground until(Ending ending) {
    Foreground foreground = new Foreground();
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("shutdown")
                .unstarted(
                    () -> {
                      int exit = foreground.failed ? 1 : 0;
                      try {
                        ending.run();
                      } catch (InterruptedException | RuntimeException e) {
                        System.err.println("roadstead: did not stop cleanly: " + e.getMessage());
                        exit = 1;
                      }
                      System.out.flush();
                      Runtime.getRuntime().halt(exit);
                    }));
    return foreground;
  }

  /** Does something that, if it throws, makes the process end as failed. */
  void orFail(Runnable what) {
    failed = true;
    what.run();
    failed = false;
  }

  void await() throws InterruptedException {
    never.await();
  }
}
