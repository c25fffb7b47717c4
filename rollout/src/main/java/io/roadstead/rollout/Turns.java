package io.roadstead.rollout;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Takes turns: what is posted runs one at a time, in order, on a virtual thread that lives while
 * there is something to do. What only turns touch needs no lock.
 *
 * <p>Blocking work ({@link #call}) runs beside the turns and comes back as one. Commands from
 * outside are bounded and refused beyond it; everything else that is posted answers something that
 * a turn began, so there are only a few for each instance.
 */
final class Turns {
  private static final Logger LOG = System.getLogger("io.roadstead.rollout");
  private static final int MAX_WAITING = 256;
  private static final Duration RETRY = Duration.ofSeconds(1);

  /** What blocking work came to: one of the two. */
  interface Outcome<T> {
    void done(T value);

    void failed(Exception cause);
  }

  private final String name;
  private final Work work;
  private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Runnable afterEach;
  private volatile boolean closed;
  private boolean retrying;
  private boolean failing;

  /**
   * @param afterEach runs at the end of each turn
   */
  Turns(String name, Work work, Runnable afterEach) {
    this.name = name;
    this.work = work;
    this.afterEach = afterEach;
  }

  /** Has {@code turn} run after all that were posted before it; nothing once closed. */
  void post(Runnable turn) {
    enqueue(
        () -> {
          if (!closed) {
            take(turn);
          }
        });
  }

  /** Asks for an answer that a turn gives; once closed it is cancelled. */
  <T> CompletableFuture<T> ask(Supplier<T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    if (waiting.get() >= MAX_WAITING) {
      throw new DeployRefused(
          DeployRefused.Kind.CONFLICT,
          "busy",
          name + " has " + MAX_WAITING + " requests waiting, the most it keeps: try again later");
    }
    enqueue(
        () -> {
          if (closed) {
            answer.cancel(false);
            return;
          }
          // The answer comes after the turn's end, so that who asked sees what it did.
          try {
            T result = question.get();
            take(() -> {});
            answer.complete(result);
          } catch (RuntimeException e) {
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  /** Runs what blocks beside the turns; its outcome is a turn. */
  <T> void call(String what, Callable<T> blocking, Outcome<T> outcome) {
    work.run(
        "rollout-" + name + "-" + what,
        () -> {
          try {
            T value = blocking.call();
            post(() -> outcome.done(value));
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } catch (Exception e) {
            post(() -> outcome.failed(e));
          }
        });
  }

  /** As {@link #call} where it cannot fail in a way that anybody could use. */
  <T> void call(String what, Callable<T> blocking, T otherwise, Consumer<T> then) {
    call(
        what,
        blocking,
        new Outcome<>() {
          @Override
          public void done(T value) {
            then.accept(value);
          }

          @Override
          public void failed(Exception cause) {
            LOG.log(Level.WARNING, name + ": " + what + " failed", cause);
            then.accept(otherwise);
          }
        });
  }

  Work.Timer after(Duration delay, Runnable turn) {
    return work.after(delay, () -> post(turn));
  }

  boolean closed() {
    return closed;
  }

  /** No further turn begins. */
  void close() {
    closed = true;
  }

  private void enqueue(Runnable turn) {
    queue.add(turn);
    if (waiting.getAndIncrement() == 0) {
      work.run("rollout-" + name, this::runAll);
    }
  }

  private void runAll() {
    do {
      Runnable turn = queue.poll();
      if (turn != null) {
        turn.run();
      }
    } while (waiting.decrementAndGet() != 0);
  }

  /**
   * One turn and its end. One that fails (a full disk, say) ends no other: all is looked at again a
   * second later, and that is said once, not each time.
   */
  private void take(Runnable turn) {
    try {
      turn.run();
      afterEach.run();
      failing &= retrying;
    } catch (RuntimeException e) {
      if (!failing) {
        failing = true;
        String what = name + ": a turn failed; all is tried again each second";
        if (e instanceof StateNotKept) {
          LOG.log(Level.ERROR, what + ": " + e.getMessage());
        } else {
          LOG.log(Level.ERROR, what, e);
        }
      }
      if (!retrying) {
        retrying = true;
        work.after(RETRY, () -> post(() -> retrying = false));
      }
    }
  }
}
