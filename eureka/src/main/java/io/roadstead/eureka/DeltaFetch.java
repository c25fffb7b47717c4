package io.roadstead.eureka;

import io.roadstead.registry.Change;
import io.roadstead.registry.Instance;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Registry.Batch;
import io.roadstead.registry.Snapshot;
import io.roadstead.registry.Ticker;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The answer to {@code GET apps/delta}: what has changed in the last three minutes, each instance
 * once and as it is now (or was, when it is gone), with the hash code of the whole registry at the
 * same version.
 *
 * <p>The registry's batches arrive a moment after its snapshot has changed. Who asks in that moment
 * pulls the missing changes first, so a delta is never older than what the same client could have
 * fetched in full. A batch that repeats known changes is harmless: it ends in the same state,
 * because later entries replace earlier ones.
 *
 * <p>Thread-safe: everything is under this object's lock, and what takes the registry's own lock is
 * never called with it held.
 */
final class DeltaFetch implements AutoCloseable {
  private static final long RETENTION_NANOS = Duration.ofMinutes(3).toNanos();

  /** Beyond this the oldest go early; who missed them sees it by the hash code and fetches all. */
  private static final int MAX_ENTRIES = 20_000;

  /**
   * @param removedAtMillis 0 for what is there
   */
  private record Entry(Instance instance, long removedAtMillis, long atNanos) {
    boolean removed() {
      return removedAtMillis > 0;
    }
  }

  private final Registry registry;
  private final InstanceWriter writer;
  private final OwnWord ownWord;
  private final InstantSource wall;
  private final Ticker ticker;

  /** The oldest first. */
  private final LinkedHashMap<InstanceKey, Entry> entries = new LinkedHashMap<>();

  private Map<String, Chunks<Entry>> present = Map.of();
  private Map<String, Chunks<Entry>> gone = Map.of();
  private Snapshot applied;
  private @Nullable Applications newest;
  private Registry.@Nullable Listening listening;

  DeltaFetch(Registry registry, InstanceWriter writer, InstantSource wall, Ticker ticker) {
    this.registry = registry;
    this.writer = writer;
    this.ownWord = new OwnWord(registry);
    this.wall = wall;
    this.ticker = ticker;
    this.applied = registry.snapshot();
  }

  void start() {
    Registry.Listening started = registry.listen(this::apply);
    synchronized (this) {
      listening = started;
    }
  }

  @Override
  public void close() {
    Registry.Listening started;
    synchronized (this) {
      started = listening;
      listening = null;
    }
    if (started != null) {
      started.close();
    }
  }

  /**
   * @param reader the instance that asks, where it is known
   */
  Applications now(@Nullable InstanceKey reader) {
    Snapshot current = registry.snapshot();
    Snapshot known = applied();
    if (!known.version().covers(current.version())) {
      registry.changesSince(known.version()).ifPresentOrElse(this::apply, () -> restart(current));
    }
    return build(reader);
  }

  private synchronized Snapshot applied() {
    return applied;
  }

  /** Too far behind to follow: the hash code sends every client to a full fetch. */
  private synchronized void restart(Snapshot current) {
    entries.clear();
    applied = current;
    newest = null;
  }

  private void apply(Batch batch) {
    List<Entry> fresh = new ArrayList<>(batch.changes().size());
    for (Change change : batch.changes()) {
      switch (change) {
        case Change.Put put -> fresh.add(entry(put.instance(), false));
        case Change.Remove remove -> fresh.add(entry(remove.last(), true));
        case Change.Facts _, Change.Shares _ -> {}
      }
    }
    synchronized (this) {
      boolean follows = applied.version().covers(batch.from());
      if (!follows || applied.version().covers(batch.after().version())) {
        return;
      }
      for (Entry entry : fresh) {
        entries.putLast(entry.instance().key(), entry);
      }
      applied = batch.after();
      newest = null;
      dropOld();
    }
  }

  private Entry entry(Instance instance, boolean removed) {
    return new Entry(instance, removed ? Math.max(1, wall.millis()) : 0, ticker.nanos());
  }

  private synchronized Applications build(@Nullable InstanceKey reader) {
    Applications shared = shared();
    Instance own = ownWord.of(reader, applied);
    return own == null ? shared : writtenFor(own);
  }

  private Applications shared() {
    dropOld();
    Applications known = newest;
    if (known == null) {
      known = written();
      newest = known;
    }
    return known;
  }

  private void dropOld() {
    long now = ticker.nanos();
    Iterator<Entry> oldestFirst = entries.values().iterator();
    while (oldestFirst.hasNext()) {
      Entry oldest = oldestFirst.next();
      if (entries.size() <= MAX_ENTRIES && now - oldest.atNanos() <= RETENTION_NANOS) {
        return;
      }
      oldestFirst.remove();
      newest = null;
    }
  }

  /**
   * What is gone stands in elements of its own, after those of what is there: a Java client that
   * does not know an application yet adopts the whole element that it meets first, gone instances
   * and all (Netflix/eureka#1528).
   */
  private Applications written() {
    present = chunks(false, present);
    gone = chunks(true, gone);
    return joined(present, null);
  }

  /** After the shared one was written: its chunks, but for the one that the reader is in. */
  private Applications writtenFor(Instance own) {
    Map<String, Chunks<Entry>> seen = new TreeMap<>(present);
    Entry entry = entries.get(own.key());
    if (entry != null && !entry.removed()) {
      List<Entry> members = new ArrayList<>();
      for (Entry one : entries.values()) {
        if (!one.removed() && one.instance().service().equals(own.service())) {
          members.add(one.equals(entry) ? new Entry(own, 0, entry.atNanos()) : one);
        }
      }
      seen.put(own.service(), chunks(members, present.get(own.service())));
    }
    return joined(seen, own);
  }

  private Applications joined(Map<String, Chunks<Entry>> there, @Nullable Instance own) {
    Applications.Builder answer = new Applications.Builder();
    there.forEach(answer::add);
    gone.forEach(answer::add);
    return answer.build(
        applied.version(), Containers.HashCode.of(applied.services().values(), own));
  }

  private Map<String, Chunks<Entry>> chunks(boolean removed, Map<String, Chunks<Entry>> before) {
    Map<String, List<Entry>> byService = new TreeMap<>();
    for (Entry entry : entries.values()) {
      if (entry.removed() == removed) {
        byService.computeIfAbsent(entry.instance().service(), _ -> new ArrayList<>()).add(entry);
      }
    }
    Map<String, Chunks<Entry>> chunks = new TreeMap<>();
    byService.forEach(
        (service, members) -> chunks.put(service, chunks(members, before.get(service))));
    return chunks;
  }

  private Chunks<Entry> chunks(List<Entry> members, @Nullable Chunks<Entry> before) {
    return Chunks.of(members, entry -> entry.instance().id(), this::write, before);
  }

  private byte[] write(Entry entry, Form form) {
    Instance instance = entry.instance();
    return writer.write(
        form,
        Containers.DEPTH_IN_APPLICATIONS,
        instance,
        registry.lease(instance.key()).orElse(null),
        entry.removedAtMillis());
  }
}
