package io.roadstead.rollout;

import io.roadstead.rollout.Rollout.State;
import io.roadstead.rollout.Rollout.StepState;
import java.util.Optional;

/**
 * What becomes of a roll-out that was under way when the platform ended: it goes on, forward or
 * back, from what is written down. A pure function of that.
 *
 * <p>What is wanted is written before the roll-out's own steps, so where the two differ, what is
 * wanted is right: either the roll-out had just given up, or another command had just come.
 */
sealed interface Continuation {
  /** The step that tells a later life of the platform that it goes back because it was aborted. */
  String ABORT = "abort";

  String RETURN = "return";
  String START = "start";

  /**
   * It goes on.
   *
   * @param goingTo how it ends once it has gone back; nothing while it goes forward
   * @param reason why it goes back, or ""
   */
  record GoesOn(RolloutCourse.Kind kind, boolean paused, Optional<State> goingTo, String reason)
      implements Continuation {}

  /** Nothing is left to do for it. */
  record Ends(State state, String reason) implements Continuation {}

  static Continuation of(Rollout rollout, ServiceState wanted, ReleaseBook releases) {
    RolloutCourse.Kind kind = RolloutCourse.Kind.of(rollout.kind());
    boolean removes = kind == RolloutCourse.Kind.REMOVE;
    if (removes != wanted.removing()) {
      return new Ends(State.SUPERSEDED, "taken over as the platform ended");
    }
    boolean paused = rollout.state() == State.PAUSED;
    if (removes) {
      return new GoesOn(kind, false, Optional.empty(), "");
    }
    boolean returns =
        rollout.steps().stream()
            .anyMatch(step -> step.name().equals(RETURN) && step.state() == StepState.RUNNING);
    if (returns) {
      return back(kind, rollout, wanted, rollout.reason());
    }
    if (leadsTo(rollout, wanted, releases)) {
      return new GoesOn(kind, paused, Optional.empty(), "");
    }
    return wanted.target() == wanted.lastGood()
        ? back(kind, rollout, wanted, "it had given up when the platform ended")
        : new Ends(State.SUPERSEDED, "taken over as the platform ended");
  }

  private static GoesOn back(
      RolloutCourse.Kind kind, Rollout rollout, ServiceState wanted, String reason) {
    boolean aborted = rollout.steps().stream().anyMatch(step -> step.name().equals(ABORT));
    State end = aborted ? State.ABORTED : wanted.target() == 0 ? State.FAILED : State.ROLLED_BACK;
    return new GoesOn(kind, false, Optional.of(end), reason);
  }

  /** Whether what is wanted is what it was begun for. */
  private static boolean leadsTo(Rollout rollout, ServiceState wanted, ReleaseBook releases) {
    return releases.all().stream()
        .filter(release -> release.createdAt().equals(rollout.startedAt()))
        .findFirst()
        .map(release -> release.number() == wanted.target())
        .orElseGet(() -> rollout.to().equals(releases.version(wanted.target())));
  }
}
