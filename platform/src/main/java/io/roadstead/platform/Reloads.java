package io.roadstead.platform;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.roadstead.control.api.ReloadApi.Outcome;
import io.roadstead.control.api.ReloadApi.Reload;
import io.roadstead.gateway.accesslog.AccessLogConfig;
import io.roadstead.registry.event.Event;
import io.roadstead.registry.event.EventSink;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The file's being read again: who does it, what came of it, and what it has changed. Safe from any
 * thread.
 */
final class Reloads implements Reload {
  private final InstantSource wall;
  private final EventSink events;
  private final Counter done;
  private final Counter refused;
  private volatile Reload reload = Outcome.NoFile::new;
  private volatile Optional<AccessLogConfig> accessLog;
  private volatile boolean inForce = true;

  Reloads(
      MeterRegistry meters,
      InstantSource wall,
      EventSink events,
      Optional<AccessLogConfig> accessLog) {
    this.wall = wall;
    this.events = events;
    this.accessLog = accessLog;
    this.done = counter(meters, "success");
    this.refused = counter(meters, "refused");
    Gauge.builder("roadstead.config.in.force", this, at -> at.inForce ? 1 : 0)
        .description("Whether the file as it was read last is in force: 1, or was refused: 0")
        .register(meters);
  }

  private static Counter counter(MeterRegistry meters, String result) {
    return Counter.builder("roadstead.config.reloads")
        .description("How often the file was read again")
        .tag("result", result)
        .register(meters);
  }

  void by(Reload how) {
    reload = how;
  }

  @Override
  public Outcome reload() {
    return reload.reload();
  }

  Optional<AccessLogConfig> accessLog() {
    return accessLog;
  }

  void accessLog(Optional<AccessLogConfig> now) {
    accessLog = now;
  }

  void done(String file, List<String> changes) {
    done.increment();
    inForce = true;
    tell(
        "config.reloaded",
        file
            + " was read again"
            + (changes.isEmpty()
                ? "; nothing in it has changed"
                : ": " + String.join("; ", changes)),
        changes);
  }

  void refused(String file, List<String> problems) {
    refused.increment();
    inForce = false;
    tell(
        "config.refused",
        file
            + " was read again and refused; what was in force stays: "
            + String.join("; ", problems),
        problems);
  }

  private void tell(String kind, String message, List<String> lines) {
    Map<String, Object> data = Map.of("lines", lines);
    events.accept(new Event(wall.instant(), kind, "", "", "", message, data));
  }
}
