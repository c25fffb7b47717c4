package io.roadstead.registry.liveness;

import io.roadstead.registry.Instance;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Life;
import java.util.Comparator;

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

  // Probing.
  boolean queued;
  boolean asking;
  boolean changed;
  long nextAtNanos;
  int failedProbes;

  // Looks of the platform, one at a time.
  boolean checking;
  int failedChecks;
  long lookedAtNanos = Long.MIN_VALUE;

  // How it fared before.
  int falseAlarms;
  long deafUntilNanos;
  int ejections;
  long ejectedAtNanos;
  long passingSinceNanos = Long.MIN_VALUE;
  long settledAtNanos;

  Case(Instance instance) {
    this.key = instance.key();
    this.instance = instance;
  }

  /** The worse of the two words. */
  Life life() {
    return reach.compareTo(health) >= 0 ? reach : health;
  }

  boolean settled() {
    return reach == Life.ALIVE && health == Life.ALIVE && failedChecks == 0;
  }
}
