package io.roadstead.rollout;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One change of a service from what it was to what was asked for, as far as it has come.
 *
 * @param from the version before, or ""
 * @param to the version asked for; the same as {@code from} for a scale or a restart
 * @param kind what was asked: {@code deploy}, {@code scale}, {@code restart}, {@code rollback},
 *     {@code remove}
 * @param reason why it ended other than well, or ""
 * @param cause who asked for it, and why
 */
public record Rollout(
    String id,
    String service,
    String from,
    String to,
    String kind,
    String strategy,
    State state,
    String reason,
    Instant startedAt,
    Optional<Instant> endedAt,
    Cause cause,
    List<Step> steps) {

  /** The step of a canary, whose detail has the judge's figures. */
  public static final String JUDGED = "canary";

  public Rollout {
    steps = List.copyOf(steps);
  }

  /** Where it stands. */
  public enum State {
    QUEUED(false),
    RUNNING(false),
    PAUSED(false),
    SUCCEEDED(true),
    FAILED(true),
    ROLLED_BACK(true),
    SUPERSEDED(true),
    ABORTED(true);

    private final boolean ended;

    State(boolean ended) {
      this.ended = ended;
    }

    public boolean ended() {
      return ended;
    }
  }

  /** Where one step stands. */
  public enum StepState {
    RUNNING,
    DONE,
    FAILED,
    SKIPPED
  }

  /**
   * One thing that it does, usually to one instance.
   *
   * @param name {@code start}, {@code probe}, {@code drain}, {@code stop}, …
   * @param instance the id, or ""
   * @param detail what it waits for or found, or ""
   */
  public record Step(
      String name,
      String instance,
      StepState state,
      Instant startedAt,
      Optional<Duration> took,
      String detail) {}
}
