package io.roadstead.gateway;

import io.roadstead.gateway.accesslog.AccessLog;
import io.roadstead.gateway.accesslog.AccessLogConfig;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Which access log a gateway writes, if any, while it runs: it can be turned on and off, and be
 * changed, without a restart. Safe from any thread but the loops.
 */
final class AccessLogging {
  private static final int LOOP_SECONDS = 5;

  private final Ticker ticker;
  private final BiConsumer<String, String> events;
  private List<Worker> workers = List.of();
  private @Nullable AccessLog log;
  private long writtenBefore;
  private long droppedBefore;

  /**
   * @param events takes the kind and the message of what happens to the log
   */
  AccessLogging(Ticker ticker, BiConsumer<String, String> events) {
    this.ticker = ticker;
    this.events = events;
  }

  /** The loops are there now. */
  synchronized void start(List<Worker> all) {
    workers = List.copyOf(all);
  }

  /**
   * Writes this one from now on; what was under way to the one before is still written there. The
   * same as before is opened anew.
   *
   * @throws IOException where it cannot be opened; then the one before goes on
   */
  synchronized void change(Optional<AccessLogConfig> wanted) throws IOException {
    AccessLog before = log;
    if (before != null && wanted.filter(before.config()::equals).isPresent()) {
      before.reopen();
      return;
    }
    AccessLog next = wanted.isPresent() ? opened(wanted.get()) : null;
    log = next;
    install(next);
    if (before != null) {
      before.close();
      writtenBefore += before.written();
      droppedBefore += before.dropped();
    }
    if (next != null) {
      next.start();
    }
  }

  private AccessLog opened(AccessLogConfig config) throws IOException {
    AccessLog.Listener listener =
        new AccessLog.Listener() {
          @Override
          public void failed(String problem) {
            events.accept("gateway.access-log-failed", problem);
          }

          @Override
          public void again() {
            events.accept(
                "gateway.access-log-again",
                "the access log " + config.place() + " can be written again");
          }
        };
    AccessLog made = new AccessLog(config, workers.size(), ticker, listener);
    made.open();
    return made;
  }

  /** Returns when no loop puts anything into the log before. */
  private void install(@Nullable AccessLog next) {
    CompletableFuture<?>[] tasks = new CompletableFuture<?>[workers.size()];
    for (int i = 0; i < tasks.length; i++) {
      Worker worker = workers.get(i);
      int loop = i;
      tasks[i] = CompletableFuture.runAsync(() -> worker.accessLog().to(next, loop), worker.loop());
    }
    try {
      CompletableFuture.allOf(tasks).get(LOOP_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      throw new IllegalStateException("an event loop of the gateway does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  synchronized void addTo(StatsSum sum) {
    AccessLog now = log;
    sum.count("access_log_lines", "", "", writtenBefore + (now == null ? 0 : now.written()));
    sum.count("access_log_dropped", "", "", droppedBefore + (now == null ? 0 : now.dropped()));
  }

  /** The loops have ended: what they said last is written. */
  synchronized void close() {
    AccessLog last = log;
    log = null;
    if (last != null) {
      last.close();
    }
  }
}
