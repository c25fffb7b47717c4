package io.roadstead.registry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
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

  /** Begins to look at each instance of a service. */
  Look look(String service, long now) {
    OfService ofService = byService.get(service);
    return new Look(ofService == null ? new OfService() : ofService, now);
  }

  /**
   * A look at the instances of a service, in steps, each under the registry's lock; between two of
   * them others may write. It notes when the service must be looked at again: a lease that begins
   * meanwhile is noted where it begins.
   */
  static final class Look {
    private final OfService ofService;
    private final Iterator<Entry> left;
    private boolean lapsed;

    private Look(OfService ofService, long now) {
      this.ofService = ofService;
      this.left = ofService.entries.values().iterator();
      ofService.noneBeforeNanos = now + FAR_NANOS;
      ofService.lookedAt = true;
    }

    /** Looks at some more of them; how many they were. */
    int step(int most, long now) {
      int looks = 0;
      for (; looks < most && left.hasNext(); looks++) {
        Entry entry = left.next();
        if (entry.leased()) {
          long end = entry.renewedNanos() + entry.leaseNanos();
          lapsed |= end - now <= 0;
          if (end - ofService.noneBeforeNanos < 0) {
            ofService.noneBeforeNanos = end;
          }
        }
      }
      return looks;
    }

    /** Whether all have been looked at. */
    boolean over() {
      return !left.hasNext();
    }

    /** Whether a lease has run out. */
    boolean lapsed() {
      return lapsed;
    }
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
