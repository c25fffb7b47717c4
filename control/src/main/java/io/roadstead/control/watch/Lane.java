package io.roadstead.control.watch;

import io.roadstead.registry.Cursor;
import io.roadstead.registry.Registry;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streams that are told in rounds: a round tells all of them of all that has changed since the one
 * before, and while it is under way what changes waits for the next. So a change is encoded once,
 * and written to each stream once, however fast they come. Confined to the event loop.
 */
final class Lane {
  private static final Logger log = LoggerFactory.getLogger(Lane.class);

  private final Registry registry;
  private final Frames frames;
  private final CatchUp slow;
  private final Executor later;
  private final Set<WatchStream> streams = new LinkedHashSet<>();
  private @Nullable List<WatchStream> all;
  private long at;
  private boolean telling;

  /**
   * @param slow has those that could not be told
   * @param later runs a task on the event loop, after what has come from the network meanwhile
   */
  Lane(Registry registry, Frames frames, CatchUp slow, Executor later) {
    this.registry = registry;
    this.frames = frames;
    this.slow = slow;
    this.later = later;
    this.at = registry.snapshot().version().n();
  }

  int size() {
    return streams.size();
  }

  void add(WatchStream stream) {
    streams.add(stream);
    all = null;
  }

  void remove(WatchStream stream) {
    if (streams.remove(stream)) {
      all = null;
    }
  }

  /** Those that are in it now, for a walk. */
  List<WatchStream> all() {
    List<WatchStream> now = all;
    if (now == null) {
      now = List.copyOf(streams);
      all = now;
    }
    return now;
  }

  /** Begins a round, where there is news and none is under way. */
  void advance() {
    if (telling) {
      return;
    }
    if (streams.isEmpty()) {
      at = registry.snapshot().version().n();
      return;
    }
    Cursor now = registry.snapshot().version();
    Optional<Registry.Batch> batch = registry.changesSince(new Cursor(now.epoch(), at));
    if (batch.isEmpty()) {
      // So much has changed since that the log has forgotten some of it.
      at = now.n();
      for (WatchStream stream : all()) {
        slow.add(stream);
      }
      return;
    }
    ChangeFrames changes = new ChangeFrames(batch.get(), frames);
    if (changes.size() == 0) {
      return;
    }
    telling = true;
    at = changes.to();
    new Walk<>(all(), stream -> tell(stream, changes), () -> told(changes), later).go();
  }

  private void tell(WatchStream stream, ChangeFrames changes) {
    try {
      if (!stream.changes(changes)) {
        slow.add(stream);
      }
    } catch (RuntimeException e) {
      // One that cannot be told must not keep the others from hearing.
      log.warn("a watch stream at version {} could not be told, and is ended", stream.at(), e);
      stream.cut();
    }
  }

  private void told(ChangeFrames changes) {
    changes.release();
    telling = false;
    if (registry.snapshot().version().n() != at) {
      later.execute(this::advance);
    }
  }
}
