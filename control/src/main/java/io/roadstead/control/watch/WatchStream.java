package io.roadstead.control.watch;

import io.roadstead.control.http.EventStream;
import io.roadstead.control.wire.Json;
import io.roadstead.control.wire.RegistryJson;
import io.roadstead.registry.Cursor;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Snapshot;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One reader of the watch. It keeps up, standing at the hub's version, or is behind: then nothing
 * is written to it until its connection has drained, and a snapshot makes it keep up again.
 * Confined to the event loop.
 */
final class WatchStream {
  private static final Logger log = LoggerFactory.getLogger(WatchStream.class);

  /** Observers hear of the version each so many ticks; named subscribers each tick. */
  private static final int OBSERVER_TICKS = 15;

  /** A reader that has taken nothing for so many ticks is cut off. */
  private static final int STUCK_TICKS = 60;

  private final String name;
  private final Interest interest;
  private final Supplier<Snapshot> newest;
  private String id = "";
  private boolean behind;
  private int stuckTicks;
  private @Nullable EventStream events;

  /**
   * @param name the subscriber's, or "" for an observer
   * @param newest where the hub stands
   */
  WatchStream(String name, Interest interest, Supplier<Snapshot> newest) {
    this.name = name;
    this.interest = interest;
    this.newest = newest;
  }

  String name() {
    return name;
  }

  String id() {
    return id;
  }

  boolean over() {
    return events == null || events.closed();
  }

  /**
   * Opens the stream.
   *
   * @param resumed what the reader has missed, or nothing where it needs a snapshot
   */
  void begin(
      HttpServerRequest request,
      String streamId,
      String platformId,
      Optional<Registry.Batch> resumed,
      Runnable onClosed) {
    id = streamId;
    EventStream opened = EventStream.open(request, this::drained, onClosed);
    events = opened;
    opened.send(
        EventStream.frame(
            "stream",
            "",
            Json.bytes(Json.object().put("stream", streamId).put("platform", platformId))));
    if (resumed.isEmpty()) {
      snapshot(newest.get());
      return;
    }
    if (!resumed.get().changes().isEmpty()) {
      changes(new ChangeFrames(resumed.get()), newest.get());
    }
    if (!name.isEmpty()) {
      // a subscriber that comes back has to acknowledge to its new stream at once
      version(newest.get().version());
    }
  }

  void snapshot(Snapshot snapshot) {
    EventStream out = events;
    if (out == null || out.closed()) {
      return;
    }
    if (out.full()) {
      behind = true;
      return;
    }
    behind = false;
    out.send(
        EventStream.frame(
            "snapshot",
            snapshot.version().toString(),
            RegistryJson.snapshot(snapshot, interest.services())));
  }

  void changes(ChangeFrames frames, Snapshot after) {
    EventStream out = events;
    if (out == null || out.closed()) {
      return;
    }
    if (behind || out.full()) {
      if (!behind) {
        log.info("watch stream {} reads too slowly; at {} it is skipped", id, after.version());
      }
      behind = true;
      return;
    }
    var frame = frames.frame(interest);
    if (frame != null) {
      out.send(frame);
    }
  }

  void tick(long ticks, Cursor version) {
    EventStream out = events;
    if (out == null || out.closed()) {
      return;
    }
    if (behind || out.full()) {
      if (++stuckTicks > STUCK_TICKS) {
        log.info("watch stream {} has taken nothing for {} s and is ended", id, STUCK_TICKS);
        out.cut();
      }
      return;
    }
    stuckTicks = 0;
    if (!name.isEmpty() || ticks % OBSERVER_TICKS == 0) {
      version(version);
    }
  }

  private void version(Cursor version) {
    EventStream out = events;
    if (out != null && !behind) {
      out.send(
          EventStream.frame(
              "version", version.toString(), RegistryJson.version(version.toString())));
    }
  }

  void end() {
    if (events != null) {
      events.end();
    }
  }

  private void drained() {
    stuckTicks = 0;
    if (behind) {
      snapshot(newest.get());
    }
  }
}
