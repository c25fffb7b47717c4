package io.roadstead.gateway.grid;

import io.roadstead.gateway.http.Strict;
import java.util.List;

/** One word for what a gateway made of a case, whichever gateway. */
public enum Outcome {
  /** It answered by itself, and nothing whole went on. */
  REFUSED("refused"),
  /** It ended the connection without an answer. */
  CLOSED("closed"),
  /** It waits for more. */
  WAITS("waits"),
  /** What was in order went on, in order. */
  PASSED("passed"),
  /** What was not in order went on as something that is. */
  REPAIRED("repaired"),
  /** The other side could see that the answer is not whole. */
  CUT("cut"),
  /** An answer that was not whole arrived as one that is. */
  MADE_WHOLE("**made whole**"),
  /** What went on is not in order. */
  PASSED_ON("**passed on**");

  /** Where the RFC says what becomes of messages that are not whole. */
  private static final String INCOMPLETE = "RFC 9112 8";

  private final String word;

  Outcome(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  /** Whether a receiver is left with something that it may read otherwise than the sender. */
  public boolean letsThrough() {
    return this == MADE_WHOLE || this == PASSED_ON;
  }

  public static Outcome of(GridCase given, Seen seen) {
    return given.ofAnswers() ? ofAnswer(given, seen) : ofRequest(given, seen);
  }

  private static Outcome ofRequest(GridCase given, Seen seen) {
    List<Strict.Messages> origin = seen.origin().stream().map(Strict::requests).toList();
    if (origin.stream().anyMatch(messages -> !messages.problem().isEmpty())) {
      return PASSED_ON;
    }
    if (origin.stream().anyMatch(messages -> !messages.whole().isEmpty())) {
      return given.want() == GridCase.Want.REFUSED ? REPAIRED : PASSED;
    }
    if (!seen.got().isEmpty()) {
      return REFUSED;
    }
    return seen.ended() ? CLOSED : WAITS;
  }

  private static Outcome ofAnswer(GridCase given, Seen seen) {
    Strict.Messages answers = seen.answers(given);
    if (!answers.problem().isEmpty()) {
      return PASSED_ON;
    }
    boolean whole = answers.statuses().stream().anyMatch(status -> status >= 200);
    if (answers.statuses().contains(502)) {
      return REFUSED;
    }
    return switch (given.want()) {
      case BAD_GATEWAY -> whole ? REPAIRED : seen.got().isEmpty() ? CLOSED : CUT;
      case CUT -> !whole ? CUT : given.rule().equals(INCOMPLETE) ? MADE_WHOLE : REPAIRED;
      case REFUSED, ANSWERED, PASSED, WAITS ->
          answers.statuses().equals(given.statuses()) ? PASSED : whole ? REPAIRED : CUT;
    };
  }
}
