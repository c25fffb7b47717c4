package io.roadstead.control.spec;

import io.roadstead.rollout.RolloutPolicy;
import io.roadstead.rollout.Stages;
import io.roadstead.rollout.Strategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The keys of {@code rollout} that say which strategy it is, and how a staged one goes. */
final class StagesSpec {
  private static final Duration DAY = Duration.ofDays(1);
  private static final List<String> KEYS = List.of("sampleTimeout", "warm", "promote");

  private StagesSpec() {}

  static Strategy strategy(Section section) {
    Optional<String> word = section.text("strategy");
    Optional<Strategy> known = word.flatMap(Strategy::of);
    if (word.isPresent() && known.isEmpty()) {
      section.problem("strategy", "'" + word.get() + "' is not one of " + words());
    }
    return known.orElse(RolloutPolicy.DEFAULT.strategy());
  }

  /** For a sentence. */
  static String words() {
    return Arrays.stream(Strategy.values()).map(Strategy::word).collect(Collectors.joining(", "));
  }

  static Stages read(Section section, Strategy strategy) {
    Stages standard = Stages.DEFAULT;
    if (section.has("steps") && strategy != Strategy.CANARY) {
      section.problem("steps", "belong to the strategy canary, this one is " + strategy.word());
    }
    for (String key : KEYS) {
      if (section.has(key) && !strategy.staged()) {
        section.problem(
            key, "belongs to the strategies canary and blue-green, this one is " + strategy.word());
      }
    }
    List<Stages.Step> steps = new ArrayList<>();
    for (Section step : section.sections("steps")) {
      if (!step.has("share")) {
        step.problem("share", "is missing: the percentage of the requests that the step gives");
      }
      steps.add(
          new Stages.Step(
              step.integer("share", 1, 1, 99),
              step.duration("for", Duration.ofSeconds(30), Duration.ZERO, DAY)));
      step.noMore();
    }
    Stages stages =
        new Stages(
            section.has("steps") ? steps : standard.steps(),
            section.duration("sampleTimeout", standard.sampleTimeout(), Duration.ZERO, DAY),
            section.duration("warm", standard.warm(), Duration.ZERO, DAY),
            byHand(section));
    if (!stages.fault().isEmpty()) {
      section.problem("steps", stages.fault());
      return standard;
    }
    return stages;
  }

  private static boolean byHand(Section section) {
    String word = section.text("promote").orElse("auto");
    if (!word.equals("auto") && !word.equals("manual")) {
      section.problem("promote", "'" + word + "' is not one of auto, manual");
    }
    return word.equals("manual");
  }

  static void write(RolloutPolicy policy, ObjectNode rollout) {
    Stages stages = policy.stages();
    if (!policy.strategy().staged()) {
      return;
    }
    if (policy.strategy() == Strategy.CANARY) {
      ArrayNode steps = rollout.putArray("steps");
      stages
          .steps()
          .forEach(
              step ->
                  steps
                      .addObject()
                      .put("share", step.share())
                      .put("for", Quantities.text(step.time())));
    }
    rollout
        .put("sampleTimeout", Quantities.text(stages.sampleTimeout()))
        .put("warm", Quantities.text(stages.warm()))
        .put("promote", stages.byHand() ? "manual" : "auto");
  }
}
