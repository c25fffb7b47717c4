package io.roadstead.registry;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The registry as a gateway in the same process reads it: handed over by reference, acknowledged by
 * a call.
 *
 * <p>It subscribes as a gateway of its name. One thread of its own makes all calls of {@code
 * onSnapshot}; changes that come while one runs are one call. Its name is not remembered over a
 * restart: it ends with the process. Safe from any thread; {@link #start} is called once.
 */
public final class LocalRegistryView implements RegistryView {
  private final Registry registry;
  private final Subscribers subscribers;
  private final Refusals refusals;
  private final String name;
  private final AtomicBoolean asked = new AtomicBoolean();
  private @Nullable ScheduledThreadPoolExecutor thread;
  private Registry.@Nullable Listening listening;
  private volatile String stream = "";

  public LocalRegistryView(
      Registry registry, Subscribers subscribers, Refusals refusals, String name) {
    this.registry = registry;
    this.subscribers = subscribers;
    this.refusals = refusals;
    this.name = name;
  }

  @Override
  public Snapshot snapshot() {
    return registry.snapshot();
  }

  @Override
  public synchronized void start(Consumer<Snapshot> onSnapshot) {
    if (thread != null) {
      throw new IllegalStateException("the view of " + name + " has been started already");
    }
    ScheduledThreadPoolExecutor own =
        new ScheduledThreadPoolExecutor(
            1,
            Thread.ofPlatform().daemon().name("registry-view").factory(),
            new ThreadPoolExecutor.DiscardPolicy());
    own.setRemoveOnCancelPolicy(true);
    own.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    thread = own;
    stream = subscribers.connect(name, SubscriberKind.GATEWAY, Set.of(), () -> {}, false);
    listening =
        registry.listen(
            _ -> {
              if (asked.compareAndSet(false, true)) {
                own.execute(() -> hand(onSnapshot));
              }
            });
    var _ = own.scheduleAtFixedRate(() -> hand(onSnapshot), 0, 1, TimeUnit.SECONDS);
  }

  private void hand(Consumer<Snapshot> onSnapshot) {
    asked.set(false);
    try {
      onSnapshot.accept(registry.snapshot());
    } catch (RuntimeException e) {
      // The next second's call comes all the same; without it nothing would be acknowledged again.
      System.getLogger(LocalRegistryView.class.getName())
          .log(System.Logger.Level.ERROR, "the reader of the registry failed: " + name, e);
    }
  }

  @Override
  public void acknowledge(Cursor version, Map<InstanceKey, Integer> busy) {
    subscribers.acknowledge(name, stream, version, busy);
  }

  @Override
  public void refused(InstanceKey instance) {
    refusals.refused(name, List.of(instance));
  }

  @Override
  public synchronized void close() {
    if (listening != null) {
      listening.close();
    }
    if (thread != null) {
      thread.shutdown();
      var _ = subscribers.leave(name, stream);
    }
  }
}
