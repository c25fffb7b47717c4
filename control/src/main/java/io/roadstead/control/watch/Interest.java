package io.roadstead.control.watch;

import io.roadstead.registry.Change;
import java.util.List;
import java.util.Set;

/** What of the registry a reader wants: some services, or all. */
record Interest(Set<String> services) {
  Interest {
    services = Set.copyOf(services);
  }

  boolean all() {
    return services.isEmpty();
  }

  List<Change> of(List<Change> changes) {
    return all()
        ? changes
        : changes.stream().filter(change -> services.contains(change.service())).toList();
  }
}
