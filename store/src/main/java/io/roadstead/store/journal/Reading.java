package io.roadstead.store.journal;

import io.roadstead.registry.AttachmentForm;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Remembered;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a folder says: the state that it leads to, and what is wrong with it. Changes nothing.
 *
 * <p>It begins with the newest snapshot that is sound and goes on with every file of a later
 * generation in order, a damaged snapshot's good entries among them: an entry is the whole state of
 * one instance at its time, so the last one counts, whatever came before.
 *
 * @param remembered the state; an instance once
 * @param faults what was left out
 * @param newest the highest generation of which there is a file; 0 where there is none
 * @param base the generation of the snapshot that it begins with; 0 where there is none
 */
record Reading(
    List<Remembered> remembered,
    List<Fault> faults,
    long newest,
    long base,
    int unreadable,
    long bytes) {
  Reading {
    remembered = List.copyOf(remembered);
    faults = List.copyOf(faults);
  }

  /**
   * What is wrong with a file.
   *
   * @param torn only its end is missing: it was being written when its process ended
   */
  record Fault(Generation file, int at, int bytes, boolean torn, String reason) {}

  private static final class File {
    final List<ByteBuffer> payloads = new ArrayList<>();
    final List<Fault> faults = new ArrayList<>();

    boolean sound() {
      return faults.isEmpty();
    }
  }

  static Reading of(Disk disk, AttachmentForm attachments) throws IOException {
    List<Generation> files = new ArrayList<>();
    for (String name : disk.list()) {
      Generation file = Generation.of(name);
      if (file != null) {
        files.add(file);
      }
    }
    files.sort(Comparator.comparingLong(Generation::number));
    Map<Generation, File> read = new HashMap<>();
    long bytes = 0;
    long base = 0;
    for (Generation file : files.reversed()) {
      if (file.snapshot() && base == 0) {
        File snapshot = read(disk, file);
        read.put(file, snapshot);
        if (snapshot.sound()) {
          base = file.number();
        }
      }
    }
    Map<InstanceKey, Remembered> state = new LinkedHashMap<>();
    List<Fault> faults = new ArrayList<>();
    Entries entries = new Entries(attachments);
    for (Generation name : inOrder(files, base)) {
      File file = read.remove(name);
      file = file == null ? read(disk, name) : file;
      faults.addAll(file.faults);
      for (ByteBuffer payload : file.payloads) {
        bytes += payload.remaining();
        entries.read(payload, (key, one) -> put(state, key, one));
      }
    }
    return new Reading(
        List.copyOf(state.values()),
        faults,
        files.isEmpty() ? 0 : files.getLast().number(),
        base,
        entries.unreadable(),
        bytes);
  }

  /** By generation, and in each the snapshot first: its log began before it was made. */
  private static List<Generation> inOrder(List<Generation> files, long base) {
    Map<Long, List<Generation>> byNumber = new TreeMap<>();
    for (Generation file : files) {
      if (file.number() >= base) {
        byNumber.computeIfAbsent(file.number(), _ -> new ArrayList<>()).add(file);
      }
    }
    List<Generation> ordered = new ArrayList<>();
    for (List<Generation> two : byNumber.values()) {
      two.sort(Comparator.comparing(Generation::snapshot).reversed());
      ordered.addAll(two);
    }
    return ordered;
  }

  private static void put(
      Map<InstanceKey, Remembered> state, InstanceKey key, @Nullable Remembered one) {
    state.remove(key);
    if (one != null) {
      state.put(key, one);
    }
  }

  private static File read(Disk disk, Generation name) {
    File file = new File();
    byte[] bytes;
    try {
      bytes = disk.read(name.toString());
    } catch (IOException | OutOfMemoryError e) {
      file.faults.add(new Fault(name, 0, 0, false, "it cannot be read: " + e.getMessage()));
      return file;
    }
    Frames.Content content = Frames.read(bytes);
    for (Frames.Bad bad : content.bad()) {
      boolean torn = bad.tail() && !name.snapshot();
      file.faults.add(
          new Fault(
              name,
              bad.at(),
              bad.bytes(),
              torn,
              torn ? "its last record is not whole" : "a checksum does not fit"));
    }
    List<ByteBuffer> payloads = content.payloads();
    ByteBuffer first = payloads.isEmpty() ? null : payloads.getFirst();
    boolean header = first != null && first.hasRemaining() && first.get(0) == Entries.HEADER;
    if (first != null && header && !Entries.known(first)) {
      file.faults.add(
          new Fault(name, 0, bytes.length, false, "it was written by another Roadstead"));
      return file;
    }
    file.payloads.addAll(payloads);
    if (name.snapshot() && file.sound() && !ended(payloads)) {
      file.faults.add(new Fault(name, bytes.length, 0, false, "its end is missing"));
    }
    return file;
  }

  private static boolean ended(List<ByteBuffer> payloads) {
    ByteBuffer last = payloads.isEmpty() ? null : payloads.getLast();
    return last != null && last.hasRemaining() && last.get(0) == Entries.END;
  }
}
