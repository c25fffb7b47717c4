package io.roadstead.registry;

import io.roadstead.registry.Registry.Batch;
import io.roadstead.registry.Registry.Listening;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells the listeners of each change, in order, off the writer's thread.
 *
 * <p>The first change of a burst leaves at once; those that follow within a millisecond leave
 * together. A listener is never given a queue of its own: what it gets is made, when its turn
 * comes, of all that happened since its last call, so a slow one costs no memory.
 */
final class ChangeDispatcher {
  private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final class Listener implements Listening {
    final Consumer<Batch> consumer;
    final ChangeDispatcher dispatcher;
    // Written under the registry's lock before the listener is listed, then by the dispatch only.
    Snapshot seen;
    volatile boolean closed;

    Listener(Consumer<Batch> consumer, Snapshot seen, ChangeDispatcher dispatcher) {
      this.consumer = consumer;
      this.seen = seen;
      this.dispatcher = dispatcher;
    }

    @Override
    public void close() {
      closed = true;
      dispatcher.listeners.remove(this);
    }
  }

  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final AtomicBoolean running = new AtomicBoolean();
  private final Executor executor;
  private final Supplier<Snapshot> newest;
  private final Catchup since;
  private final BiConsumer<Consumer<Batch>, RuntimeException> onFailure;

  /** Makes the batch that leads from a snapshot to the newest. */
  interface Catchup {
    Batch after(Snapshot seen);
  }

  ChangeDispatcher(
      Executor executor,
      Supplier<Snapshot> newest,
      Catchup since,
      BiConsumer<Consumer<Batch>, RuntimeException> onFailure) {
    this.executor = executor;
    this.newest = newest;
    this.since = since;
    this.onFailure = onFailure;
  }

  /** One thread that starts with the first task and ends after some idle seconds. */
  static Executor thread(String role) {
    return new ThreadPoolExecutor(
        0,
        1,
        10,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(64),
        Thread.ofPlatform().daemon().name(role).factory());
  }

  Listening add(Consumer<Batch> consumer, Snapshot seen) {
    Listener listener = new Listener(consumer, seen, this);
    listeners.add(listener);
    return listener;
  }

  /** Something changed. Called off the registry's lock. */
  void wake() {
    if (!listeners.isEmpty() && running.compareAndSet(false, true)) {
      executor.execute(this::run);
    }
  }

  private void run() {
    do {
      try {
        while (behind()) {
          deliver();
          // Not a guess at when something is ready: the pace that lets a burst travel together.
          LockSupport.parkNanos(this, PACE_NANOS);
        }
      } finally {
        // Also where an error ends this thread: the next change then begins anew, on another.
        running.set(false);
      }
    } while (behind() && running.compareAndSet(false, true));
  }

  private boolean behind() {
    Snapshot now = newest.get();
    for (Listener listener : listeners) {
      if (listener.seen.version().n() < now.version().n()) {
        return true;
      }
    }
    return false;
  }

  private void deliver() {
    @Nullable Batch made = null;
    for (Listener listener : listeners) {
      long seen = listener.seen.version().n();
      if (seen == newest.get().version().n()) {
        continue;
      }
      if (made == null || made.from().n() != seen) {
        made = since.after(listener.seen);
      }
      listener.seen = made.after();
      if (!listener.closed) {
        try {
          listener.consumer.accept(made);
        } catch (RuntimeException e) {
          onFailure.accept(listener.consumer, e);
        }
      }
    }
  }
}
