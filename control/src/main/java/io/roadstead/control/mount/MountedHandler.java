package io.roadstead.control.mount;

/** Answers requests of a {@link Mount}, from memory: it is called on an event loop. */
public interface MountedHandler {
  /** Must not block. What it throws is answered as 500 and logged. */
  MountedAnswer handle(MountedRequest request);
}
