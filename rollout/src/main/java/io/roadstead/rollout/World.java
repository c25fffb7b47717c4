package io.roadstead.rollout;

import io.roadstead.registry.Registry;
import io.roadstead.registry.Splits;
import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.Event;
import io.roadstead.registry.event.EventSink;
import java.time.InstantSource;
import java.util.Map;

/** What every service's controller works with; one for the whole platform. */
record World(
    Registry registry,
    Splits splits,
    Witnesses witnesses,
    InstanceRuntime runtime,
    StateStore store,
    ReleaseShelf shelf,
    Rollouts rollouts,
    Tokens tokens,
    StartSlots slots,
    RolloutFigures figures,
    VersionFigures traffic,
    Hook.Runner hooks,
    Ids ids,
    Work work,
    InstantSource wall,
    Ticker ticker,
    EventSink events) {

  void event(
      String kind,
      String service,
      String instance,
      String rollout,
      String message,
      Map<String, Object> data) {
    events.accept(new Event(wall.instant(), kind, service, instance, rollout, message, data));
  }
}
