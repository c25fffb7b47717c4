package io.roadstead.control.watch;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Goes through many things a few at a time, so that heartbeats and others have their turn in
 * between: each takes the time of a system call. Confined to the event loop.
 */
final class Walk<T> {
  /** To write to so many takes about a millisecond. */
  static final int AT_A_TIME = 100;

  private final List<T> all;
  private final Consumer<T> each;
  private final Runnable done;
  private final Executor later;
  private int next;

  /**
   * @param later runs a task on the event loop, after what has come from the network meanwhile
   */
  Walk(List<T> all, Consumer<T> each, Runnable done, Executor later) {
    this.all = all;
    this.each = each;
    this.done = done;
    this.later = later;
  }

  /** Goes on; the first steps are done when this returns. */
  void go() {
    int end = Math.min(all.size(), next + AT_A_TIME);
    while (next < end) {
      each.accept(all.get(next++));
    }
    if (next < all.size()) {
      later.execute(this::go);
    } else {
      done.run();
    }
  }
}
