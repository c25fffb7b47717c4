package io.roadstead.runtime.process;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the log files of running instances: one that has grown too large is copied to {@code
 * ID.log.1}, in the place of the one before, and cut. An instance holds its file open, so it cannot
 * be given another; but it appends, wherever the end is, so after the cut it goes on at the
 * beginning. That works for instances that were taken over just as well. What is written between
 * the last byte copied and the cut, some microseconds later, is lost.
 *
 * <p>One thread, begun with {@link #start}. Readers need no lock: the copy is in its place before
 * the cut.
 */
final class LogRotation implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LogRotation.class);
  private static final long LOOK_MILLIS = 1_000;
  private static final int COPIED_WHOLE = 4;

  private final long maxBytes;
  private final Supplier<List<Path>> files;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicBoolean started = new AtomicBoolean();
  private boolean failing;

  /**
   * @param maxBytes of one file; twice as much is kept of an instance
   * @param files those of the instances that run
   */
  LogRotation(long maxBytes, Supplier<List<Path>> files) {
    this.maxBytes = maxBytes;
    this.files = files;
  }

  /** Where the part before is kept. */
  static Path previous(Path file) {
    return file.resolveSibling(file.getFileName() + ".1");
  }

  /** Begins to look; further calls do nothing. */
  void start() {
    if (started.compareAndSet(false, true)) {
      Thread.ofVirtual().name("log-rotation").start(this::look);
    }
  }

  /** Looks at all once. */
  void rotate() {
    for (Path file : files.get()) {
      try {
        if (Files.exists(file) && Files.size(file) > maxBytes) {
          rotate(file);
        }
        failing = false;
      } catch (IOException e) {
        if (!failing) {
          failing = true;
          log.warn("the log {} grows beyond {} bytes: {}", file, maxBytes, e.getMessage());
        }
      }
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }

  private void look() {
    try {
      while (!closed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        rotate();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void rotate(Path file) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".1.new");
    try (var from = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        var to =
            FileChannel.open(
                next,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
      // What grew while no platform was there may be of any size.
      long at = from.size() > COPIED_WHOLE * maxBytes ? from.size() - maxBytes : 0;
      at = copy(from, at, to);
      Files.move(
          next,
          previous(file),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      long _ = copy(from, at, to);
      from.truncate(0);
    } finally {
      Files.deleteIfExists(next);
    }
  }

  /** Copies all that there is from there on; where it has come to. */
  private static long copy(FileChannel from, long start, FileChannel to) throws IOException {
    long at = start;
    while (at < from.size()) {
      long copied = from.transferTo(at, from.size() - at, to);
      if (copied <= 0) {
        throw new IOException("it could not be copied");
      }
      at += copied;
    }
    return at;
  }
}
