package io.roadstead.control.event;

import io.roadstead.registry.event.Event;
import io.roadstead.registry.event.EventSink;
import io.roadstead.rollout.StateNotKept;
import io.roadstead.rollout.StateStore;
import io.roadstead.rollout.StateStore.StoredEvent;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of what happened: the newest events in memory, all that the store keeps on disk.
 *
 * <p>{@link #accept} only puts the event into a bounded queue; one thread, {@code event-log}, takes
 * it out, appends it to the store, which gives it its number, puts it into the ring and tells the
 * listeners. When the queue is full the event is dropped and counted, and one event says so when
 * there is room again. When the store fails, numbers go on from the last, in memory only.
 *
 * <p>Safe from any thread. The ring is guarded by one lock.
 */
public final class EventLog implements EventSink, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EventLog.class);
  private static final int RING = 1000;
  private static final int QUEUE = 10_000;
  private static final int PAGE = 1000;
  private static final long CLOSE_MILLIS = 5_000;

  /** Lets the writer see that it is to end. */
  private static final Event WAKE = new Event(Instant.EPOCH, "", "", "", "", "", Map.of());

  /** A listener's registration; closing it ends the calls. */
  public interface Listening extends AutoCloseable {
    @Override
    void close();
  }

  private final StateStore store;
  private final BlockingQueue<Event> queue = new ArrayBlockingQueue<>(QUEUE);
  private final AtomicLong dropped = new AtomicLong();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<StoredEvent> ring = new ArrayDeque<>();
  private long last;
  private volatile boolean open = true;
  private boolean storeFails;
  private @Nullable Thread thread;

  public EventLog(StateStore store) {
    this.store = store;
  }

  /** Reads the newest kept events and begins to write. What was accepted before is not lost. */
  public void start() {
    long after = 0;
    List<StoredEvent> page;
    do {
      page = store.events(after, PAGE);
      for (StoredEvent event : page) {
        keep(event);
        after = event.number();
      }
    } while (page.size() == PAGE);
    thread = Thread.ofPlatform().name("event-log").daemon(true).start(this::write);
  }

  @Override
  public void accept(Event event) {
    if (!queue.offer(event)) {
      dropped.incrementAndGet();
    }
  }

  /**
   * The newest kept events after number {@code after}, oldest first.
   *
   * @param limit at most so many, the newest of them
   */
  public List<StoredEvent> since(long after, int limit) {
    lock.lock();
    try {
      List<StoredEvent> found = new ArrayList<>();
      for (var newest = ring.descendingIterator(); newest.hasNext() && found.size() < limit; ) {
        StoredEvent event = newest.next();
        if (event.number() <= after) {
          break;
        }
        found.add(event);
      }
      return found.reversed();
    } finally {
      lock.unlock();
    }
  }

  /** The number of the newest event, 0 where there is none. */
  public long last() {
    lock.lock();
    try {
      return last;
    } finally {
      lock.unlock();
    }
  }

  /** Calls back on the log's thread after new events; must not block. */
  public Listening listen(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Writes what is queued, for at most 5 s, and ends. */
  @Override
  public void close() {
    open = false;
    Thread writer = thread;
    if (writer == null) {
      return;
    }
    queue.offer(WAKE); // full: the writer is awake
    try {
      writer.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write() {
    try {
      while (open || !queue.isEmpty()) {
        Event event = queue.take();
        if (!event.equals(WAKE)) {
          write(event);
        }
      }
    } catch (InterruptedException e) {
      log.warn("the event log was interrupted and ends; {} events are lost", queue.size());
    }
  }

  private void write(Event event) {
    append(event);
    long lost = queue.isEmpty() ? dropped.getAndSet(0) : 0;
    if (lost > 0) {
      append(
          new Event(
              event.at(),
              "events.dropped",
              "",
              "",
              "",
              lost + " events came faster than they could be written, and are not in the log",
              Map.of("count", lost)));
    }
    for (Runnable listener : listeners) {
      try {
        listener.run();
      } catch (RuntimeException e) {
        log.warn("a listener of the event log failed", e);
      }
    }
  }

  private void append(Event event) {
    long number;
    try {
      number = store.append(event);
      storeFails = false;
    } catch (RuntimeException e) {
      if (!storeFails) {
        String what = "events cannot be written to the data directory; they are in memory only";
        if (e instanceof StateNotKept) {
          log.warn("{}: {}", what, e.getMessage());
        } else {
          log.warn(what, e);
        }
      }
      storeFails = true;
      number = last() + 1;
    }
    keep(new StoredEvent(number, event));
  }

  private void keep(StoredEvent event) {
    lock.lock();
    try {
      if (ring.size() == RING) {
        ring.removeFirst();
      }
      ring.addLast(event);
      last = event.number();
    } finally {
      lock.unlock();
    }
  }
}
