package io.roadstead.registry;

import io.roadstead.registry.Subscribers.Known;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Tells who is to be remembered over a restart, whenever that has changed. The newest list is
 * written under the subscribers' lock; the callbacks run one after the other on the executor, each
 * with the newest list at that time.
 */
final class KnownSubscribers {
  private static final Known NOBODY = new Known("", SubscriberKind.WATCH, Set.of());

  private final List<Consumer<List<Known>>> listeners = new CopyOnWriteArrayList<>();
  private volatile List<Known> newest = List.of();

  // Written by the executor's tasks alone, which come one at a time.
  private volatile List<Known> told = List.of();
  private final AtomicBoolean running = new AtomicBoolean();
  private final Executor executor;

  KnownSubscribers(Executor executor) {
    this.executor = executor;
  }

  void onChanged(Consumer<List<Known>> listener) {
    listeners.add(listener);
  }

  void now(List<Reader> readers) {
    List<Known> known = new ArrayList<>();
    for (Reader reader : readers) {
      if (reader.remembered()) {
        known.add(new Known(reader.name(), reader.kind(), reader.services()));
      }
    }
    if (!known.equals(newest)) {
      newest = List.copyOf(known);
    }
  }

  void tell() {
    if (!newest.equals(told) && running.compareAndSet(false, true)) {
      executor.execute(this::run);
    }
  }

  private void run() {
    running.set(false);
    List<Known> known = newest;
    if (told.equals(known)) {
      return;
    }
    told = known;
    try {
      listeners.forEach(listener -> listener.accept(known));
    } catch (RuntimeException e) {
      told = List.of(NOBODY); // Told again at the next sweep: it must not be lost.
      System.getLogger(KnownSubscribers.class.getName())
          .log(System.Logger.Level.WARNING, "subscribers are not remembered: " + e.getMessage(), e);
    }
  }
}
