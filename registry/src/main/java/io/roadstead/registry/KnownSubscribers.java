package io.roadstead.registry;

import io.roadstead.registry.Subscribers.Known;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Tells who is to be remembered over a restart, whenever that has changed. The newest list is
 * written under the subscribers' lock; the callbacks run one after the other on the executor, each
 * with the newest list at that time.
 */
final class KnownSubscribers {
  private final List<Consumer<List<Known>>> listeners = new CopyOnWriteArrayList<>();
  private final AtomicReference<List<Known>> newest = new AtomicReference<>(List.of());
  private final AtomicReference<List<Known>> told = new AtomicReference<>(List.of());
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
    if (!known.equals(newest.get())) {
      newest.set(List.copyOf(known));
    }
  }

  void tell() {
    List<Known> known = newest.get();
    if (told.getAndSet(known).equals(known)) {
      return;
    }
    executor.execute(() -> listeners.forEach(listener -> listener.accept(newest.get())));
  }
}
