package io.roadstead.rollout.judge;

/** What the judge says of a new version. */
public enum Verdict {
  /** Neither is shown yet: it stays at its share until more requests have ended. */
  NOT_ENOUGH_SAMPLES,
  /** Not harmful: the next step may begin. */
  CONTINUE,
  /** Not harmful in the last step: it may take all. */
  PROMOTE,
  /** Worse than is tolerated: back to the old version. */
  RETURN
}
