package io.roadstead.platform.log;

import io.roadstead.registry.event.Event;
import io.roadstead.registry.event.EventSink;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs each event as a line, and passes it on. */
public final class EventLines implements EventSink {
  private static final Logger LOG = LoggerFactory.getLogger("io.roadstead.events");

  private final EventSink next;

  public EventLines(EventSink next) {
    this.next = next;
  }

  @Override
  public void accept(Event event) {
    String message = about(event) + event.message().strip().replace("\n", " | ");
    if (isTrouble(event.kind())) {
      LOG.warn("{}: {}", event.kind(), message);
    } else {
      LOG.info("{}: {}", event.kind(), message);
    }
    next.accept(event);
  }

  /** Whom it is about, where the message itself does not say. */
  private static String about(Event event) {
    String who = event.instance().isEmpty() ? event.service() : event.instance();
    return who.isEmpty() || event.message().contains(who) ? "" : who + ": ";
  }

  private static boolean isTrouble(String kind) {
    return kind.endsWith("crashed")
        || kind.endsWith("failed")
        || kind.endsWith("ejected")
        || kind.endsWith("lagging");
  }
}
