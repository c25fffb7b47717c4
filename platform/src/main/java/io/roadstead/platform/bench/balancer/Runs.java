package io.roadstead.platform.bench.balancer;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Simulations, as many at a time as there are processors. A run shares nothing with another, and
 * results are asked for in the order of the tables: the outcome does not depend on the threads.
 */
final class Runs implements AutoCloseable {
  private final int seeds;
  private final ExecutorService threads;
  private long requests;

  /**
   * @param seeds how often each is run, with the seeds from 1 on
   */
  Runs(int seeds, int threads) {
    this.seeds = seeds;
    this.threads =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().name("simulation-", 1).daemon().factory());
  }

  /** A strategy in a scenario. */
  List<Future<RunFigures>> begin(Scenario scenario, Competitor competitor) {
    List<Future<RunFigures>> begun = new ArrayList<>();
    for (int i = 1; i <= seeds; i++) {
      long seed = i;
      begun.add(threads.submit(() -> new Simulation(scenario, competitor, seed).run()));
    }
    return begun;
  }

  /** All strategies in a scenario. */
  Map<Competitor, List<Future<RunFigures>>> begin(Scenario scenario) {
    Map<Competitor, List<Future<RunFigures>>> begun = new EnumMap<>(Competitor.class);
    for (Competitor competitor : Competitor.values()) {
      if (competitor != Competitor.ZONE_FIRST || scenario.zones() > 1) {
        begun.put(competitor, begin(scenario, competitor));
      }
    }
    return begun;
  }

  /** Waits for them. */
  List<RunFigures> of(List<Future<RunFigures>> begun) throws InterruptedException {
    List<RunFigures> runs = new ArrayList<>();
    for (Future<RunFigures> each : begun) {
      try {
        RunFigures run = each.get();
        requests += run.requests();
        runs.add(run);
      } catch (ExecutionException e) {
        throw new IllegalStateException("a simulation failed", e.getCause());
      }
    }
    return runs;
  }

  /** Of all that were waited for. */
  long requests() {
    return requests;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
