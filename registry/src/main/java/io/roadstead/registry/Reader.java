package io.roadstead.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/** One subscriber as {@link Subscribers} keeps it. Its lock guards all of them. */
sealed interface Reader permits StreamReader, PollReader {
  long RESTORED_NANOS = Duration.ofSeconds(30).toNanos();
  long BARRIER_NANOS = Duration.ofSeconds(10).toNanos();

  /** Whether a barrier may wait for it. */
  enum Standing {
    LIVE,
    LAGGING,
    GONE
  }

  String name();

  SubscriberKind kind();

  Set<String> services();

  /** Whether its word is proof. */
  boolean identified();

  /** Whether it is remembered over a restart of the platform. */
  boolean remembered();

  /** Restored after a restart, and not heard since. */
  boolean awaited();

  /** Awaited for longer than a barrier takes: it is not worth another. */
  boolean overdue(long now);

  Standing standing(long now);

  /** The newest version that it is known to have applied, or -1. */
  long applied(long now);

  Instant lastSeen();

  default boolean reads(String service) {
    return services().isEmpty() || services().contains(service);
  }
}
