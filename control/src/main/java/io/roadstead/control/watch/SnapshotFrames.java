package io.roadstead.control.watch;

import io.roadstead.control.http.Frame;
import io.roadstead.control.wire.RegistryJson;
import io.roadstead.registry.Snapshot;
import io.roadstead.registry.Ticker;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The whole registry as it goes over the wire, for all that come at about the same time.
 *
 * <p>A small one is made anew for each version. A large one takes the event loop's time, and
 * thousands may ask for it while the registry changes: so it serves for a while, in proportion to
 * its size, and who gets it is told of what has changed since by the changes. Confined to the event
 * loop.
 */
final class SnapshotFrames {
  /** Up to here it is made anew whenever something has changed. */
  private static final int SMALL_BYTES = 64 * 1024;

  /** A larger one serves a millisecond for so many bytes: 4 MiB for half a second. */
  private static final int BYTES_PER_MILLI = 8 * 1024;

  private static final int MOST = 64;

  private final Frames frames;
  private final Ticker ticker;
  private final Map<Interest, Made> made = new LinkedHashMap<>();

  /**
   * @param of what it shows
   */
  record Made(Snapshot of, Frame frame, long atNanos) {}

  SnapshotFrames(Frames frames, Ticker ticker) {
    this.frames = frames;
    this.ticker = ticker;
  }

  /**
   * The registry as it is, or as it was a moment ago, but never older than its reader knows it: a
   * gateway that has acknowledged an instance's leaving would find it serving again.
   *
   * @param atLeast the version up to which the reader has been told
   */
  Made newest(Snapshot now, Interest interest, long atLeast) {
    Made before = made.get(interest);
    if (before != null && before.of().version().n() >= atLeast && serves(before, now)) {
      return before;
    }
    forget(interest);
    if (made.size() >= MOST) {
      forget(made.keySet().iterator().next());
    }
    Frame frame =
        frames.make(
            "snapshot", now.version().toString(), RegistryJson.snapshot(now, interest.services()));
    Made fresh = new Made(now, frame, ticker.nanos());
    made.put(interest, fresh);
    return fresh;
  }

  private boolean serves(Made before, Snapshot now) {
    if (before.of().version().equals(now.version())) {
      return true;
    }
    int bytes = before.frame().bytes();
    long age = ticker.nanos() - before.atNanos();
    return bytes > SMALL_BYTES && age < TimeUnit.MILLISECONDS.toNanos(bytes / BYTES_PER_MILLI);
  }

  private void forget(Interest interest) {
    Made before = made.remove(interest);
    if (before != null) {
      before.frame().release();
    }
  }

  /** Lets go of all. */
  void clear() {
    made.values().forEach(each -> each.frame().release());
    made.clear();
  }

  /** Lets go of those that serve nobody any more. Called each second. */
  void sweep(Snapshot now) {
    made.values()
        .removeIf(
            each -> {
              boolean old = !serves(each, now);
              if (old) {
                each.frame().release();
              }
              return old;
            });
  }
}
