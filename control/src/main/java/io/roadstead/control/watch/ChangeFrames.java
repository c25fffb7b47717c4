package io.roadstead.control.watch;

import io.roadstead.control.http.Frame;
import io.roadstead.control.wire.RegistryJson;
import io.roadstead.registry.Change;
import io.roadstead.registry.Registry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The changes that lead to one version as they go over the wire: encoded once for all that stand at
 * the same place before it and want the same services. Confined to the event loop.
 */
final class ChangeFrames {
  /** Which changes: those after a version, and of them those of interest. */
  private record Part(long after, Interest interest) {}

  private final Registry.Batch batch;
  private final Frames frames;
  private final Map<Part, Optional<Frame>> made = new HashMap<>();

  ChangeFrames(Registry.Batch batch, Frames frames) {
    this.batch = batch;
    this.frames = frames;
  }

  /** The first version after which it has all changes. */
  long from() {
    return batch.from().n();
  }

  long to() {
    return batch.after().version().n();
  }

  int size() {
    return batch.changes().size();
  }

  /**
   * The frame for a reader that stands between {@link #from} and {@link #to}, or nothing where none
   * of it concerns the reader.
   */
  Optional<Frame> frame(long at, Interest interest) {
    return made.computeIfAbsent(new Part(at, interest), this::encode);
  }

  private Optional<Frame> encode(Part part) {
    List<Change> changes = batch.changes();
    List<Change> missed = changes.subList((int) (part.after() - from()), changes.size());
    List<Change> wanted = part.interest().of(missed);
    return wanted.isEmpty()
        ? Optional.empty()
        : Optional.of(
            frames.make(
                "change",
                batch.after().version().toString(),
                RegistryJson.changes(batch.after().version(), wanted)));
  }

  /** Whoever still sends one has its own hold on it. */
  void release() {
    made.values().forEach(frame -> frame.ifPresent(Frame::release));
    made.clear();
  }
}
