package io.roadstead.control.watch;

import io.roadstead.control.http.Frame;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Makes the frames, and knows how much memory is held by those that are not sent yet to all that
 * get them. What keeps up shares them; only readers that take little, each at another place, hold
 * many. Confined to the event loop.
 */
final class Frames {
  /** What they may take of memory all together before slow readers have to wait for more. */
  static final long MAX_HELD_BYTES = 64L << 20;

  private final Deque<Frame> made = new ArrayDeque<>();

  Frame make(String event, String id, byte[] data) {
    Frame frame = Frame.of(event, id, data);
    made.add(frame);
    return frame;
  }

  /** The bytes of all that somebody has still to send. */
  long heldBytes() {
    made.removeIf(frame -> !frame.held());
    long bytes = 0;
    for (Frame frame : made) {
      bytes += frame.bytes();
    }
    return bytes;
  }
}
