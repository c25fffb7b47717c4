package io.roadstead.registry;

import java.time.Instant;
import java.util.Set;

/**
 * One reader of the registry, as it stands now.
 *
 * @param services what it subscribes to; empty means all
 * @param identified whether its word counts as proof: a credential, or a platform-started poller's
 *     own token
 * @param applied the newest version that it is known to have applied, as text, or ""
 */
public record Subscriber(
    String name,
    SubscriberKind kind,
    Set<String> services,
    boolean identified,
    String applied,
    boolean lagging,
    Instant lastSeen) {
  public Subscriber {
    services = Set.copyOf(services);
  }
}
