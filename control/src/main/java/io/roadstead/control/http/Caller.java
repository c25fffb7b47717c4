package io.roadstead.control.http;

/** Who sent a request, by its credential. */
public sealed interface Caller {
  /** Brought no credential. */
  record Nobody() implements Caller {}

  /** Brought one that is not known. */
  record Stranger() implements Caller {}

  /**
   * May do everything.
   *
   * @param name for histories and events
   */
  record Operator(String name) implements Caller {}

  /** An instance that the platform started, by its own token. */
  record OwnInstance(String service, String id, int port) implements Caller {}
}
