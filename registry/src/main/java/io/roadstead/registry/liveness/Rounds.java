package io.roadstead.registry.liveness;

import io.roadstead.registry.InstanceKey;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Spreads looks at many instances evenly over an interval: of n, the i-th is due at i/n of it. The
 * order is by hash, so each keeps about its place from one round to the next while others come and
 * go. Not thread-safe.
 */
final class Rounds {
  private static final Comparator<InstanceKey> ORDER =
      Comparator.comparingInt(Rounds::mixed).thenComparing(InstanceKey::toString);

  private final long intervalNanos;
  private final Supplier<List<InstanceKey>> everybody;
  private List<InstanceKey> order = List.of();
  private int next;
  private long startedAt;
  private boolean begun;

  Rounds(long intervalNanos, Supplier<List<InstanceKey>> everybody) {
    this.intervalNanos = intervalNanos;
    this.everybody = everybody;
  }

  /** The next one that is due by now; null where nobody is. */
  @Nullable InstanceKey poll(long now) {
    if (!begun || (next == order.size() && now - startedAt >= intervalNanos)) {
      begin(now);
    }
    return next < order.size() && now - dueAt() >= 0 ? order.get(next++) : null;
  }

  /** How long until somebody is due. */
  long untilNext(long now) {
    long at = next < order.size() ? dueAt() : startedAt + intervalNanos;
    return begun ? Math.max(0, at - now) : 0;
  }

  private void begin(long now) {
    // Late by little, the pace is kept; late by much, the missed time is not made up for.
    boolean inTime = begun && now - startedAt < 2 * intervalNanos;
    startedAt = inTime ? startedAt + intervalNanos : now;
    begun = true;
    order = everybody.get().stream().sorted(ORDER).toList();
    next = 0;
  }

  private long dueAt() {
    return startedAt + (long) ((double) intervalNanos * next / order.size());
  }

  /** The hashes of names that differ in a digit lie side by side: these do not. */
  private static int mixed(InstanceKey key) {
    int hash = key.hashCode() * 0x9E3779B9;
    return hash ^ (hash >>> 16);
  }
}
