package io.roadstead.control.wire;

import io.roadstead.registry.Subscriber;
import java.util.Locale;
import java.util.TreeSet;
import tools.jackson.databind.node.ObjectNode;

/** Subscribers as JSON. */
public final class SubscriberJson {
  private SubscriberJson() {}

  /** Without when it was last seen, which is news each second. */
  public static ObjectNode one(Subscriber subscriber) {
    ObjectNode entry =
        Json.object()
            .put("name", subscriber.name())
            .put("kind", subscriber.kind().name().toLowerCase(Locale.ROOT));
    if (!subscriber.services().isEmpty()) {
      entry.put("service", String.join(",", new TreeSet<>(subscriber.services())));
    }
    return entry
        .put("identified", subscriber.identified())
        .put("applied", subscriber.applied())
        .put("lagging", subscriber.lagging());
  }
}
