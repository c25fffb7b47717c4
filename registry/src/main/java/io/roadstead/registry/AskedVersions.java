package io.roadstead.registry;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Since when a version has been asked for, as far as it matters: the newest that every subscriber
 * should have applied by now. Only what this process itself asks for or hands out is noted, never a
 * subscriber's word. Not thread-safe.
 */
final class AskedVersions {
  private static final int MOST = 4096;

  private record Asked(long n, long atNanos) {}

  private final Deque<Asked> asked = new ArrayDeque<>();
  private final long patienceNanos;
  private long due = -1;

  AskedVersions(long patienceNanos) {
    this.patienceNanos = patienceNanos;
  }

  void note(long n, long now) {
    Asked newest = asked.peekLast();
    if (n > due && (newest == null || n > newest.n()) && asked.size() < MOST) {
      asked.add(new Asked(n, now));
    }
  }

  /** Who has not applied this version lags. */
  long due(long now) {
    while (!asked.isEmpty() && now - asked.peekFirst().atNanos() >= patienceNanos) {
      due = asked.removeFirst().n();
    }
    return due;
  }
}
