package io.roadstead.gateway.accesslog;

import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * The access log: what each event loop puts into its ring, one thread writes to the file, twenty
 * times a second or as fast as the file takes it.
 *
 * <p>A loop never waits for the file, and never wakes the writer, which would cost more than the
 * record itself. Where the disk is slower than the requests, the rings fill up and what does not
 * fit is dropped and counted. Where it cannot be written at all, lines are dropped and counted too,
 * and it is tried again once a second.
 *
 * <p>Safe from any thread; the rings are the loops' ({@link LoopLog}).
 */
public final class AccessLog implements AutoCloseable {
  /** Hears when the file cannot be written, and when it can be again. */
  public interface Listener {
    void failed(String problem);

    void again();
  }

  private enum Order {
    REOPEN,
    CLOSE
  }

  private static final long ROUND_MILLIS = 50;
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration LAST = Duration.ofSeconds(5);

  private final AccessLogConfig config;
  private final Ticker ticker;
  private final Listener listener;
  private final List<AccessRing> rings;
  private final LogFile file;
  private final LineFormat format;
  private final byte[] record = new byte[AccessEntry.SIZE];
  private final AtomicLong written = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();
  private final BlockingQueue<Order> orders = new ArrayBlockingQueue<>(4);
  private final Thread writer =
      Thread.ofPlatform().name("gateway-access-log").daemon().unstarted(this::run);
  private boolean failing;
  private long failedNanos;

  /**
   * @param loops how many event loops have a ring
   */
  public AccessLog(AccessLogConfig config, int loops, Ticker ticker, Listener listener) {
    this.config = config;
    this.ticker = ticker;
    this.listener = listener;
    this.rings = Stream.generate(() -> new AccessRing(config.bufferBytes())).limit(loops).toList();
    this.file = new LogFile(config);
    this.format = new LineFormat(config.format(), config.query());
  }

  public AccessLogConfig config() {
    return config;
  }

  /**
   * Opens the file; nothing is written yet.
   *
   * @throws IOException where it cannot be opened
   */
  public void open() throws IOException {
    var _ = file.open();
  }

  /** Writes what is in the rings, and what comes, until it is closed. */
  public void start() {
    writer.start();
  }

  /** Where a loop puts its records. */
  AccessRing ring(int loop) {
    return rings.get(loop);
  }

  /** How many lines have been written. */
  public long written() {
    return written.get();
  }

  /** How many lines are missing: they did not fit, or the file could not be written. */
  public long dropped() {
    return lost.get() + rings.stream().mapToLong(AccessRing::dropped).sum();
  }

  /** Opens the file anew, for one that has been renamed. */
  public void reopen() {
    // Where there is no room, that is what the writer is about to do.
    var _ = orders.offer(Order.REOPEN);
  }

  private void run() {
    boolean last = false;
    while (!last) {
      // What was put in before the end is still written.
      last = awaitRound();
      drain();
    }
    try {
      file.close();
    } catch (IOException e) {
      failed(e);
    }
  }

  /** Waits for the next round; true where it is the last. */
  private boolean awaitRound() {
    try {
      Order order = orders.poll(ROUND_MILLIS, TimeUnit.MILLISECONDS);
      if (order == Order.REOPEN) {
        closeFile();
      }
      return order == Order.CLOSE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void closeFile() {
    try {
      file.close();
    } catch (IOException e) {
      failed(e);
    }
  }

  private void drain() {
    boolean any = true;
    while (any) {
      any = false;
      for (AccessRing ring : rings) {
        // A part of each in turn, so that one busy loop keeps no other's ring full.
        for (int i = 0; i < 256 && ring.poll(record) >= 0; i++) {
          any = true;
          write();
        }
      }
    }
    try {
      file.flush();
    } catch (IOException e) {
      failed(e);
      closeFile();
    }
  }

  private void write() {
    if (failing && ticker.nanos() - failedNanos < RETRY.toNanos()) {
      lost.incrementAndGet();
      return;
    }
    try {
      format.line(record);
      file.append(format.bytes(), format.length());
      written.incrementAndGet();
      if (failing) {
        file.flush();
        failing = false;
        listener.again();
      }
    } catch (IOException e) {
      lost.incrementAndGet();
      failed(e);
      closeFile();
    }
  }

  private void failed(IOException e) {
    failedNanos = ticker.nanos();
    if (!failing) {
      failing = true;
      listener.failed(
          "the access log "
              + config.place()
              + " cannot be written ("
              + e.getMessage()
              + "): its lines are dropped and counted, and it is tried again every second");
    }
  }

  /** Writes what is there, and ends; 5 s at most. */
  @Override
  public void close() {
    try {
      if (orders.offer(Order.CLOSE, LAST.toMillis(), TimeUnit.MILLISECONDS)) {
        writer.join(LAST);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
