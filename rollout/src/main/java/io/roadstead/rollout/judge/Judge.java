package io.roadstead.rollout.judge;

import io.roadstead.rollout.judge.Judgement.Finding;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Compares a new version with the old one by what both answered in the same stretch of time. A pure
 * function: samples in, verdict out; no clock, no state.
 *
 * <p>Three things are compared: the share of errors, the median, and the 95th percentile of the
 * latency. Of each difference it knows an interval, and asks two one-sided questions. Is the least
 * that it can be more than what is tolerated? Then the version is returned. Is the most that it can
 * be less than what is harmful, in all three? Then it goes on. Else there are not enough samples:
 * the intervals narrow as requests come. So a version is never passed for want of evidence, and how
 * many requests are needed follows from the service's own spread.
 *
 * <p>The intervals. Errors: Newcombe's for the difference of two proportions, of Wilson's for each
 * (Newcombe 1998, method 10), which holds for few requests and shares near 0. Latency: a quantile's
 * interval is that of its rank, which is binomial whatever the distribution, read off the
 * histogram; those of both versions are joined in the logarithm, as a ratio's.
 *
 * <p>A judge that is asked often will once be wrong by chance, so the k-th time it may be wrong
 * with 1/(k(k+1)) of the chance that it has in all: these add up to no more than 1, however often
 * it is asked. The chance of a false return is divided by the three comparisons as well.
 */
public final class Judge {
  /** With fewer requests of either version nothing is said. */
  public static final int LEAST_REQUESTS = 20;

  private static final double NANOS_A_MILLI = 1e6;
  private static final int COMPARISONS = 3;

  private final Limits limits;

  public Judge(Limits limits) {
    this.limits = limits;
  }

  /**
   * Judges a step by what was counted since it began, so that a version that gets worse with time
   * is not excused by how it began.
   *
   * @param old of the version that was there before
   * @param young of the new version
   * @param look the how-manieth asking of this roll-out it is, from 1, all steps together
   * @param lastStep whether nothing but promotion follows
   */
  public Judgement judge(Sample old, Sample young, int look, boolean lastStep) {
    if (look < 1) {
      throw new IllegalArgumentException("looks are counted from 1, not " + look);
    }
    if (counted(old) < LEAST_REQUESTS || counted(young) < LEAST_REQUESTS) {
      String sentence =
          "not enough samples: "
              + requests(young.requests())
              + " of the new version and "
              + requests(old.requests())
              + " of the old; "
              + LEAST_REQUESTS
              + " of each are the least";
      return judgement(Verdict.NOT_ENOUGH_SAMPLES, sentence, look, old, young, List.of());
    }
    double spent = 1.0 / ((double) look * (look + 1));
    double returning = deviations(limits.falseReturns() * spent / COMPARISONS);
    double passing = deviations(limits.misses() * spent);
    List<Finding> findings =
        List.of(
            errors(old, young, returning, passing),
            slowdown("p50", 0.5, old.durations(), young.durations(), returning, passing),
            slowdown("p95", 0.95, old.durations(), young.durations(), returning, passing));
    Verdict verdict;
    if (findings.stream().anyMatch(Finding::worse)) {
      verdict = Verdict.RETURN;
    } else if (findings.stream().allMatch(Finding::harmless)) {
      verdict = lastStep ? Verdict.PROMOTE : Verdict.CONTINUE;
    } else {
      verdict = Verdict.NOT_ENOUGH_SAMPLES;
    }
    return judgement(verdict, sentence(verdict, old, young, findings), look, old, young, findings);
  }

  private static long counted(Sample sample) {
    return Math.min(sample.requests(), sample.durations().total());
  }

  private static Judgement judgement(
      Verdict verdict, String sentence, int look, Sample old, Sample young, List<Finding> all) {
    return new Judgement(verdict, sentence, look, old.requests(), young.requests(), all);
  }

  private Finding errors(Sample old, Sample young, double returning, double passing) {
    double was = (double) old.errors() / old.requests();
    double is = (double) young.errors() / young.requests();
    double difference = is - was;
    double least =
        difference - Math.hypot(is - wilson(young, -returning), wilson(old, returning) - was);
    double most = difference + Math.hypot(wilson(young, passing) - is, was - wilson(old, -passing));
    return new Finding(
        "errors",
        was,
        is,
        difference,
        least,
        most,
        least > limits.toleratedErrors(),
        most < limits.harmfulErrors());
  }

