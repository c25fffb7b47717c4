package io.roadstead.registry;

import io.roadstead.registry.Reader.Standing;
import io.roadstead.registry.event.Event;
import java.time.Instant;
import java.util.Map;

/** Says in a sentence what it means for drains that a subscriber stands otherwise now. */
final class StandingEvents {
  private StandingEvents() {}

  static Event of(Reader reader, Standing is, Instant at) {
    String kind =
        switch (is) {
          case LIVE -> "subscriber.caught-up";
          case LAGGING -> "subscriber.lagging";
          case GONE -> "subscriber.gone";
        };
    String what =
        switch (is) {
          case LIVE -> "has caught up: drains wait for it again";
          case LAGGING -> "does not keep up: drains no longer wait for it";
          case GONE ->
              reader.awaited()
                  ? "was known before the restart and has not come back: drains no longer wait"
                      + " for it"
                  : "is gone: drains no longer wait for it";
        };
    return event(reader, kind, what, at);
  }

  static Event left(Reader reader, Instant at) {
    return event(reader, "subscriber.left", "has ended: nothing routes there any more", at);
  }

  private static Event event(Reader reader, String kind, String what, Instant at) {
    return new Event(
        at,
        kind,
        "",
        "",
        "",
        "subscriber " + reader.name() + " " + what,
        Map.of("subscriber", reader.name(), "kind", reader.kind().name()));
  }
}
