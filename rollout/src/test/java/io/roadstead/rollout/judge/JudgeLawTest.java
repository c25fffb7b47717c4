package io.roadstead.rollout.judge;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.rollout.judge.Draws.Quantiles;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * How often the judge is wrong, over ten thousand roll-outs of each kind: a service that answers in
 * 50 ms and fails 1 in 200 requests, and one with a cache; four steps, at the end of each of which
 * it is asked, and as often again as it says that the samples are not enough, up to three times.
 */
class JudgeLawTest {
  private static final int RUNS = 10_000;
  private static final int STEPS = 4;
  private static final int ASKED_AGAIN = 3;
  private static final double ERRORS = 0.005;
  private static final long SEED = 20261123;

  private final Judge judge = new Judge(Limits.DEFAULT);

  /** What becomes of a roll-out. */
  private enum End {
    PROMOTED,
    RETURNED,
    UNDECIDED
  }

  private record Ends(long promoted, long returned, long undecided) {}

  @Test
  void aGoodVersionIsReturnedInNoMoreThanTwoOfAHundredRollOuts() {
    assertGood("good, 50 ms", Draws.unimodal(50), 500);
    assertGood("good, cached", Draws.bimodal(), 1_000);
  }

  /** As bad as is tolerated, and no worse: here a return is likeliest. */
  @Test
  void aVersionThatIsJustToleratedIsReturnedInNoMoreThanTwoOfAHundredRollOuts() {
    assertKept("+1 point of errors, 50 ms", same(1, ERRORS + 0.01));
    assertKept("+20 % latency, 50 ms", same(1.2, ERRORS));
  }

  private void assertKept(String what, Course course) {
    Ends ends = run(what, Draws.unimodal(50), 500, course);
    assertThat(ends.returned()).as("%s: returned, seed %d", what, SEED).isLessThan(RUNS / 50);
  }

  @Test
  void fivePercentagePointsMoreErrorsAreNotMissed() {
    assertBad("+5 points of errors, 50 ms", Draws.unimodal(50), 500, same(1, ERRORS + 0.05));
  }

  @Test
  void halfMoreLatencyIsNotMissed() {
    assertBad("+50 % latency, 50 ms", Draws.unimodal(50), 500, same(1.5, ERRORS));
    assertBad("+50 % latency, cached", Draws.bimodal(), 1_000, same(1.5, ERRORS));
  }

  /** It begins as good as the old one, and answers in twice the time in the end. */
  @Test
  void aSlowLeakIsNotMissed() {
    assertBad("slow leak, 50 ms", Draws.unimodal(50), 500, JudgeLawTest::leaking);
  }

  /** The factors of latency and the error shares of the phases of a step. */
  private interface Course {
    List<Draws> step(Quantiles quantiles, int step);
  }

  private static Course same(double factor, double errors) {
    return (quantiles, _) -> List.of(Draws.of(quantiles, factor, errors));
  }

  private static List<Draws> leaking(Quantiles quantiles, int step) {
    return IntStream.range(0, 8)
        .mapToObj(i -> Draws.of(quantiles, 1 + (step * 8 + i + 0.5) / (STEPS * 8), ERRORS))
        .toList();
  }

  private void assertGood(String what, Quantiles quantiles, int requests) {
    Ends ends = run(what, quantiles, requests, same(1, ERRORS));
    assertThat(ends.returned()).as("%s: returned, seed %d", what, SEED).isLessThan(RUNS / 50);
    assertThat(ends.undecided()).as("%s: undecided, seed %d", what, SEED).isLessThan(RUNS / 50);
  }

  private void assertBad(String what, Quantiles quantiles, int requests, Course course) {
    Ends ends = run(what, quantiles, requests, course);
    assertThat(RUNS - ends.returned()).as("%s: missed, seed %d", what, SEED).isLessThan(RUNS / 50);
  }

  private Ends run(String what, Quantiles quantiles, int requests, Course course) {
    Draws old = Draws.of(quantiles, 1, ERRORS);
    List<List<Draws>> steps = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      steps.add(course.step(quantiles, step));
    }
    SplittableRandom random = new SplittableRandom(SEED);
    Map<End, Long> ends = new EnumMap<>(End.class);
    for (int run = 0; run < RUNS; run++) {
      ends.merge(rollOut(old, steps, requests, random), 1L, Long::sum);
    }
    Ends counted =
        new Ends(
            ends.getOrDefault(End.PROMOTED, 0L),
            ends.getOrDefault(End.RETURNED, 0L),
            ends.getOrDefault(End.UNDECIDED, 0L));
    System.out.printf(
        Locale.ROOT,
        "%-28s %,6d requests of the new version a step: %.2f %% promoted, %.2f %% returned,"
            + " %.2f %% undecided%n",
        what,
        requests,
        100.0 * counted.promoted() / RUNS,
        100.0 * counted.returned() / RUNS,
        100.0 * counted.undecided() / RUNS);
    return counted;
  }

  private End rollOut(Draws old, List<List<Draws>> steps, int requests, SplittableRandom random) {
    int look = 0;
    for (int step = 0; step < steps.size(); step++) {
      Sample was = Sample.NONE;
      Sample is = Sample.NONE;
      Verdict verdict = Verdict.NOT_ENOUGH_SAMPLES;
      for (int again = 0; again < ASKED_AGAIN && verdict == Verdict.NOT_ENOUGH_SAMPLES; again++) {
        was = was.plus(old.draw(random, requests));
        is = is.plus(Draws.draw(steps.get(step), random, requests));
        verdict = judge.judge(was, is, ++look, step == steps.size() - 1).verdict();
      }
      if (verdict == Verdict.RETURN) {
        return End.RETURNED;
      } else if (verdict == Verdict.NOT_ENOUGH_SAMPLES) {
        return End.UNDECIDED;
      }
    }
    return End.PROMOTED;
  }
}
