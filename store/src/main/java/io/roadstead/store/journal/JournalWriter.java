package io.roadstead.store.journal;

import io.roadstead.registry.AttachmentForm;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Remembered;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes the files of a journal. Confined to one thread.
 *
 * <p>A generation begins with an empty log, to which all changes go from then on. Then the state is
 * written beside it as a snapshot, a slice at a time, with changes going to the log in between; it
 * gets its name when it is whole and on the disk. Only after that are older files deleted, and the
 * generation before is kept as well: where the newest snapshot is found damaged, the one before and
 * both logs lead to the same state.
 */
final class JournalWriter {
  private static final int SLICE = 512;
  private static final int FRAME_BYTES = 64 << 10;
  private static final long FORCED_EVERY_BYTES = 8L << 20;
  private static final int SET_ASIDE = 3;
  private static final String PART = ".part";
  static final String DAMAGED = ".damaged-at-";

  private final Disk disk;
  private final Entries.Writing frame;
  private final Registry registry;

  /**
   * How many times as long as the snapshot a log may grow: of four entries that are written where
   * instances register again and again, one is then of a snapshot.
   */
  private static final int LONGEST_LOG = 3;

  private final long smallestLog;
  private final List<Reading.Fault> damaged;

  private long generation;
  private long snapshotGeneration;
  private Disk.@Nullable Appending log;
  private long logBytes;
  private boolean logUsed;
  private @Nullable Slices slices;
  private long snapshotBytes;

  private static final class Slices {
    final Iterator<InstanceKey> left;
    final Disk.Appending part;
    long bytes;
    long forced;
    int entries;

    Slices(Set<InstanceKey> keys, Disk.Appending part) {
      this.left = keys.iterator();
      this.part = part;
    }
  }

  /**
   * @param before what was found, whose damaged files are set aside once all is written anew
   * @param smallestLog up to this many bytes a log is never too long
   */
  JournalWriter(
      Disk disk, AttachmentForm attachments, Registry registry, Reading before, long smallestLog) {
    this.disk = disk;
    this.frame = new Entries(attachments).new Writing();
    this.registry = registry;
    this.generation = before.newest();
    this.snapshotGeneration = before.base();
    this.damaged = new ArrayList<>(before.faults().stream().filter(f -> !f.torn()).toList());
    this.smallestLog = smallestLog;
  }

  /** Begins a generation. What was under way of another is dropped. */
  void begin() throws IOException {
    abandon();
    generation++;
    logUsed = false;
    Disk.Appending newLog = disk.create(new Generation(generation, false).toString());
    log = newLog;
    byte[] header = Frames.frame(Entries.header());
    newLog.append(header);
    newLog.force();
    disk.force();
    logBytes = header.length;
    Disk.Appending part = disk.create(new Generation(generation, true) + PART);
    Slices begun = new Slices(registry.rememberedKeys(), part);
    slices = begun;
    part.append(header);
    begun.bytes = header.length;
  }

  /** Whether a snapshot is being written. */
  boolean snapshotting() {
    return slices != null;
  }

  /** Whether the log has grown so long that a new generation is due. */
  boolean due() {
    return slices == null && logBytes > Math.max(smallestLog, snapshotBytes * LONGEST_LOG);
  }

  /** Writes the state of these instances; when it returns, it is on the disk. */
  void write(Collection<InstanceKey> keys) throws IOException {
    Disk.Appending to = log;
    if (to == null) {
      throw new IllegalStateException("no generation has begun");
    }
    logUsed = true;
    List<InstanceKey> all = List.copyOf(keys);
    for (int from = 0; from < all.size(); from += SLICE) {
      logBytes += append(to, all.subList(from, Math.min(all.size(), from + SLICE)), true);
    }
    to.force();
  }

  /** Writes the next slice of the snapshot; the last one gives it its name. */
  void slice() throws IOException {
    Slices now = slices;
    if (now == null) {
      return;
    }
    List<InstanceKey> keys = new ArrayList<>(SLICE);
    while (keys.size() < SLICE && now.left.hasNext()) {
      keys.add(now.left.next());
    }
    now.bytes += append(now.part, keys, false);
    now.entries += keys.size();
    if (now.bytes - now.forced > FORCED_EVERY_BYTES) {
      now.part.force(); // a little each time: one long wait would hold the log's records up
      now.forced = now.bytes;
    }
    if (!now.left.hasNext()) {
      now.part.append(Frames.frame(Entries.end(now.entries)));
      now.part.force();
      now.part.close();
      Generation whole = new Generation(generation, true);
      disk.rename(whole + PART, whole.toString());
      disk.force();
      snapshotBytes = now.bytes;
      slices = null;
      long before = snapshotGeneration;
      snapshotGeneration = generation;
      tidy(before == 0 ? generation : before);
    }
  }

  private long append(Disk.Appending to, List<InstanceKey> keys, boolean withGone)
      throws IOException {
    Map<InstanceKey, Remembered> found = HashMap.newHashMap(keys.size());
    registry.remembered(keys).forEach(one -> found.put(one.key(), one));
    frame.clear();
    long bytes = 0;
    for (InstanceKey key : keys) {
      Remembered one = found.get(key);
      if (one != null) {
        frame.add(one);
      } else if (withGone) {
        frame.gone(key);
      }
      if (frame.size() >= FRAME_BYTES) {
        bytes += appendFrame(to);
      }
    }
    return frame.size() > 1 ? bytes + appendFrame(to) : bytes;
  }

  private long appendFrame(Disk.Appending to) throws IOException {
    byte[] bytes = Frames.frame(frame.payload());
    frame.clear();
    to.append(bytes);
    return bytes.length;
  }

  /** Lets go of what was being written, in whatever state that is. */
  void abandon() {
    Disk.Appending open = log;
    log = null;
    close(open);
    Slices unfinished = slices;
    slices = null;
    if (unfinished != null) {
      close(unfinished.part);
      delete(new Generation(generation, true) + PART);
    }
  }

  /** The same after a failure: a log without records goes too, for there may be many tries. */
  void giveUp() {
    abandon();
    if (!logUsed && snapshotGeneration != generation) {
      delete(new Generation(generation, false).toString());
    }
  }

  private static void close(Disk.@Nullable Appending file) {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException _) {
      // what counts has been forced, or its failure was told
    }
  }

  /** All is on the disk anew: what is older than the generation before has no use any more. */
  private void tidy(long oldestKept) {
    try {
      for (Reading.Fault fault : damaged) {
        String name = fault.file().toString();
        if (disk.list().contains(name)) {
          disk.rename(name, name + DAMAGED + fault.at());
        }
      }
      damaged.clear();
      List<String> aside = new ArrayList<>();
      for (String name : disk.list()) {
        Generation file = Generation.of(name);
        boolean old = file != null && file.number() < oldestKept;
        boolean unfinished = name.endsWith(PART);
        if (old || unfinished) {
          disk.delete(name);
        } else if (name.contains(DAMAGED)) {
          aside.add(name);
        }
      }
      aside.sort((a, b) -> Long.compare(number(a), number(b)));
      for (int i = 0; i < aside.size() - SET_ASIDE; i++) {
        disk.delete(aside.get(i));
      }
    } catch (IOException _) {
      // tried again with the next generation; what is left over is never read
    }
  }

  private static long number(String setAside) {
    Generation file = Generation.of(setAside.substring(0, setAside.indexOf(DAMAGED)));
    return file == null ? 0 : file.number();
  }

  private void delete(String name) {
    try {
      disk.delete(name);
    } catch (IOException _) {
      // the next generation deletes it
    }
  }
}
