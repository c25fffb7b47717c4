package io.roadstead.eureka;

import io.roadstead.registry.Instance;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Snapshot;
import io.roadstead.registry.Status;
import org.jspecify.annotations.Nullable;

/**
 * How an instance sees itself in a fetch: with the status that it registered, whatever the platform
 * has decided about it.
 *
 * <p>A Spring service makes what Eureka says of it a part of its own health: as soon as it reads of
 * itself that it is out of service, its health answers 503. It may read so a moment before the
 * gateways have applied the same version, while requests are still on their way to it, and a new
 * one may go on believing it for a fetch interval after it was let in.
 */
final class OwnWord {
  private final Registry registry;

  OwnWord(Registry registry) {
    this.registry = registry;
  }

  /** The reader as it is to see itself, or null where that is how everybody sees it. */
  @Nullable Instance of(@Nullable InstanceKey reader, Snapshot snapshot) {
    Instance shown = reader == null ? null : snapshot.instance(reader).orElse(null);
    Status own = shown == null ? null : registry.ownStatus(shown.key()).orElse(null);
    return shown == null || own == null || EurekaStatus.of(own) == EurekaStatus.of(shown)
        ? null
        : shown.saying(own);
  }
}
