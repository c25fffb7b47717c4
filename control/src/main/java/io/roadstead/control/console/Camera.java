package io.roadstead.control.console;

import io.roadstead.control.api.Views;
import io.roadstead.control.event.EventLog;
import io.roadstead.control.wire.Json;
import io.roadstead.control.wire.RouteJson;
import io.roadstead.control.wire.SubscriberJson;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Snapshot;
import io.roadstead.registry.Subscriber;
import io.roadstead.registry.Subscribers;
import io.roadstead.rollout.Deployer;
import io.roadstead.rollout.Deployer.ServiceStatus;
import io.roadstead.rollout.Rollout;
import io.roadstead.rollout.StateStore.StoredEvent;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;

/**
 * Takes pictures of the platform for the console. A picture blocks for a moment: the first, which
 * has no earlier one to begin from, reads the roll-outs from the store. Safe from any thread.
 */
public final class Camera {
  private static final int ROLLOUTS = 100;
  private static final int EVENTS = 200;
  private static final int SUBSCRIBERS = 500;

  private final Registry registry;
  private final Subscribers subscribers;
  private final Deployer deployer;
  private final EventLog events;
  private final Views views;
  private final String platformId;
  private final boolean defaultRoutes;
  private final BooleanSupplier ready;
  private final InstantSource wall;
  private final Instant startedAt;

  public Camera(
      Registry registry,
      Subscribers subscribers,
      Deployer deployer,
      EventLog events,
      Views views,
      String platformId,
      boolean defaultRoutes,
      BooleanSupplier ready,
      InstantSource wall) {
    this.registry = registry;
    this.subscribers = subscribers;
    this.deployer = deployer;
    this.events = events;
    this.views = views;
    this.platformId = platformId;
    this.defaultRoutes = defaultRoutes;
    this.ready = ready;
    this.wall = wall;
    this.startedAt = wall.instant();
  }

  /**
   * @param before the picture taken last, or null
   */
  Picture take(@Nullable Picture before) {
    List<StoredEvent> newest = events.since(0, EVENTS);
    Snapshot snapshot = registry.snapshot();
    return new Picture(
        wall.instant(),
        snapshot.version().toString(),
        platform(),
        views.still(snapshot),
        rollouts(before, newest),
        newest,
        Json.bytes(RouteJson.list(snapshot, defaultRoutes)),
        subscribersNow());
  }

  private byte[] platform() {
    return Json.bytes(
        Json.object()
            .put("id", platformId)
            .put("ready", ready.getAsBoolean())
            .put("startedAt", startedAt.toString()));
  }

  private byte[] subscribersNow() {
    ArrayNode list = Json.array();
    for (Subscriber subscriber : subscribers.list()) {
      if (list.size() < SUBSCRIBERS) {
        list.add(SubscriberJson.one(subscriber));
      }
    }
    return Json.bytes(list);
  }

  /**
   * The services name their current roll-out; one that another has taken over is found by having
   * been under way before, and one that came and went in between by its events.
   */
  private Map<String, Rollout> rollouts(@Nullable Picture before, List<StoredEvent> newest) {
    Map<String, Rollout> known = new HashMap<>();
    if (before == null) {
      deployer.rollouts("").forEach(rollout -> known.put(rollout.id(), rollout));
    } else {
      known.putAll(before.rollouts());
    }
    Map<String, Rollout> current = new HashMap<>();
    for (ServiceStatus service : deployer.services()) {
      service.rollout().ifPresent(rollout -> current.put(rollout.id(), rollout));
    }
    List<String> doubtful = new ArrayList<>();
    for (Rollout rollout : known.values()) {
      if (!rollout.state().ended()) {
        doubtful.add(rollout.id());
      }
    }
    if (before != null) {
      for (StoredEvent event : newest) {
        if (event.number() > before.lastEvent() && !event.event().rollout().isEmpty()) {
          doubtful.add(event.event().rollout());
        }
      }
    }
    known.putAll(current);
    for (String id : doubtful) {
      if (!current.containsKey(id)) {
        Optional<Rollout> found = deployer.rollout(id);
        found.ifPresent(rollout -> known.put(id, rollout));
      }
    }
    return newestFirst(known);
  }

  private static Map<String, Rollout> newestFirst(Map<String, Rollout> known) {
    List<Rollout> sorted = new ArrayList<>(known.values());
    sorted.sort(Comparator.comparing(Rollout::startedAt).thenComparing(Rollout::id).reversed());
    Map<String, Rollout> kept = new LinkedHashMap<>();
    for (Rollout rollout : sorted) {
      if (kept.size() < ROLLOUTS || !rollout.state().ended()) {
        kept.put(rollout.id(), rollout);
      }
    }
    return kept;
  }
}
