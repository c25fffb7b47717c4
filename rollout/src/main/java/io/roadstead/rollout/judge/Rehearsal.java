package io.roadstead.rollout.judge;

import io.roadstead.rollout.judge.Draws.Quantiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * How often the judge is wrong: roll-outs played on requests drawn from known distributions. Each
 * has {@value #STEPS} steps, at the end of each of which the judge is asked, and again after as
 * many requests more as long as it says that the samples are not enough, {@value #LOOKS} times at
 * most. Nothing but the seed decides what comes of them. Stateless.
 */
public final class Rehearsal {
  /** How many steps a roll-out has. */
  public static final int STEPS = 4;

  /** How often the judge is asked in a step at most. */
  public static final int LOOKS = 3;

  private static final double ERRORS = 0.005;
  private static final int PHASES = 8;
  private static final String HEAD =
      """
      | the new version is | requests of it in a step | returned falsely | missed | promoted | returned | neither in time |
      |---|---|---|---|---|---|---|
      """;

  private final Judge judge = new Judge(Limits.DEFAULT);

  /** What the judge is to do with a version. */
  public enum Wanted {
    /** As good as the old one: promoted. */
    PROMOTE,
    /** Worse by what is just tolerated: not returned. */
    KEEP,
    /** Harmful: returned. */
    RETURN
  }

  /** How long a service takes. */
  private enum Service {
    IN_50_MS(Draws.unimodal(50)),
    CACHED(Draws.bimodal());

    @SuppressWarnings("ImmutableEnumChecker") // a function of its parameters alone
    private final Quantiles quantiles;

    Service(Quantiles quantiles) {
      this.quantiles = quantiles;
    }
  }

  /** A new version beside the old one, and what is to become of it. */
  public enum Kind {
    GOOD("as good, 50 ms", Wanted.PROMOTE, Service.IN_50_MS, 500, 0, 1, 1),
    GOOD_CACHED("as good, cached", Wanted.PROMOTE, Service.CACHED, 1_000, 0, 1, 1),
    ONE_POINT(
        "1 percentage point of errors worse, which is just tolerated, 50 ms",
        Wanted.KEEP,
        Service.IN_50_MS,
        500,
        0.01,
        1,
        1),
    A_FIFTH_SLOWER(
        "20 % slower, which is just tolerated, 50 ms",
        Wanted.KEEP, Service.IN_50_MS, 500, 0, 1.2, 1.2),
    FIVE_POINTS(
        "5 percentage points of errors worse, 50 ms",
        Wanted.RETURN,
        Service.IN_50_MS,
        500,
        0.05,
        1,
        1),
    HALF_SLOWER("50 % slower, 50 ms", Wanted.RETURN, Service.IN_50_MS, 500, 0, 1.5, 1.5),
    HALF_SLOWER_CACHED("50 % slower, cached", Wanted.RETURN, Service.CACHED, 1_000, 0, 1.5, 1.5),
    LEAK(
        "a slow leak: as good at first, twice as slow at the end of the last step, 50 ms",
        Wanted.RETURN,
        Service.IN_50_MS,
        500,
        0,
        1,
        2);

    private final String words;
    private final Wanted wanted;
    private final Service service;
    private final int requests;
    private final double moreErrors;
    private final double slowerFirst;
    private final double slowerLast;

    Kind(
        String words,
        Wanted wanted,
        Service service,
        int requests,
        double moreErrors,
        double slowerFirst,
        double slowerLast) {
      this.words = words;
      this.wanted = wanted;
      this.service = service;
      this.requests = requests;
      this.moreErrors = moreErrors;
      this.slowerFirst = slowerFirst;
      this.slowerLast = slowerLast;
    }

    /** The parts of a step, each with its distribution; one where nothing changes. */
    private List<Draws> step(int step) {
      int phases = slowerFirst == slowerLast ? 1 : PHASES;
      return IntStream.range(0, phases)
          .mapToDouble(i -> (step * phases + i + 0.5) / (STEPS * phases))
          .mapToObj(
              passed ->
                  Draws.of(
                      service.quantiles,
                      slowerFirst + passed * (slowerLast - slowerFirst),
                      ERRORS + moreErrors))
          .toList();
    }

    /** What the new version is, for a person. */
    public String words() {
      return words;
    }

    public Wanted wanted() {
      return wanted;
    }

    /** How many requests each version has between two askings: the least that a canary needs. */
    public int requests() {
      return requests;
    }
  }

  /**
   * What became of the roll-outs of a kind, which are as many as the three together.
   *
   * @param undecided those in which the samples were still not enough when they were to be
   */
  public record Ends(Kind kind, long promoted, long returned, long undecided) {
    public long runs() {
      return promoted + returned + undecided;
    }

    /** Those that ended otherwise than they ought to: returned for no reason, or not returned. */
    public long wrong() {
      return kind.wanted == Wanted.RETURN ? promoted + undecided : returned;
    }
  }

  private enum End {
    PROMOTED,
    RETURNED,
    UNDECIDED
  }

  /** Plays a kind on all cores; blocks until it is over. */
  public Ends play(Kind kind, int runs, long seed) {
    Draws old = Draws.of(kind.service.quantiles, 1, ERRORS);
    List<List<Draws>> steps = new ArrayList<>();
    for (int step = 0; step < STEPS; step++) {
      steps.add(kind.step(step));
    }
    // Each roll-out has random numbers of its own, so it does not matter which core plays it.
    long[] seeds = new SplittableRandom(seed).longs(runs).toArray();
    var ends =
        LongStream.of(seeds)
            .parallel()
            .mapToObj(own -> rollOut(old, steps, kind.requests, new SplittableRandom(own)))
            .collect(Collectors.groupingBy(end -> end, Collectors.counting()));
    return new Ends(
        kind,
        ends.getOrDefault(End.PROMOTED, 0L),
        ends.getOrDefault(End.RETURNED, 0L),
        ends.getOrDefault(End.UNDECIDED, 0L));
  }

  private End rollOut(Draws old, List<List<Draws>> steps, int requests, SplittableRandom random) {
    int look = 0;
    for (int step = 0; step < STEPS; step++) {
      Sample was = Sample.NONE;
      Sample is = Sample.NONE;
      Verdict verdict = Verdict.NOT_ENOUGH_SAMPLES;
      for (int again = 0; again < LOOKS && verdict == Verdict.NOT_ENOUGH_SAMPLES; again++) {
        was = was.plus(old.draw(random, requests));
        is = is.plus(Draws.draw(steps.get(step), random, requests));
        verdict = judge.judge(was, is, ++look, step == STEPS - 1).verdict();
      }
      if (verdict == Verdict.RETURN) {
        return End.RETURNED;
      } else if (verdict == Verdict.NOT_ENOUGH_SAMPLES) {
        return End.UNDECIDED;
      }
    }
    return End.PROMOTED;
  }

  /** The figures as the table of the documents. */
  public static String table(List<Ends> all) {
    return all.stream().map(Rehearsal::row).collect(Collectors.joining("", HEAD, ""));
  }

  private static String row(Ends ends) {
    boolean harmful = ends.kind.wanted == Wanted.RETURN;
    return "| %s | %s | %s | %s | %s | %s | %s |\n"
        .formatted(
            ends.kind.words,
            String.format(Locale.ROOT, "%,d", ends.kind.requests),
            harmful ? "–" : "**" + percent(ends.wrong(), ends) + "**",
            harmful ? "**" + percent(ends.wrong(), ends) + "**" : "–",
            percent(ends.promoted, ends),
            percent(ends.returned, ends),
            percent(ends.undecided, ends));
  }

  private static String percent(long part, Ends of) {
    return String.format(Locale.ROOT, "%.2f %%", 100.0 * part / of.runs());
  }
}
