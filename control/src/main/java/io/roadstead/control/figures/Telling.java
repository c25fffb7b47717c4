package io.roadstead.control.figures;

import io.roadstead.registry.InstanceKey;
import java.util.List;

/**
 * What a gateway process tells the platform of its counts: as a rule only what has changed since
 * the telling that was answered last.
 *
 * @param whole whether it belongs to a telling of everything, because nothing is known to be known
 * @param complete whether nothing is left for the next
 * @param counts entries that have changed
 * @param gone instances that are no longer there
 */
public record Telling(
    boolean whole, boolean complete, GatewayCounts counts, List<InstanceKey> gone) {
  public Telling {
    gone = List.copyOf(gone);
  }
}
