package io.roadstead.platform.bench.balancer;

import java.util.SplittableRandom;

/**
 * Servers with a few workers each and one queue before them. First come, first served: when a
 * request ends is known when it comes.
 */
final class Servers {
  private static final double LN2 = Math.log(2);
  private static final double DEVIATION = Math.sqrt(LN2);
  private static final double STEP = 0.1;

  final int[] inFlight;
  final int[] mostInFlight;
  final long[] requests;
  private final double mu;
  private final double[][] free;
  private final double[] typicalSeconds;
  private final Weather weather;
  private final SplittableRandom random;

  Servers(Scenario scenario, SplittableRandom random) {
    int n = scenario.servers();
    this.inFlight = new int[n];
    this.mostInFlight = new int[n];
    this.requests = new long[n];
    this.free = new double[n][scenario.workers()];
    this.typicalSeconds = new double[n];
    this.mu = Math.log(scenario.meanSeconds()) - LN2 / 2;
    this.weather = scenario.weather();
    this.random = random;
  }

  /** Takes a request; the second that it ends in. Lognormal, its deviation as large as its mean. */
  double accept(int server, double second) {
    requests[server]++;
    mostInFlight[server] = Math.max(mostInFlight[server], ++inFlight[server]);
    double[] workers = free[server];
    int first = 0;
    for (int i = 1; i < workers.length; i++) {
      first = workers[i] < workers[first] ? i : first;
    }
    double start = Math.max(second, workers[first]);
    double stallStart = weather.stallStart(server);
    double stallEnd = weather.stallEnd(server);
    if (start >= stallStart && start < stallEnd) {
      start = stallEnd;
    }
    double work =
        Math.exp(mu + DEVIATION * random.nextGaussian()) * weather.slowdown(server, start);
    double end = start + work;
    if (start < stallStart && end > stallStart) {
      end += stallEnd - stallStart;
    }
    workers[first] = end;
    typicalSeconds[server] += (end - second - typicalSeconds[server]) * STEP;
    return end + weather.delay(server, second);
  }

  void ended(int server) {
    inFlight[server]--;
  }

  long typicalNanos(int server) {
    return (long) (typicalSeconds[server] * 1e9);
  }
}
