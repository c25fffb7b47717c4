package io.roadstead.registry;

/** A monotonic clock in nanoseconds. Only differences between two readings mean anything. */
public interface Ticker {
  long nanos();

  /** The machine's own: the one place that reads {@link System#nanoTime}. */
  static Ticker system() {
    return System::nanoTime;
  }
}
