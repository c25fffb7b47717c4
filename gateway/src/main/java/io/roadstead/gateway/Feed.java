package io.roadstead.gateway;

import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.RegistryView;
import io.roadstead.registry.Snapshot;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings each version of the registry to every loop, and acknowledges it when every loop has it.
 *
 * <p>One thread goes round: it takes the newest snapshot (those in between are skipped), makes a
 * world of it, and gives every loop a task that installs the world and then counts what the loop
 * still has under way to draining instances. When all tasks have run, no loop can send anything to
 * an instance that the world does not offer, for a loop that had picked one before counts it; so
 * only then the version is acknowledged, with the counts summed. A snapshot that brings nothing new
 * is acknowledged the same way, and so is the moment when a loop's count reaches zero.
 */
final class Feed implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Feed.class);
  private static final Duration ROUND = Duration.ofSeconds(5);

  private final RegistryView view;
  private final List<Worker> workers;
  private final WorldBuilder builder;
  private final Thread thread =
      Thread.ofPlatform().name("gateway-feed").daemon().unstarted(this::run);
  private final CompletableFuture<Void> first = new CompletableFuture<>();
  private final Object lock = new Object();
  private @Nullable Snapshot newest;
  private boolean work;
  private boolean closed;

  Feed(RegistryView view, List<Worker> workers, WorldBuilder builder) {
    this.view = view;
    this.workers = List.copyOf(workers);
    this.builder = builder;
  }

  /** Completes when every loop has its first world. */
  CompletableFuture<Void> first() {
    return first;
  }

  void start() {
    thread.start();
    view.start(this::offer);
  }

  private void offer(Snapshot snapshot) {
    synchronized (lock) {
      newest = snapshot;
      work = true;
      lock.notifyAll();
    }
  }

  /** Something other than the registry has changed: an address, or a count that is zero now. */
  void again() {
    synchronized (lock) {
      work = true;
      lock.notifyAll();
    }
  }

  private void run() {
    try {
      for (Snapshot snapshot = next(); snapshot != null; snapshot = next()) {
        round(snapshot);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable Snapshot next() throws InterruptedException {
    synchronized (lock) {
      while (!closed && (!work || newest == null)) {
        lock.wait();
      }
      work = false;
      return closed ? null : newest;
    }
  }

  private void round(Snapshot snapshot) throws InterruptedException {
    try {
      World world = builder.build(snapshot);
      Map<InstanceKey, Integer> busy = install(world);
      view.acknowledge(world.version(), busy);
      first.complete(null);
    } catch (TimeoutException e) {
      log.warn(
          "an event loop did not take version {} within {} s; it is not acknowledged",
          snapshot.version(),
          ROUND.toSeconds());
    } catch (RejectedExecutionException e) {
      log.debug("the event loops are closed");
    } catch (RuntimeException | ExecutionException e) {
      log.error("version {} of the registry could not be applied", snapshot.version(), e);
    }
  }

  private Map<InstanceKey, Integer> install(World world)
      throws InterruptedException, TimeoutException, ExecutionException {
    List<CompletableFuture<Map<InstanceKey, Integer>>> tasks =
        workers.stream()
            .map(
                worker ->
                    CompletableFuture.supplyAsync(
                        () -> {
                          worker.install(world);
                          Map<InstanceKey, Integer> counts = new HashMap<>();
                          worker.addBusy(counts);
                          return counts;
                        },
                        worker.loop()))
            .toList();
    Map<InstanceKey, Integer> sums = new HashMap<>();
    for (CompletableFuture<Map<InstanceKey, Integer>> task : tasks) {
      task.get(ROUND.toMillis(), TimeUnit.MILLISECONDS)
          .forEach((key, count) -> sums.merge(key, count, Integer::sum));
    }
    return sums;
  }

  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
    }
  }
}
