package io.roadstead.rollout;

import java.time.Duration;
import java.util.List;

/**
 * How a canary or blue-green roll-out goes, beyond what every one needs.
 *
 * @param steps of a canary, with growing shares; before a blue-green switch there are none
 * @param sampleTimeout how long after a step's time more requests are waited for, where those that
 *     came are too few to judge by; then the new version is returned
 * @param warm how long the old version is kept running after the promotion, so that going back is a
 *     change of the split
 * @param byHand whether somebody has to promote it after the last step
 */
public record Stages(List<Step> steps, Duration sampleTimeout, Duration warm, boolean byHand) {
  public static final int MOST_STEPS = 20;

  /**
   * One step of a canary.
   *
   * @param share of the requests that the new version gets, 1 to 99 percent
   * @param time how long it has it, at least
   */
  public record Step(int share, Duration time) {}

  public static final Stages DEFAULT =
      new Stages(
          List.of(
              new Step(5, Duration.ofSeconds(30)),
              new Step(25, Duration.ofSeconds(30)),
              new Step(50, Duration.ofSeconds(30))),
          Duration.ofMinutes(10),
          Duration.ofMinutes(10),
          false);

  public Stages {
    steps = List.copyOf(steps);
  }

  /** What is wrong with it, or "". */
  public String fault() {
    if (steps.isEmpty() || steps.size() > MOST_STEPS) {
      return "has " + steps.size() + " steps; 1 to " + MOST_STEPS + " are possible";
    }
    int before = 0;
    for (Step step : steps) {
      if (step.share() < 1 || step.share() > 99) {
        return "has a step of "
            + step.share()
            + " %; a share is 1 to 99, and all comes after the last";
      }
      if (step.share() <= before) {
        return "has a step of "
            + step.share()
            + " % after one of "
            + before
            + " %; shares must grow";
      }
      before = step.share();
    }
    return "";
  }
}
