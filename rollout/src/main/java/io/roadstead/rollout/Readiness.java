package io.roadstead.rollout;

import io.roadstead.registry.InstanceKey;
import java.util.Map;

/**
 * Judges an available instance by its probes: one that fails a few in a row is suspect, so that
 * others are preferred; one that fails on is to be replaced, and goes on until its replacement is
 * there, for its trouble may be everybody's. A probe that passes takes both back. Confined to the
 * service's turns.
 */
final class Readiness {
  private static final int SUSPECT_AFTER = 3;
  private static final int LOST_AFTER = 10;

  private final World world;
  private final InstanceKey key;
  private int failures;

  Readiness(World world, InstanceKey key) {
    this.world = world;
    this.key = key;
  }

  /** Whether it is to be replaced. */
  boolean lost() {
    return failures >= LOST_AFTER;
  }

  void judge(ProbeResult result) {
    switch (result) {
      case ProbeResult.Healthy _ -> {
        if (failures >= SUSPECT_AFTER) {
          world.registry().mark(key, marks -> marks.withSuspect(false));
          event("instance.recovered", "answers its probe again", Map.of());
        }
        failures = 0;
      }
      case ProbeResult.Unhealthy(String reason) -> {
        failures++;
        if (failures == SUSPECT_AFTER) {
          world.registry().mark(key, marks -> marks.withSuspect(true));
          event(
              "instance.suspect",
              "failed " + SUSPECT_AFTER + " probes in a row: " + reason,
              Map.of("reason", reason));
        } else if (failures == LOST_AFTER) {
          world.figures().restarted(key.service(), "unready");
          event(
              "instance.unready",
              "failed " + LOST_AFTER + " probes in a row and is replaced: " + reason,
              Map.of("reason", reason));
        }
      }
    }
  }

  private void event(String kind, String what, Map<String, Object> data) {
    world.event(kind, key.service(), key.id(), "", key.id() + " " + what, data);
  }
}
