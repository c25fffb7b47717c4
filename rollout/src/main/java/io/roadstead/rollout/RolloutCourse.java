package io.roadstead.rollout;

import io.roadstead.rollout.Rollout.State;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A roll-out that is under way: RUNNING, PAUSED, or on its way back. What it does next is the
 * plan's business; this only remembers where it is heading and what went wrong. Confined to the
 * service's turns.
 */
final class RolloutCourse {
  /** What was asked for. */
  enum Kind {
    DEPLOY,
    SCALE,
    RESTART,
    ROLLBACK,
    REMOVE;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Kind of(String word) {
      return valueOf(word.toUpperCase(Locale.ROOT));
    }

    /** Whether it puts new instances in the place of old ones. */
    boolean replaces() {
      return this != SCALE;
    }
  }

  /** As many instances lost in start, or soon after, end a roll-out. */
  private static final int MOST_FAILURES = 3;

  private final Kind kind;
  private final RolloutLog log;
  private int failures;
  private String reason = "";
  private @Nullable State goingTo;
  private boolean paused;
  private @Nullable Trial trial;
  private boolean held;
  private boolean followed;

  RolloutCourse(Kind kind, RolloutLog log) {
    this.kind = kind;
    this.log = log;
  }

  /** One of an earlier life of the platform, from where it was. */
  RolloutCourse(Continuation.GoesOn from, RolloutLog log) {
    this(from.kind(), log);
    paused = from.paused();
    goingTo = from.goingTo().orElse(null);
    reason = from.reason();
  }

  Kind kind() {
    return kind;
  }

  /** Whether nothing of it is begun yet, because the hook before it runs. */
  boolean held() {
    return held;
  }

  void hold(boolean value) {
    held = value;
  }

  /** Says that the hook after it is begun; whether it was not. */
  boolean follow() {
    boolean first = !followed;
    followed = true;
    return first;
  }

  /** While the old version keeps its instances; null in a rolling one. */
  @Nullable Trial trial() {
    return trial;
  }

  void trial(@Nullable Trial now) {
    trial = now;
  }

  RolloutLog log() {
    return log;
  }

  String id() {
    return log.id();
  }

  String reason() {
    return reason;
  }

  boolean paused() {
    return paused;
  }

  void pause(boolean value) {
    paused = value;
    log.state(value ? State.PAUSED : State.RUNNING, reason);
  }

  /** Counts an instance lost; whether they are too many. */
  boolean tooMany() {
    return ++failures >= MOST_FAILURES;
  }

  /** Whether it has given up and is on its way to {@link #goingTo}. */
  boolean returning() {
    return goingTo != null;
  }

  /** The state that it ends in once what is wanted now is there. */
  State goingTo() {
    return goingTo == null ? State.SUCCEEDED : goingTo;
  }

  void giveUp(State end, String why) {
    goingTo = end;
    reason = why;
    failures = 0;
    paused = false;
    held = false;
    log.state(State.RUNNING, why);
  }
}
