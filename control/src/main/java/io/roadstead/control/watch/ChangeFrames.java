package io.roadstead.control.watch;

import io.roadstead.control.http.EventStream;
import io.roadstead.control.wire.RegistryJson;
import io.roadstead.registry.Change;
import io.roadstead.registry.Registry;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One batch as it goes over the wire, encoded once for all streams that want all services. */
final class ChangeFrames {
  private final Registry.Batch batch;
  private @Nullable Buffer all;

  ChangeFrames(Registry.Batch batch) {
    this.batch = batch;
  }

  /** The frame for a reader, or null where none of it concerns the reader. */
  @Nullable Buffer frame(Interest interest) {
    if (interest.all()) {
      Buffer frame = all;
      if (frame == null) {
        frame = encode(batch.changes());
        all = frame;
      }
      return frame;
    }
    List<Change> changes = interest.of(batch.changes());
    return changes.isEmpty() ? null : encode(changes);
  }

  private Buffer encode(List<Change> changes) {
    return EventStream.frame(
        "change",
        batch.after().version().toString(),
        RegistryJson.changes(batch.after().version(), changes));
  }
}
