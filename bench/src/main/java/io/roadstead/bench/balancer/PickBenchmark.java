package io.roadstead.bench.balancer;

import io.roadstead.balancer.Balancer;
import io.roadstead.balancer.Endpoint;
import io.roadstead.balancer.Guard;
import io.roadstead.balancer.HotCold;
import io.roadstead.balancer.LeastRequest;
import io.roadstead.balancer.Maglev;
import io.roadstead.balancer.Member;
import io.roadstead.balancer.Outcome;
import io.roadstead.balancer.PowerOfTwoChoices;
import io.roadstead.balancer.Probation;
import io.roadstead.balancer.RandomChoice;
import io.roadstead.balancer.RoundRobin;
import io.roadstead.balancer.SlowStart;
import io.roadstead.balancer.SmoothWeighted;
import io.roadstead.balancer.Strategy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
 * A pick, and the report of an earlier pick's outcome: {@value #UNDER_WAY} requests are always
 * under way, so that neither caches nor the branch prediction have seen this very member a moment
 * ago. Clock values are handed in.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders"})
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class PickBenchmark {
  private static final int UNDER_WAY = 32;
  private static final int LATENCIES = 4096;
  private static final long STEP_NANOS = 20_000;

  /** How many endpoints there are. */
  @Param({"10", "50", "1000"})
  public int endpoints;

  /** The default, and strategies without and with its guards. */
  @Param({
    "default",
    "roundRobin",
    "roundRobin+guards",
    "maglev",
    "maglev+guards",
    "smoothWeighted",
    "random",
    "leastRequest",
    "twoChoices",
    "hotCold"
  })
  public String strategy = "";

  private final long[] latencies = new long[LATENCIES];
  private final @Nullable Member<Integer>[] underWay = ring();
  private Balancer<Integer> balancer = Balancer.standard(new SplittableRandom(1));
  private long now;
  private int turn;

  /** For JMH. */
  public PickBenchmark() {}

  /** A balancer that has seen each endpoint answer. */
  @Setup
  public void make() {
    SplittableRandom random = new SplittableRandom(20261123);
    balancer = balancer(strategy, random);
    List<Endpoint<Integer>> all = new ArrayList<>();
    for (int i = 0; i < endpoints; i++) {
      all.add(new Endpoint<>("orders-" + i, i));
    }
    balancer.update(all, now);
    for (int i = 0; i < LATENCIES; i++) {
      latencies[i] = (long) (2e6 * Math.exp(0.8 * random.nextGaussian()));
    }
    for (int i = 0; i < UNDER_WAY + 20 * endpoints; i++) {
      pickAndReport();
    }
  }

  /** One request. */
  @Benchmark
  public @Nullable Member<Integer> pickAndReport() {
    now += STEP_NANOS;
    turn++;
    Member<Integer> done = underWay[turn & (UNDER_WAY - 1)];
    if (done != null) {
      balancer.ended(done, now, latencies[turn & (LATENCIES - 1)], Outcome.SUCCESS);
    }
    Member<Integer> picked = balancer.pick(now, null, now);
    underWay[turn & (UNDER_WAY - 1)] = picked;
    return picked;
  }

  static Balancer<Integer> balancer(String name, SplittableRandom random) {
    int plus = name.indexOf('+');
    List<Guard> guards =
        plus < 0
            ? List.of()
            : List.of(
                Balancer.standardEjection(),
                new Probation(),
                new SlowStart(Duration.ofSeconds(10)));
    Strategy strategy =
        switch (plus < 0 ? name : name.substring(0, plus)) {
          case "roundRobin" -> new RoundRobin();
          case "smoothWeighted" -> new SmoothWeighted();
          case "random" -> new RandomChoice();
          case "leastRequest" -> new LeastRequest();
          case "twoChoices" -> new PowerOfTwoChoices();
          case "hotCold" -> new HotCold();
          case "maglev" -> new Maglev();
          default -> null;
        };
    return strategy == null ? Balancer.standard(random) : new Balancer<>(strategy, guards, random);
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static @Nullable Member<Integer>[] ring() {
    return new Member[UNDER_WAY];
  }
}
