package io.roadstead.registry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds instances by the names they go by, their aliases among them. Readers take no lock and make
 * no key; the registry's lock guards the writes.
 *
 * <p>Of each service it knows a time before which no lease in it can run out: renewals only move
 * that further away. So the sweep of each second looks into a service about once a lease, and not
 * at every instance.
 */
final class Directory {
  private static final long FAR_NANOS = Duration.ofHours(1).toNanos();

  /** Guarded by the registry's lock but for the map. */
  private static final class OfService {
    final ConcurrentMap<String, Entry> entries = new ConcurrentHashMap<>(4);
    boolean lookedAt;
    long noneBeforeNanos;
  }

  private final ConcurrentMap<String, OfService> byService = new ConcurrentHashMap<>();

  @Nullable Entry find(String service, String id) {
    OfService ofService = byService.get(service);
    if (ofService == null) {
      String canonical = service.toLowerCase(Locale.ROOT);
      ofService = canonical.equals(service) ? null : byService.get(canonical);
    }
    return ofService == null ? null : ofService.entries.get(id);
  }

  @Nullable Entry find(InstanceKey key) {
    return find(key.service(), key.id());
  }

  void put(InstanceKey name, Entry entry) {
    byService.computeIfAbsent(name.service(), _ -> new OfService()).entries.put(name.id(), entry);
  }

  void remove(InstanceKey name) {
    OfService ofService = byService.get(name.service());
    if (ofService != null) {
      ofService.entries.remove(name.id());
      if (ofService.entries.isEmpty()) {
        byService.remove(name.service());
      }
    }
  }

  /** Every instance under every name it has, an alias too. */
  void forEach(Consumer<Entry> action) {
    byService.values().forEach(ofService -> ofService.entries.values().forEach(action));
  }

  /** A lease has begun, or may be shorter than it was. */
  void leaseBegan(Entry entry) {
    OfService ofService = byService.get(entry.key.service());
    long end = entry.renewedNanos() + entry.leaseNanos();
    if (ofService != null && end - ofService.noneBeforeNanos < 0) {
      ofService.noneBeforeNanos = end;
    }
  }

  /** The services in which a lease may have run out. */
  Set<String> due(long now) {
    Set<String> due = new LinkedHashSet<>();
    byService.forEach(
        (service, ofService) -> {
          if (!ofService.lookedAt || now - ofService.noneBeforeNanos >= 0) {
            due.add(service);
          }
        });
    return due;
  }

  /** How many instances there are in a service. */
  int size(String service) {
    OfService ofService = byService.get(service);
    return ofService == null ? 0 : ofService.entries.size();
  }

  /**
   * Looks at each instance of a service, and notes when it must be looked at again. Returns whether
   * a lease has run out.
   */
  boolean lapses(String service, long now) {
    OfService ofService = byService.get(service);
    if (ofService == null) {
      return false;
    }
    long left = FAR_NANOS;
    for (Entry entry : ofService.entries.values()) {
      if (entry.leased()) {
        left = Math.min(left, entry.leaseNanos() - (now - entry.renewedNanos()));
      }
    }
    ofService.noneBeforeNanos = now + left;
    ofService.lookedAt = true;
    return left <= 0;
  }

  /** The instances of a service whose leases can run out. */
  List<Entry> leased(String service) {
    OfService ofService = byService.get(service);
    List<Entry> found = new ArrayList<>();
    if (ofService != null) {
      for (Entry entry : ofService.entries.values()) {
        if (entry.leased()) {
          found.add(entry);
        }
      }
    }
    return found;
  }
}
