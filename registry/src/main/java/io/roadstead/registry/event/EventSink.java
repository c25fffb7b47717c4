package io.roadstead.registry.event;

/** Takes events, from any thread, and never blocks. */
public interface EventSink {
  /** Drops every event. */
  EventSink NONE = event -> {};

  void accept(Event event);
}