  /** An end of Wilson's interval: the upper one, or for negative deviations the lower. */
  private static double wilson(Sample sample, double deviations) {
    double n = sample.requests();
    double share = sample.errors() / n;
    double square = deviations * deviations;
    double centre = share + square / (2 * n);
    double half = deviations * Math.sqrt(share * (1 - share) / n + square / (4 * n * n));
    return (centre + half) / (1 + square / n);
  }

  private Finding slowdown(
      String what, double share, Histogram old, Histogram young, double returning, double passing) {
    double was = quantile(old, share, 0);
    double is = quantile(young, share, 0);
    double factor = is / was;
    double least =
        factor
            * Math.exp(
                -Math.hypot(
                    Math.log(is / quantile(young, share, -returning)),
                    Math.log(quantile(old, share, returning) / was)));
    double most =
        factor
            * Math.exp(
                Math.hypot(
                    Math.log(quantile(young, share, passing) / is),
                    Math.log(was / quantile(old, share, -passing))));
    double negligible = limits.negligible().toNanos();
    return new Finding(
        what,
        was / NANOS_A_MILLI,
        is / NANOS_A_MILLI,
        factor,
        least,
        most,
        least > limits.toleratedSlowdown() && (least - 1) * was > negligible,
        most < limits.harmfulSlowdown() || (most - 1) * was < negligible);
  }

  /** At least a nanosecond; infinite where so many deviations lie beyond what was counted. */
  private static double quantile(Histogram histogram, double share, double deviations) {
    double n = histogram.total();
    double rank = n * share + deviations * Math.sqrt(n * share * (1 - share));
    return Math.max(1, histogram.nanosAt(rank));
  }

  /**
   * How many standard deviations a normal variable exceeds with this chance, up to a half
   * (Abramowitz and Stegun 26.2.23; wrong by 0.00045 at most).
   */
  static double deviations(double chance) {
    double t = Math.sqrt(-2 * Math.log(chance));
    return t
        - (2.515517 + t * (0.802853 + t * 0.010328))
            / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  }

  private String sentence(Verdict verdict, Sample old, Sample young, List<Finding> findings) {
    String counted =
        requests(young.requests()) + " of the new version against " + requests(old.requests());
    return switch (verdict) {
      case RETURN ->
          findings.stream()
              .filter(Finding::worse)
              .map(this::worse)
              .collect(Collectors.joining("; ", "worse: ", " (" + counted + ")"));
      case CONTINUE, PROMOTE ->
          findings.stream()
              .map(finding -> finding.what() + " " + atMost(finding))
              .collect(Collectors.joining(", ", "not worse: ", " (" + counted + ")"));
      case NOT_ENOUGH_SAMPLES ->
          findings.stream()
              .filter(finding -> !finding.harmless())
              .map(finding -> finding.what() + " may be " + atMost(finding))
              .collect(Collectors.joining(", ", "not enough samples: ", " (" + counted + ")"));
    };
  }

  private String worse(Finding finding) {
    if (finding.what().equals("errors")) {
      return String.format(
          Locale.ROOT,
          "errors %.2f %% against %.2f %%: at least %.2f points more, %.2f are tolerated",
          100 * finding.newValue(),
          100 * finding.oldValue(),
          100 * finding.least(),
          100 * limits.toleratedErrors());
    }
    return String.format(
        Locale.ROOT,
        "%s %.1f ms against %.1f ms: at least %.2f times as long, %.2f are tolerated",
        finding.what(),
        finding.newValue(),
        finding.oldValue(),
        finding.least(),
        limits.toleratedSlowdown());
  }

  private static String atMost(Finding finding) {
    if (finding.what().equals("errors")) {
      return String.format(Locale.ROOT, "up to %.2f points more", 100 * finding.most());
    }
    return Double.isInfinite(finding.most())
        ? "any number of times as long"
        : String.format(Locale.ROOT, "up to %.2f times as long", finding.most());
  }

  private static String requests(long count) {
    return String.format(Locale.ROOT, "%,d %s", count, count == 1 ? "request" : "requests");
  }
}
