package io.roadstead.bench.balancer;

import io.roadstead.balancer.Balancer;
import io.roadstead.balancer.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A membership change: one endpoint in the middle of the list leaves, and comes back with the next
 * change. Endpoints are new objects each time; keys, too, but their hash codes are known, as those
 * of instances that a registry holds.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders"})
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class MembershipBenchmark {
  private static final int LISTS = 64;
  private static final long STEP_NANOS = 1_000_000_000;

  /** How many endpoints there are. */
  @Param({"50", "1000"})
  public int endpoints;

  /** Whose membership changes. */
  @Param({"default", "roundRobin", "smoothWeighted", "maglev"})
  public String strategy = "";

  /** All alike, or a third of them with less weight. */
  @Param({"even", "uneven"})
  public String weights = "";

  private final List<List<Endpoint<Integer>>> lists = new ArrayList<>();
  private Balancer<Integer> balancer = Balancer.standard(new SplittableRandom(1));
  private long now;
  private int turn;

  /** For JMH. */
  public MembershipBenchmark() {}

  /** The lists to come. */
  @Setup
  public void make() {
    balancer = PickBenchmark.balancer(strategy, new SplittableRandom(20261123));
    for (int list = 0; list < LISTS; list++) {
      List<Endpoint<Integer>> all = new ArrayList<>();
      for (int i = 0; i < endpoints; i++) {
        if (list % 2 == 0 || i != endpoints / 2) {
          int weight = weights.equals("uneven") && i % 3 == 0 ? 50 : 100;
          all.add(new Endpoint<>("10.0.0.1:orders:" + i, i, weight));
        }
      }
      lists.add(all);
    }
  }

  /** One change. */
  @Benchmark
  public int change() {
    now += STEP_NANOS;
    balancer.update(lists.get(turn++ & (LISTS - 1)), now);
    return balancer.size();
  }
}
