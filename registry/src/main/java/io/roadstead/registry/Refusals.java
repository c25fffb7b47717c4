package io.roadstead.registry;

import java.util.Collection;

/** Hears of instances whose address refused a connection. */
public interface Refusals {
  /** Listens to nobody: for a registry without probes. */
  Refusals NONE = (_, _) -> {};

  /**
   * Does not block, and may leave some out when there are too many: whoever is refused again says
   * so again.
   *
   * @param by who was refused, for a sentence
   */
  void refused(String by, Collection<InstanceKey> instances);
}
