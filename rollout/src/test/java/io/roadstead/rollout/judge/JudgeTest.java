package io.roadstead.rollout.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class JudgeTest {
  private final Judge judge = new Judge(Limits.DEFAULT);
  private final SplittableRandom random = new SplittableRandom(7);

  private Sample drawn(int requests, double factor, double errorShare) {
    return Draws.of(Draws.unimodal(50), factor, errorShare).draw(random, requests);
  }

  @Test
  void aVersionLikeTheOldOneGoesOnAndIsPromotedAfterTheLastStep() {
    Sample old = drawn(4_000, 1, 0.005);
    Sample young = drawn(1_000, 1, 0.005);

    assertThat(judge.judge(old, young, 1, false).verdict()).isEqualTo(Verdict.CONTINUE);
    assertThat(judge.judge(old, young, 4, true).verdict()).isEqualTo(Verdict.PROMOTE);
  }

  @Test
  void aVersionOfWhichAllFailsIsReturnedAfterTwentyRequests() {
    Judgement judgement = judge.judge(drawn(200, 1, 0), drawn(20, 1, 1), 1, false);

    assertThat(judgement.verdict()).isEqualTo(Verdict.RETURN);
    assertThat(judgement.sentence())
        .startsWith("worse: errors 100.00 % against 0.00 %: at least ")
        .endsWith(
            " points more, 1.00 are tolerated (20 requests of the new version against 200"
                + " requests)");
  }

  @Test
  void fewerRequestsOfEitherAreNotEnough() {
    for (Judgement judgement :
        List.of(
            judge.judge(drawn(19, 1, 0), drawn(5_000, 1, 1), 1, true),
            judge.judge(drawn(5_000, 1, 0), drawn(19, 1, 1), 1, true),
            judge.judge(Sample.NONE, Sample.NONE, 1, true))) {
      assertThat(judgement.verdict()).isEqualTo(Verdict.NOT_ENOUGH_SAMPLES);
      assertThat(judgement.sentence()).contains("20 of each are the least");
    }
  }

  @Test
  void requestsWithoutTheirDurationsAreNoEvidence() {
    Sample silent = new Sample(5_000, 0, Histogram.NONE);

    assertThat(judge.judge(silent, silent, 1, true).verdict())
        .isEqualTo(Verdict.NOT_ENOUGH_SAMPLES);
  }

  @Test
  void wantOfEvidenceIsNoPass() {
    Judgement judgement = judge.judge(drawn(60, 1, 0), drawn(60, 1, 0), 1, true);

    assertThat(judgement.verdict()).isEqualTo(Verdict.NOT_ENOUGH_SAMPLES);
    assertThat(judgement.sentence()).contains("p95 may be any number of times as long");
  }

  @Test
  void aFewMillisecondsAreNegligible() {
    Draws.Quantiles fast = Draws.unimodal(1);
    Sample old = Draws.of(fast, 1, 0).draw(random, 3_000);

    assertThat(judge.judge(old, Draws.of(fast, 1.6, 0).draw(random, 3_000), 1, false).verdict())
        .isEqualTo(Verdict.CONTINUE);
    assertThat(judge.judge(old, Draws.of(fast, 9, 0).draw(random, 3_000), 1, false).verdict())
        .isEqualTo(Verdict.RETURN);
  }

  @Test
  void aSlowTailIsFoundWhereTheMedianIsAsBefore() {
    Sample young = drawn(2_700, 1, 0).plus(drawn(300, 4, 0));

    Judgement judgement = judge.judge(drawn(3_000, 1, 0), young, 1, false);

    assertThat(judgement.verdict()).isEqualTo(Verdict.RETURN);
    assertThat(judgement.sentence()).startsWith("worse: p95 ");
  }

  @Test
  void whatBothVersionsSufferIsNotTheNewOnesFault() {
    assertThat(judge.judge(drawn(4_000, 3, 0.2), drawn(4_000, 3, 0.2), 1, false).verdict())
        .isEqualTo(Verdict.CONTINUE);
  }

  @Test
  void eachFurtherAskingNeedsMoreToBeSure() {
    Sample old = drawn(2_000, 1, 0.005);
    Sample young = drawn(2_000, 1, 0.03);

    double first = judge.judge(old, young, 1, false).findings().getFirst().least();
    double tenth = judge.judge(old, young, 10, false).findings().getFirst().least();

    assertThat(tenth).isLessThan(first);
  }

  /** From tables of the normal distribution. */
  @Test
  void deviationsAreThoseOfTheNormalDistribution() {
    assertThat(Judge.deviations(0.5)).isEqualTo(0, within(5e-4));
    assertThat(Judge.deviations(0.025)).isEqualTo(1.95996, within(5e-4));
    assertThat(Judge.deviations(0.001)).isEqualTo(3.09023, within(5e-4));
    assertThat(Judge.deviations(1e-6)).isEqualTo(4.75342, within(5e-4));
  }

  /** Newcombe 1998, table II: 56/70 against 48/80, 95 % (method 10). */
  @Test
  void theIntervalOfErrorSharesIsNewcombes() {
    Judge wide = new Judge(new Limits(0.01, 0.05, 1.2, 1.5, Duration.ofMillis(5), 0.1, 0.05));
    Sample young = new Sample(70, 56, drawn(70, 1, 0).durations());
    Sample old = new Sample(80, 48, drawn(80, 1, 0).durations());

    Judgement.Finding errors = wide.judge(old, young, 1, false).findings().getFirst();

    // At the first look 0.05 of misses are 0.025, as in the table; its upper end is 0.3339.
    assertThat(errors.difference()).isEqualTo(0.2, within(1e-9));
    assertThat(errors.most()).isEqualTo(0.3339, within(5e-4));
  }

  @Test
  void aWindowIsTheDifferenceOfTwoCounts() {
    Sample before = drawn(100, 1, 0.5);
    Sample since = drawn(40, 1, 0.5);

    assertThat(before.plus(since).minus(before)).isEqualTo(since);
    assertThat(since.minus(Sample.NONE)).isEqualTo(since);
    assertThat(before.minus(before.plus(since)).requests()).isZero();
  }

  @Test
  void limitsThatContradictEachOtherAreRefused() {
    assertThatThrownBy(() -> new Limits(0.05, 0.05, 1.2, 1.5, Duration.ZERO, 0.01, 0.01))
        .hasMessageContaining("tolerated < harmful");
    assertThatThrownBy(() -> new Limits(0.01, 0.05, 1.5, 1.2, Duration.ZERO, 0.01, 0.01))
        .hasMessageContaining("tolerated < harmful");
    assertThatThrownBy(() -> new Limits(0.01, 0.05, 1.2, 1.5, Duration.ZERO, 0.01, 0))
        .hasMessageContaining("chances");
  }
}
