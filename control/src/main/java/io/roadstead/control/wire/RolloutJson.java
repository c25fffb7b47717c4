package io.roadstead.control.wire;

import io.roadstead.rollout.Cause;
import io.roadstead.rollout.Rollout;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Roll-outs as JSON. */
public final class RolloutJson {
  private RolloutJson() {}

  public static ArrayNode list(List<Rollout> rollouts) {
    ArrayNode list = Json.array();
    rollouts.forEach(rollout -> list.add(one(rollout)));
    return list;
  }

  public static ObjectNode one(Rollout rollout) {
    ObjectNode node =
        Json.object()
            .put("id", rollout.id())
            .put("service", rollout.service())
            .put("from", rollout.from())
            .put("to", rollout.to())
            .put("kind", rollout.kind())
            .put("strategy", rollout.strategy())
            .put("state", state(rollout));
    if (!rollout.reason().isEmpty()) {
      node.put("reason", rollout.reason());
    }
    node.put("by", rollout.cause().by());
    why(node, rollout.cause());
    node.put("startedAt", rollout.startedAt().toString());
    rollout
        .endedAt()
        .ifPresent(
            ended ->
                node.put("endedAt", ended.toString())
                    .put(
                        "durationMillis", Duration.between(rollout.startedAt(), ended).toMillis()));
    ArrayNode steps = node.putArray("steps");
    for (Rollout.Step step : rollout.steps()) {
      ObjectNode entry = steps.addObject().put("name", step.name());
      if (!step.instance().isEmpty()) {
        entry.put("instance", step.instance());
      }
      entry.put("state", word(step.state().name())).put("startedAt", step.startedAt().toString());
      step.took().ifPresent(took -> entry.put("millis", took.toMillis()));
      if (!step.detail().isEmpty()) {
        entry.put("detail", step.detail());
      }
    }
    return node;
  }

  /** What who asked for it said, where it was said. */
  public static void why(ObjectNode node, Cause cause) {
    if (!cause.why().isEmpty()) {
      node.put("why", cause.why());
    }
  }

  /** How it went, for a line of a history: why it did not succeed, and what the judge found. */
  public static void outcome(ObjectNode node, Rollout rollout) {
    node.put("strategy", rollout.strategy());
    if (!rollout.reason().isEmpty()) {
      node.put("reason", rollout.reason());
    }
    List<Rollout.Step> judged =
        rollout.steps().stream().filter(step -> step.name().equals(Rollout.JUDGED)).toList();
    if (!judged.isEmpty()) {
      ArrayNode figures = node.putArray("judged");
      judged.forEach(step -> figures.add(step.detail()));
    }
  }

  /** {@code rolled-back} and the like. */
  public static String state(Rollout rollout) {
    return word(rollout.state().name());
  }

  private static String word(String name) {
    return name.toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
