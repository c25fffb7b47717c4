package io.roadstead.registry.liveness;

import io.roadstead.registry.Instance;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Life;
import io.roadstead.registry.Status;
import java.util.Comparator;
import java.util.Objects;

/**
 * What is known of one instance that has been doubted, now or a short while ago. Not thread-safe:
 * the lock of {@link Liveness} guards it.
 */
final class Case {
  static final Comparator<Case> BY_TIME =
      Comparator.<Case>comparingLong(c -> c.nextAtNanos).thenComparing(c -> c.key.toString());

  final InstanceKey key;

  /** The instance as it was when it was last looked up: where probes go. */
  Instance instance;

  /** What refused connections and the probes that follow say. */
  Life reach = Life.ALIVE;

  /** What active checks say. */
  Life health = Life.ALIVE;

  /** What the registry has been told. */
  Life told = Life.ALIVE;

  String reason = "";
  long doubtedAtNanos;
  long settledAtNanos;

  // Probes.
  boolean queued;
  boolean asking;
  boolean changed;
  boolean passing;
  long nextAtNanos;
  long passingSinceNanos;
  int failedProbes;
  int falseAlarms;
  long deafUntilNanos;
  int ejections;
  long ejectedAtNanos;

  // Checks.
  boolean checking;
  boolean looked;
  long lookedAtNanos;
  int failedChecks;
  int trials;
  long nextTrialNanos;

  Case(Instance instance, long nowNanos) {
    this.key = instance.key();
    this.instance = instance;
    this.doubtedAtNanos = nowNanos;
    this.settledAtNanos = nowNanos;
  }

  /** The worse of the two words. */
  Life life() {
    return reach.compareTo(health) >= 0 ? reach : health;
  }

  boolean settled() {
    return reach == Life.ALIVE && health == Life.ALIVE && failedChecks == 0;
  }

  /** Whether what was seen of it may have been of another: it moved, or was started again. */
  boolean isAnew(Instance after) {
    return instance.port() != after.port()
        || !instance.host().equals(after.host())
        || instance.status() == Status.STARTING
        || !Objects.equals(instance.attachment(), after.attachment());
  }
}
