package io.roadstead.control.watch;

import io.roadstead.registry.Cursor;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Snapshot;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Brings streams to where the registry stands: those that begin, and slow ones, whose connection
 * was full when there was news. One whose reader fell behind, or that has missed much, is given the
 * whole registry instead of its backlog; one that only needed a moment, for a burst or for the
 * registry that it was just given, is told of what it has missed, in one piece. Confined to the
 * event loop.
 */
final class CatchUp {
  /** What may be missed in a moment before it is told by the whole registry. */
  static final int MOST_MISSED = 256;

  /** How many are brought up in one go, so that others have their turn. */
  static final int AT_A_TIME = 50;

  private static final int MOST_PLACES = 100;

  private final Registry registry;
  private final Frames frames;
  private final SnapshotFrames snapshots;
  private final Consumer<Boolean> lookAgain;
  private final Set<WatchStream> slow = new LinkedHashSet<>();
  private final Map<Long, ChangeFrames> missed = new HashMap<>();
  private long missedUpTo;
  private boolean looking;
  private boolean hurried;

  /**
   * @param lookAgain has {@link #look} called: soon, or as soon as others have had their turn
   */
  CatchUp(Registry registry, Frames frames, SnapshotFrames snapshots, Consumer<Boolean> lookAgain) {
    this.registry = registry;
    this.frames = frames;
    this.snapshots = snapshots;
    this.lookAgain = lookAgain;
  }

  /** A stream begins; what it is told goes out at once. Returns whether it could resume. */
  boolean begin(WatchStream stream, Optional<Cursor> since) {
    Optional<ChangeFrames> changes = since.flatMap(this::changesSince);
    if (changes.isEmpty()) {
      // What the log has forgotten, its reader knows nevertheless.
      since.filter(registry.snapshot().version()::covers).ifPresent(at -> stream.resumeAt(at.n()));
      snapshot(stream);
      return false;
    }
    stream.resumeAt(changes.get().from());
    if (!stream.changes(changes.get())) {
      add(stream);
    }
    stream.flush();
    return true;
  }

  /** It is told as soon as its connection takes something. */
  void add(WatchStream stream) {
    slow.add(stream);
    if (!looking) {
      looking = true;
      lookAgain.accept(false);
    }
  }

  void remove(WatchStream stream) {
    slow.remove(stream);
  }

  int size() {
    return slow.size();
  }

  /** Looks which of the slow ones can be told, and tells some of them. */
  void look() {
    int told = 0;
    boolean later = !hurried;
    boolean room = slow.isEmpty() || frames.heldBytes() <= Frames.MAX_HELD_BYTES;
    for (WatchStream stream : List.copyOf(slow)) { // who is told may have to be looked at again
      if (told == AT_A_TIME) {
        break;
      }
      if (stream.over()) {
        slow.remove(stream);
      } else if (!stream.full() && room) {
        slow.remove(stream);
        boolean behind = stream.fellBehind();
        stream.caughtUp();
        bring(stream, behind);
        told++;
      } else if (later && stream.full()) {
        stream.tookNothing();
      }
    }
    hurried = told == AT_A_TIME;
    looking = !slow.isEmpty();
    if (looking) {
      lookAgain.accept(hurried);
    }
  }

  private void bring(WatchStream stream, boolean behind) {
    Cursor now = registry.snapshot().version();
    Optional<ChangeFrames> changes =
        behind ? Optional.empty() : changesSince(new Cursor(now.epoch(), stream.at()));
    if (changes.isPresent() && changes.get().size() <= MOST_MISSED) {
      boolean _ = stream.changes(changes.get());
      if (stream.full()) {
        stream.taking();
        add(stream);
      }
    } else {
      snapshot(stream);
    }
  }

  private void snapshot(WatchStream stream) {
    Snapshot now = registry.snapshot();
    SnapshotFrames.Made made = snapshots.newest(now, stream.interest(), stream.at());
    stream.snapshot(made);
    if (made.of().version().n() < now.version().n()) {
      // Of what has changed since it was made it hears in the next round, or here if it reads.
      Optional<ChangeFrames> changes = changesSince(made.of().version());
      if (changes.isEmpty() || !stream.changes(changes.get())) {
        add(stream);
      }
    }
  }

  /** The changes after a cursor up to now, encoded once for all that stand there. */
  private Optional<ChangeFrames> changesSince(Cursor since) {
    Cursor now = registry.snapshot().version();
    if (!now.covers(since)) {
      return Optional.empty();
    }
    if (missedUpTo != now.n() || missed.size() >= MOST_PLACES) {
      forget();
      missedUpTo = now.n();
    }
    ChangeFrames known = missed.get(since.n());
    if (known != null) {
      return Optional.of(known);
    }
    Optional<ChangeFrames> made =
        registry.changesSince(since).map(batch -> new ChangeFrames(batch, frames));
    made.ifPresent(changes -> missed.put(since.n(), changes));
    return made;
  }

  /** Lets go of what was encoded; whoever still sends it has its own hold on it. */
  void forget() {
    missed.values().forEach(ChangeFrames::release);
    missed.clear();
  }
}
