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
