package io.roadstead.platform.demo;

import io.roadstead.platform.demo.stage.Seen;
import io.roadstead.platform.demo.stage.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** What the acts read from the platform's log of events. */
final class Events {
  /** What would be told if an instance did not just run on. */
  private static final Set<String> ENDINGS =
      Set.of("instance.started", "instance.crashed", "instance.stopped", "instance.gone");

  private Events() {}

  /** The cursor of the newest event, "" where there is none. */
  static String last(Stage stage) {
    String cursor = "";
    for (List<Seen.Event> next = stage.events(cursor);
        !next.isEmpty();
        next = stage.events(cursor)) {
      cursor = next.getLast().cursor();
    }
    return cursor;
  }

  /** How long an instance needed from its start until it took traffic, if these tell. */
  static OptionalLong startMillis(List<Seen.Event> events, String instance) {
    Optional<Instant> started = at(events, "instance.started", instance);
    Optional<Instant> available = at(events, "instance.available", instance);
    return started.isPresent() && available.isPresent()
        ? OptionalLong.of(Duration.between(started.get(), available.get()).toMillis())
        : OptionalLong.empty();
  }

  private static Optional<Instant> at(List<Seen.Event> events, String kind, String instance) {
    return events.stream()
        .filter(event -> event.kind().equals(kind) && event.instance().equals(instance))
        .map(Seen.Event::at)
        .findFirst();
  }

  /** How many of these say that an instance has been started or has ended. */
  static long startsAndEnds(List<Seen.Event> events) {
    return events.stream().filter(event -> ENDINGS.contains(event.kind())).count();
  }

  static long adopted(List<Seen.Event> events) {
    return events.stream().filter(event -> event.kind().equals("instance.adopted")).count();
  }
}
