package io.roadstead.registry.event;

import java.time.Instant;
import java.util.Map;

/**
 * Something that happened and that a person may want to know of. Never holds a secret.
 *
 * @param kind a stable dotted word, such as {@code instance.crashed}
 * @param service the canonical name, or ""
 * @param instance the id, or ""
 * @param rollout the id, or ""
 * @param message one sentence for a person
 * @param data figures for programs
 */
public record Event(
    Instant at,
    String kind,
    String service,
    String instance,
    String rollout,
    String message,
    Map<String, Object> data) {
  public Event {
    data = Map.copyOf(data);
  }
}
