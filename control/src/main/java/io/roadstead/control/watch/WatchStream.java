package io.roadstead.control.watch;

import io.roadstead.control.http.Frame;
import io.roadstead.control.http.FrameStream;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One reader of the watch: what it wants, and the version up to which it has been told. While its
 * connection takes nothing it is told nothing, and what it misses waits in the registry's log.
 * Confined to the event loop.
 */
final class WatchStream {
  /** How often a stream may be found full, some 20 ms apart, before its reader is behind. */
  private static final int PATIENT_LOOKS = 2;

  private final String name;
  private final Interest interest;
  private String id = "";
  private long at;
  private long waitsSince;
  private long tookAt;
  private long waiting;
  private long takenOfNext;
  private boolean slow;
  private int looksInVain;
  private boolean takingSnapshot;
  private @Nullable FrameStream events;

  /**
   * @param name the subscriber's, or "" for an observer
   */
  WatchStream(String name, Interest interest) {
    this.name = name;
    this.interest = interest;
  }

  String name() {
    return name;
  }

  boolean named() {
    return !name.isEmpty();
  }

  Interest interest() {
    return interest;
  }

  String id() {
    return id;
  }

  /** The version up to which it has been told. */
  long at() {
    return at;
  }

  boolean over() {
    return events == null || events.closed();
  }

  /** Opens it; the frame, which says its id, goes out with what follows. */
  void begin(HttpServerRequest request, String streamId, Frame first, Runnable onClosed) {
    id = streamId;
    FrameStream opened = FrameStream.open(request, onClosed);
    events = opened;
    opened.add(first);
  }

  /** It stands there already: it resumes. */
  void resumeAt(long version) {
    at = version;
  }

  void snapshot(SnapshotFrames.Made snapshot) {
    at = snapshot.of().version().n();
    takingSnapshot = true;
    send(snapshot.frame());
  }

  /** Whether it is told, has been already, or is over; else it is slow. */
  boolean changes(ChangeFrames changes) {
    if (over()) {
      return true;
    }
    if (slow || full() || at < changes.from()) {
      slow = true;
      return false;
    }
    takingSnapshot = false;
    if (at < changes.to()) {
      Optional<Frame> frame = changes.frame(at, interest);
      at = changes.to();
      frame.ifPresent(this::send);
    }
    return true;
  }

  /** Where it stands, to show that the stream lives; not to one that does not read. */
  void version(Frame frame) {
    if (!over() && !full()) {
      send(frame);
    }
  }

  /** It was looked at, and takes nothing still. */
  void tookNothing() {
    looksInVain++;
  }

  /**
   * Whether its reader has left lying what it was told, and not just needed a moment for a burst. A
   * registry on its way does not count: who needs long for that would be given one after another.
   */
  boolean fellBehind() {
    return looksInVain >= PATIENT_LOOKS && !takingSnapshot;
  }

  /** It is told nothing more before it has taken what it was just told. */
  void taking() {
    slow = true;
  }

  /** It takes again, and is told. */
  void caughtUp() {
    slow = false;
    looksInVain = 0;
  }

  boolean full() {
    FrameStream out = events;
    return out != null && out.full();
  }

  /** Looks, once a tick, whether something waits to be taken, and whether some of it was. */
  void look(long tick) {
    FrameStream out = events;
    long before = waiting;
    long takenBefore = takenOfNext;
    waiting = out == null || out.closed() ? 0 : out.waitingBytes();
    takenOfNext = out == null || waiting == 0 ? 0 : out.takenOfNext();
    if (waiting == 0) {
      waitsSince = 0;
    } else if (waitsSince == 0) {
      waitsSince = tick;
      tookAt = tick;
    } else if (waiting < before || takenOfNext != takenBefore) {
      tookAt = tick;
    }
  }

  /** For how many ticks something has been waiting to be taken. */
  long waits(long tick) {
    return waitsSince == 0 ? 0 : tick - waitsSince;
  }

  /** For how many ticks nothing was taken of what waits. */
  long deaf(long tick) {
    return waitsSince == 0 ? 0 : tick - tookAt;
  }

  private void send(Frame frame) {
    FrameStream out = events;
    if (out != null) {
      out.send(frame);
    }
  }

  void flush() {
    FrameStream out = events;
    if (out != null) {
      out.flush();
    }
  }

  void cut() {
    FrameStream out = events;
    if (out != null && !out.closed()) {
      out.cut();
    }
  }

  void end() {
    if (events != null) {
      events.end();
    }
  }
}
