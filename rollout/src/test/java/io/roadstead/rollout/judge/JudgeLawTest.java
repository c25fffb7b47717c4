package io.roadstead.rollout.judge;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.rollout.judge.Rehearsal.Ends;
import io.roadstead.rollout.judge.Rehearsal.Kind;
import io.roadstead.rollout.judge.Rehearsal.Wanted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** How often the judge is wrong, over ten thousand roll-outs of each kind. */
class JudgeLawTest {
  private static final int RUNS = 10_000;
  private static final long SEED = 20261123;

  private final Rehearsal rehearsal = new Rehearsal();

  @Test
  void theJudgeIsWrongInNoMoreThanTwoOfAHundredRollOutsAndTheDocumentSaysHowOften()
      throws IOException {
    List<Ends> all = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      Ends ends = rehearsal.play(kind, RUNS, SEED);
      assertThat(ends.runs()).isEqualTo(RUNS);
      assertThat(ends.wrong()).as("%s: wrong, seed %d", kind, SEED).isLessThan(RUNS / 50);
      if (kind.wanted() == Wanted.PROMOTE) {
        assertThat(ends.promoted())
            .as("%s: promoted, seed %d", kind, SEED)
            .isGreaterThan(RUNS - RUNS / 50);
      }
      all.add(ends);
    }
    assertThat(Files.readString(Path.of("../docs/canary.md")))
        .as("the table that \"roadstead bench judge\" prints")
        .contains(Rehearsal.table(all));
  }

  @Test
  void nothingButTheSeedDecides() {
    assertThat(rehearsal.play(Kind.A_FIFTH_SLOWER, 200, 7))
        .isEqualTo(rehearsal.play(Kind.A_FIFTH_SLOWER, 200, 7))
        .isNotEqualTo(rehearsal.play(Kind.A_FIFTH_SLOWER, 200, 8));
  }

  /** A million of the drawn: as many fail, and are as fast, as the distribution says. */
  @Test
  void whatIsDrawnIsAsTheDistributionSays() {
    int requests = 1_000_000;
    Sample drawn = Draws.of(Draws.unimodal(50), 1, 0.05).draw(new SplittableRandom(SEED), requests);
    assertThat(drawn.durations().total()).isEqualTo(requests);
    // Six standard deviations of a binomial are 1,308.
    assertThat(drawn.errors()).as("seed %d", SEED).isBetween(48_692L, 51_308L);
    assertThat(drawn.durations().nanosAt(requests / 2.0) / 1e6).isBetween(48.0, 52.0);
    assertThat(drawn.durations().nanosAt(requests * 0.95) / 1e6).isBetween(109.0, 119.0);
  }
}
