package io.roadstead.store.journal;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A folder in memory that knows what of it would outlive a loss of power: the forced part of each
 * file, and the names as they were when the folder was last forced. Each operation can be the last.
 */
final class MemoryDisk implements Disk {
  private static final class File {
    byte[] bytes = new byte[0];
    int forced;
  }

  private final Map<String, File> files = new TreeMap<>();
  private Map<String, File> forcedNames = new TreeMap<>();
  volatile Runnable beforeEach = () -> {};
  volatile long room = Long.MAX_VALUE;

  private void operation() {
    beforeEach.run();
  }

  // Another thread may look at it at any time; only what it does before each operation may block.

  /** What a process finds that starts after this one was killed: all that was handed over. */
  synchronized MemoryDisk afterKill() {
    MemoryDisk other = new MemoryDisk();
    files.forEach((name, file) -> other.put(name, file.bytes));
    return other;
  }

  /**
   * What a process may find after a loss of power: names of the last forced folder or of now, and
   * of each file its forced part and some of what came after.
   */
  synchronized MemoryDisk afterPowerLoss(RandomGenerator random) {
    MemoryDisk other = new MemoryDisk();
    Map<String, File> names = random.nextBoolean() ? files : forcedNames;
    names.forEach(
        (name, file) -> {
          int more = file.bytes.length - file.forced;
          int kept = file.forced + (more == 0 ? 0 : random.nextInt(more + 1));
          other.put(name, Arrays.copyOf(file.bytes, kept));
        });
    return other;
  }

  synchronized void put(String name, byte[] bytes) {
    File file = new File();
    file.bytes = bytes.clone();
    file.forced = bytes.length;
    files.put(name, file);
    forcedNames.put(name, file);
  }

  synchronized byte[] bytes(String name) {
    return Objects.requireNonNull(files.get(name), name).bytes;
  }

  @Override
  public synchronized List<String> list() {
    return List.copyOf(files.keySet());
  }

  @Override
  public synchronized byte[] read(String name) throws IOException {
    return existing(name).bytes.clone();
  }

  @Override
  public Appending create(String name) throws IOException {
    operation();
    need(0);
    File file = new File();
    synchronized (this) {
      files.put(name, file);
    }
    return new Appending() {
      @Override
      public void append(byte[] bytes) throws IOException {
        operation();
        need(bytes.length - lengthen(file, bytes));
      }

      @Override
      public void force() {
        operation();
        file.forced = file.bytes.length;
      }

      @Override
      public void close() {}
    };
  }

  private synchronized int lengthen(File file, byte[] bytes) {
    int fits = (int) Math.min(bytes.length, Math.max(0, room));
    byte[] longer = Arrays.copyOf(file.bytes, file.bytes.length + fits);
    System.arraycopy(bytes, 0, longer, file.bytes.length, fits);
    file.bytes = longer;
    room -= fits;
    return fits;
  }

  private void need(int bytes) throws IOException {
    if (bytes > room || room <= 0) {
      throw new FileSystemException("memory", null, "No space left on device");
    }
  }

  @Override
  public void rename(String from, String to) throws IOException {
    operation();
    synchronized (this) {
      files.put(to, existing(from));
      files.remove(from);
    }
  }

  @Override
  public void delete(String name) {
    operation();
    synchronized (this) {
      File gone = files.remove(name);
      room += gone == null || room == Long.MAX_VALUE ? 0 : gone.bytes.length;
    }
  }

  @Override
  public void force() {
    operation();
    synchronized (this) {
      forcedNames = new TreeMap<>(files);
    }
  }

  private synchronized File existing(String name) throws IOException {
    @Nullable File file = files.get(name);
    if (file == null) {
      throw new NoSuchFileException(name);
    }
    return file;
  }
}
