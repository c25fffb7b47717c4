package io.roadstead.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds instances by the names they go by, their aliases among them. Readers take no lock and make
 * no key; the registry's lock guards the writes.
 */
final class Directory {
  private final ConcurrentMap<String, ConcurrentMap<String, Entry>> byService =
      new ConcurrentHashMap<>();

  @Nullable Entry find(String service, String id) {
    ConcurrentMap<String, Entry> ofService = byService.get(service);
    if (ofService == null) {
      String canonical = service.toLowerCase(Locale.ROOT);
      ofService = canonical.equals(service) ? null : byService.get(canonical);
    }
    return ofService == null ? null : ofService.get(id);
  }

  @Nullable Entry find(InstanceKey key) {
    return find(key.service(), key.id());
  }

  void put(InstanceKey name, Entry entry) {
    byService
        .computeIfAbsent(name.service(), _ -> new ConcurrentHashMap<>(4))
        .put(name.id(), entry);
  }

  void remove(InstanceKey name) {
    ConcurrentMap<String, Entry> ofService = byService.get(name.service());
    if (ofService != null) {
      ofService.remove(name.id());
      if (ofService.isEmpty()) {
        byService.remove(name.service());
      }
    }
  }

  /** Every instance under every name it has, an alias too. */
  void forEach(Consumer<Entry> action) {
    byService.values().forEach(ofService -> ofService.values().forEach(action));
  }

  /** The instances of a service whose leases can run out. */
  List<Entry> leased(String service) {
    ConcurrentMap<String, Entry> ofService = byService.get(service);
    List<Entry> found = new ArrayList<>();
    if (ofService != null) {
      for (Entry entry : ofService.values()) {
        if (entry.leased()) {
          found.add(entry);
        }
      }
    }
    return found;
  }
}
