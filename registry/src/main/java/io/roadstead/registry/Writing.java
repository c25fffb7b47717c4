package io.roadstead.registry;

import io.roadstead.registry.event.Event;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What one write under the registry's lock does: its changes, and the events to tell after it. */
final class Writing {
  final long nowNanos;
  final Instant now;
  final List<Change> changes = new ArrayList<>(2);
  final List<Event> events = new ArrayList<>(2);

  /** Whose remembered state is another now. */
  final List<InstanceKey> touched = new ArrayList<>(2);

  Writing(long nowNanos, Instant now) {
    this.nowNanos = nowNanos;
    this.now = now;
  }

  void event(String kind, InstanceKey key, String message, Map<String, Object> data) {
    events.add(new Event(now, kind, key.service(), key.id(), "", message, data));
  }

  void event(String kind, String service, String message, Map<String, Object> data) {
    events.add(new Event(now, kind, service, "", "", message, data));
  }
}
