package io.roadstead.platform.demo;

/**
 * A kill -9 in the demo, and which failures it may be blamed for: of requests that were in flight
 * when it happened, or were sent to the service within two seconds after it. The demo has no
 * deployment going on at that time, so that none can hide behind it.
 */
record Crash(long atNanos) {
  static final long BLAME_NANOS = 2_000_000_000L;

  boolean explains(long sentNanos, long endedNanos) {
    return endedNanos - atNanos >= 0 && sentNanos - atNanos <= BLAME_NANOS;
  }
}
