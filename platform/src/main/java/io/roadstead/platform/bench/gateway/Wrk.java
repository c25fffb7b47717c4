package io.roadstead.platform.bench.gateway;

import io.roadstead.platform.Refused;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What wrk has measured.
 *
 * @param requests answered
 * @param perSecond answers
 * @param medianMicros latency
 * @param p99Micros latency that 99 of 100 stayed below
 */
record Wrk(long requests, double perSecond, double medianMicros, double p99Micros) {
  private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in ");
  private static final Pattern PER_SECOND = Pattern.compile("Requests/sec:\\s+([\\d.]+)");
  private static final Pattern BAD =
      Pattern.compile("(Non-2xx or 3xx responses: \\d+|Socket errors: .*)");

  /** Reads its report; one with errors is no measurement. */
  static Wrk parse(String proxy, String report) {
    Matcher bad = BAD.matcher(report);
    if (bad.find()) {
      throw Refused.because(proxy + " did not answer every request well: " + bad.group(1).strip());
    }
    return new Wrk(
        Long.parseLong(group(REQUESTS, report)),
        Double.parseDouble(group(PER_SECOND, report)),
        percentile(50, report),
        percentile(99, report));
  }

  private static String group(Pattern pattern, String report) {
    Matcher found = pattern.matcher(report);
    if (!found.find()) {
      throw Refused.because("wrk said what is not understood: " + report.strip());
    }
    return found.group(1);
  }

  private static double percentile(int percent, String report) {
    Matcher line =
        Pattern.compile("(?m)^\\s+" + percent + "%\\s+([\\d.]+)(us|ms|s|m)\\s*$").matcher(report);
    if (!line.find()) {
      throw Refused.because("wrk said what is not understood: " + report.strip());
    }
    double value = Double.parseDouble(line.group(1));
    return switch (line.group(2).toLowerCase(Locale.ROOT)) {
      case "us" -> value;
      case "ms" -> value * 1e3;
      case "s" -> value * 1e6;
      default -> value * 60e6;
    };
  }
}
