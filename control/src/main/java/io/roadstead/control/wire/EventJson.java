package io.roadstead.control.wire;

import io.roadstead.registry.event.Event;
import io.roadstead.rollout.StateStore.StoredEvent;
import java.util.List;
import java.util.OptionalLong;
import java.util.TreeMap;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Events as JSON, and their cursors. */
public final class EventJson {
  private static final String EPOCH = "log.";

  private EventJson() {}

  public static ArrayNode list(List<StoredEvent> events) {
    ArrayNode list = Json.array();
    events.forEach(event -> list.add(one(event)));
    return list;
  }

  public static ObjectNode one(StoredEvent stored) {
    Event event = stored.event();
    ObjectNode node =
        Json.object()
            .put("cursor", cursor(stored.number()))
            .put("at", event.at().toString())
            .put("kind", event.kind());
    if (!event.service().isEmpty()) {
      node.put("service", event.service());
    }
    if (!event.instance().isEmpty()) {
      node.put("instance", event.instance());
    }
    if (!event.rollout().isEmpty()) {
      node.put("rollout", event.rollout());
    }
    node.put("message", event.message());
    ObjectNode data = node.putObject("data");
    new TreeMap<>(event.data()).forEach((key, value) -> data.set(key, Json.tree(value)));
    return node;
  }

  public static String cursor(long number) {
    return EPOCH + number;
  }

  /** The number that a cursor stands for; nothing for a text that is none of ours. */
  public static OptionalLong number(String cursor) {
    if (!cursor.startsWith(EPOCH) || cursor.length() > 32) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(Long.parseLong(cursor.substring(EPOCH.length())));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
