package io.roadstead.balancer;

import static io.roadstead.balancer.Traffic.endpoints;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each strategy and decorator promises; the seed is in the test's name. */
class StrategyLawsTest {
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000 * MILLI;

  record Made(String name, Supplier<Strategy> strategy) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Made> strategies() {
    return List.of(
        new Made("round robin", RoundRobin::new),
        new Made("smooth weighted", SmoothWeighted::new),
        new Made("random", RandomChoice::new),
        new Made("least request", LeastRequest::new),
        new Made("two choices", PowerOfTwoChoices::new),
        new Made("hot-cold", HotCold::new),
        new Made("maglev", Maglev::new));
  }

  private static Balancer<Integer> balancer(Strategy strategy, long seed, Guard... guards) {
    return new Balancer<>(strategy, List.of(guards), new SplittableRandom(seed));
  }

  private static Member<Integer> pick(Balancer<Integer> balancer, long now) {
    return Objects.requireNonNull(balancer.pick(now));
  }

  private static int[] picks(Balancer<Integer> balancer, int picks, int endpoints) {
    int[] counts = new int[endpoints];
    for (int i = 0; i < picks; i++) {
      Member<Integer> member = pick(balancer, i * 1000L);
      counts[member.target()]++;
      balancer.ended(member, i * 1000L, 1000, Outcome.SUCCESS);
    }
    return counts;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void randomAndSmoothWeightedRespectWeights(long seed) {
    for (Strategy strategy : List.of(new RandomChoice(), new SmoothWeighted())) {
      Balancer<Integer> balancer = balancer(strategy, seed);
      balancer.update(endpoints(100, 200, 300, 400), 0);

      int[] counts = picks(balancer, 1_000_000, 4);

      for (int i = 0; i < 4; i++) {
        double due = (i + 1) * 100_000.0;
        assertThat((double) counts[i])
            .as("%s, seed %d, endpoint %d", strategy, seed, i)
            .isCloseTo(due, within(due * 0.02));
      }
    }
  }

  @Test
  void smoothWeightedNeverBursts() {
    Balancer<Integer> balancer = balancer(new SmoothWeighted(), 1);
    balancer.update(endpoints(100, 100, 200), 0);
    int inRow = 0;
    for (int i = 0; i < 1000; i++) {
      inRow = pick(balancer, i).target() == 2 ? inRow + 1 : 0;
      assertThat(inRow).isLessThanOrEqualTo(2);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void maglevMovesLittleMoreThanTheShareOfWhoLeaves(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int n = 5 + random.nextInt(45);
    int[] weights = new int[n];
    Arrays.fill(weights, 100);
    List<Endpoint<Integer>> all = endpoints(weights);
    List<Endpoint<Integer>> fewer = new ArrayList<>(all);
    fewer.remove(random.nextInt(n));
    Balancer<Integer> before = balancer(new Maglev(), seed);
    Balancer<Integer> after = balancer(new Maglev(), seed + 1);
    before.update(all, 0);
    after.update(fewer, 0);

    int keys = 100_000;
    int moved = 0;
    for (int key = 0; key < keys; key++) {
      Member<Integer> a = Objects.requireNonNull(before.pick(0, null, key));
      Member<Integer> b = Objects.requireNonNull(after.pick(0, null, key));
      moved += a.target().equals(b.target()) ? 0 : 1;
      before.ended(a, 0, MILLI, Outcome.SUCCESS);
      after.ended(b, 0, MILLI, Outcome.SUCCESS);
    }

    assertThat((double) moved / keys).as("%d members, seed %d", n, seed).isLessThan(1.0 / n + 0.02);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void maglevSpreadsByWeightAndBoundsTheLoadOfOneKey(long seed) {
    Balancer<Integer> balancer = balancer(new Maglev(), seed);
    balancer.update(endpoints(100, 200, 300, 400), 0);
    int[] counts = picks(balancer, 200_000, 4);
    for (int i = 0; i < 4; i++) {
      assertThat(counts[i] / 200_000.0).isCloseTo((i + 1) / 10.0, within(0.01));
    }

    balancer.update(endpoints(100, 100, 100, 100), 0);
    int[] outstanding = new int[4];
    for (int i = 0; i < 400; i++) {
      outstanding[Objects.requireNonNull(balancer.pick(0, null, seed)).target()]++;
    }
    assertThat(IntStream.of(outstanding).boxed())
        .as("one key, seed %d", seed)
        .allMatch(each -> each <= 127);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void maglevKeepsToOneMemberWhileLittleIsUnderWay(long seed) {
    Balancer<Integer> balancer = balancer(new Maglev(), seed);
    balancer.update(endpoints(100, 100, 100, 100, 100), 0);
    Member<Integer> first = Objects.requireNonNull(balancer.pick(0, null, seed));

    assertThat(balancer.pick(0, null, seed)).as("a second one at the same time").isSameAs(first);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void subsetsAreEven(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int servers = 25 + random.nextInt(200);
    int[] weights = new int[servers];
    Arrays.fill(weights, 100);
    List<Endpoint<Integer>> all = endpoints(weights);
    for (int clients : new int[] {1 + random.nextInt(10), 33, 100, 100 + random.nextInt(200)}) {
      Map<String, Double> load = new HashMap<>();
      for (int client = 0; client < clients; client++) {
        List<Endpoint<Integer>> subset = Subset.of(all, client, clients, 12);
        double sum = subset.stream().mapToInt(Endpoint::weight).sum();
        assertThat(sum).isGreaterThanOrEqualTo(12 * 99.0);
        subset.forEach(each -> load.merge(each.key(), each.weight() / sum, Double::sum));
      }
      double even = (double) clients / servers;
      assertThat(load).hasSize(servers);
      assertThat(load.values())
          .as("%d clients, %d servers, seed %d", clients, servers, seed)
          .allMatch(each -> Math.abs(each - even) <= even * 0.1);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("strategies")
  void nobodyStarves(Made made) {
    Balancer<Integer> balancer = balancer(made.strategy().get(), 1);
    balancer.update(endpoints(100, 100, 100, 100, 100), 0);

    assertThat(IntStream.of(picks(balancer, 10_000, 5)).boxed()).allMatch(count -> count > 0);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("strategies")
  void whoFailsFastNeverAttractsMoreThanItsShare(Made made) {
    Balancer<Integer> balancer =
        balancer(made.strategy().get(), 1, Balancer.standardEjection(), new Probation());
    balancer.update(endpoints(100, 100, 100, 100, 100), 0);
    int bad = 0;
    List<Member<Integer>> busy = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      long now = i * MILLI;
      Member<Integer> member = pick(balancer, now);
      if (member.target() == 0) {
        bad++;
        balancer.reported(member, now, 0, MILLI);
        balancer.ended(member, now, MILLI, Outcome.ERROR);
      } else {
        busy.add(member);
      }
      if (busy.size() > 20) {
        Member<Integer> done = busy.remove(0);
        balancer.reported(done, now, 5, 20 * MILLI);
        balancer.ended(done, now, 20 * MILLI, Outcome.SUCCESS);
      }
    }
    assertThat(bad).isBetween(1, 10_000);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("strategies")
  void anEjectedOneComesBackAndPanicKeepsServing(Made made) {
    Balancer<Integer> balancer =
        balancer(made.strategy().get(), 1, Balancer.standardEjection(), new Probation());
    balancer.update(endpoints(100, 100, 100), 0);
    long now = 0;
    for (int i = 0; i < 1000; i++, now += MILLI) {
      Member<Integer> member = pick(balancer, now);
      balancer.ended(member, now, MILLI, Outcome.CONNECT_FAILED);
    }
    for (int i = 0; i < 120_000; i++, now += MILLI) {
      Member<Integer> member = pick(balancer, now);
      balancer.ended(member, now, MILLI, Outcome.SUCCESS);
    }
    int[] counts = new int[3];
    for (int i = 0; i < 3000; i++, now += MILLI) {
      Member<Integer> member = pick(balancer, now);
      counts[member.target()]++;
      balancer.ended(member, now, MILLI, Outcome.SUCCESS);
    }
    assertThat(IntStream.of(counts).boxed()).allMatch(count -> count > 500);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("strategies")
  void inPanicWhoOnlyAnsweredBadlyIsUsedAgain(Made made) {
    Balancer<Integer> balancer =
        balancer(made.strategy().get(), 1, Balancer.standardEjection(), new Probation());
    balancer.update(endpoints(100, 100, 100, 100), 0);
    // Two refuse connections, one answers badly: a quarter is left, less than panic asks for.
    int bad = 0;
    int good = 0;
    for (int i = 0; i < 20_000; i++) {
      long now = i * MILLI;
      Member<Integer> member = pick(balancer, now);
      int target = member.target();
      good += target == 0 ? 1 : 0;
      bad += target == 1 && member.isEjected(now) ? 1 : 0;
      balancer.ended(
          member,
          now,
          MILLI,
          target == 0 ? Outcome.SUCCESS : target == 1 ? Outcome.ERROR : Outcome.CONNECT_FAILED);
    }
    assertThat(good).isPositive();
    assertThat(bad).as("requests to the one that is ejected for its answers").isPositive();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("strategies")
  void aFullMemberGetsNothingMore(Made made) {
    Balancer<Integer> balancer = balancer(made.strategy().get(), 1, new ConcurrencyLimit(2));
    balancer.update(endpoints(100, 100, 100), 0);
    List<Member<Integer>> held = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      held.add(pick(balancer, i));
    }
    assertThat(balancer.pick(7)).isNull();
    balancer.ended(held.get(0), 8, MILLI, Outcome.SUCCESS);
    assertThat(balancer.pick(9)).isSameAs(held.get(0));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("strategies")
  void picksAndOutcomesAllocateNothing(Made made) {
    Balancer<Integer> balancer =
        balancer(made.strategy().get(), 1, Balancer.standardEjection(), new Probation());
    balancer.update(endpoints(100, 100, 100, 200), 0);
    var threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    run(balancer, 20_000);
    long before = threads.getCurrentThreadAllocatedBytes();
    run(balancer, 20_000);
    long bytes = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(bytes).isLessThan(20_000);
  }

  private static void run(Balancer<Integer> balancer, int picks) {
    for (int i = 0; i < picks; i++) {
      Member<Integer> member = balancer.pick(i * 1000L);
      if (member != null) {
        balancer.reported(member, i * 1000L, i & 7, 5000);
        balancer.ended(member, i * 1000L, 5000, Outcome.SUCCESS);
      }
    }
  }

  private static List<Endpoint<Integer>> zoned(String... zones) {
    List<Endpoint<Integer>> endpoints = new ArrayList<>();
    for (int i = 0; i < zones.length; i++) {
      endpoints.add(new Endpoint<>("e" + i, i, 100, zones[i]));
    }
    return endpoints;
  }

  @Test
  void aZoneThatCarriesItsCallersKeepsThem() {
    Balancer<Integer> balancer =
        new Balancer<>(
            new PowerOfTwoChoices(),
            List.of(Balancer.standardEjection()),
            new ZoneFirst("a"),
            new SplittableRandom(1));
    balancer.update(zoned("a", "a", "b", "b"), 0);

    int[] counts = picks(balancer, 10_000, 4);

    assertThat(counts[0] + counts[1]).isEqualTo(10_000);
  }

  @Test
  void aWeakZoneSpillsInProportionToWhatOthersSpare() {
    Balancer<Integer> balancer =
        new Balancer<>(new RandomChoice(), List.of(), new ZoneFirst("a"), new SplittableRandom(1));
    // a has 1/6 of the weight and 1/3 of the callers: it keeps half. b spares nothing, c all.
    balancer.update(zoned("a", "b", "b", "c", "c", "c"), 0);

    int[] counts = picks(balancer, 100_000, 6);

    assertThat(counts[0] / 100_000.0).isCloseTo(0.5, within(0.02));
    assertThat(counts[1] + counts[2]).isZero();
    assertThat((counts[3] + counts[4] + counts[5]) / 100_000.0).isCloseTo(0.5, within(0.02));
  }

  @Test
  void aLostZoneIsLeftAtOnceAndReturnedToLater() {
    Balancer<Integer> balancer =
        new Balancer<>(
            new PowerOfTwoChoices(),
            List.of(
                new PassiveEjection(3, Duration.ofSeconds(1), Duration.ofSeconds(30)),
                new Probation()),
            new ZoneFirst("a"),
            new SplittableRandom(1));
    balancer.update(zoned("a", "a", "b", "b", "b"), 0);
    int lost = 0;
    long now = 0;
    for (; now < 20 * SECOND; now += MILLI) {
      Member<Integer> member = pick(balancer, now);
      boolean down = member.target() < 2;
      lost += down ? 1 : 0;
      balancer.ended(member, now, MILLI, down ? Outcome.CONNECT_FAILED : Outcome.SUCCESS);
    }
    assertThat(lost).isBetween(1, 200);
    for (; now < 100 * SECOND; now += MILLI) {
      balancer.ended(pick(balancer, now), now, MILLI, Outcome.SUCCESS);
    }
    int home = 0;
    for (int i = 0; i < 1000; i++, now += MILLI) {
      Member<Integer> member = pick(balancer, now);
      home += member.target() < 2 ? 1 : 0;
      balancer.ended(member, now, MILLI, Outcome.SUCCESS);
    }
    // Two fifths of the weight for half of the callers.
    assertThat(home).isBetween(750, 850);
  }

  @Test
  void retriesStayWithinTheirBudget() {
    RetryBudget budget = new RetryBudget(20, 0);
    int retried = 0;
    for (int i = 0; i < 10_000; i++) {
      budget.request();
      retried += budget.spend(i * 10_000L) ? 1 : 0;
    }
    assertThat(retried).isBetween(1900, 2100);
  }
}
