package io.roadstead.gateway;

/** Why a request that failed at an instance was not tried again. */
public enum Unretried {
  /** The instance may have done it, and doing it twice is more than doing it once. */
  NOT_IDEMPOTENT("not-idempotent"),
  /** Its body is too long to be kept, or was not whole yet. */
  BODY_NOT_KEPT("body-not-kept"),
  /** The client has got some of the answer. */
  ANSWER_BEGUN("answer-begun"),
  /** Too many have been tried again lately. */
  BUDGET("budget"),
  /** It has been tried often enough. */
  TRIES("tries"),
  /** There is no other instance, or none with room. */
  NO_OTHER("no-other-instance");

  private final String label;

  Unretried(String label) {
    this.label = label;
  }

  /** How metrics name it. */
  public String label() {
    return label;
  }
}
