package io.roadstead.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What affinity promises where several balancers have the same members, or some may serve only. */
class AffinityLawsTest {
  private static final int KEYS = 20_000;
  private static final long MILLI = 1_000_000;

  private static List<Endpoint<Integer>> endpoints(int n) {
    List<Endpoint<Integer>> endpoints = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      endpoints.add(new Endpoint<>("orders-" + i, i));
    }
    return endpoints;
  }

  private static Balancer<Integer> maglev(List<Endpoint<Integer>> endpoints, long seed) {
    Balancer<Integer> balancer =
        new Balancer<>(new Maglev(), List.of(), new SplittableRandom(seed));
    balancer.update(endpoints, 0);
    return balancer;
  }

  private static long hash(int key) {
    byte[] bytes = ("user-" + key).getBytes(StandardCharsets.US_ASCII);
    return Maglev.hash(bytes, 0, bytes.length);
  }

  private static int met(Balancer<Integer> balancer, int from, int to, int key) {
    Member<Integer> member =
        Objects.requireNonNull(balancer.pickAmong(from, to, 0, null, hash(key)));
    balancer.ended(member, 0, MILLI, Outcome.SUCCESS);
    return member.target();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void allWhoKnowTheSameMembersAgreeWhateverTheirOrder(long seed) {
    List<Endpoint<Integer>> endpoints = endpoints(23);
    List<Endpoint<Integer>> shuffled = new ArrayList<>(endpoints);
    Collections.shuffle(shuffled, new Random(seed));
    Balancer<Integer> one = maglev(endpoints, seed);
    Balancer<Integer> other = maglev(shuffled, seed + 1);
    for (int key = 0; key < KEYS; key++) {
      assertThat(met(one, 0, 23, key))
          .as("key %d, seed %d", key, seed)
          .isEqualTo(met(other, 0, 23, key));
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void amongSomeMembersKeysAreSpreadEvenlyAndOnlyTheOnesOfWhoLeavesMove(long seed) {
    List<Endpoint<Integer>> all = endpoints(12);
    Balancer<Integer> before = maglev(all, seed);
    List<Endpoint<Integer>> fewer = new ArrayList<>(all);
    int gone = 2 + new SplittableRandom(seed).nextInt(8);
    fewer.remove(gone);
    Balancer<Integer> after = maglev(fewer, seed + 1);
    int[] counts = new int[12];
    for (int key = 0; key < KEYS; key++) {
      int first = met(before, 2, 10, key);
      int second = met(after, 2, 9, key);
      counts[first]++;
      if (first != gone) {
        assertThat(second).as("key %d, seed %d", key, seed).isEqualTo(first);
      }
    }
    for (int i = 0; i < 12; i++) {
      assertThat(counts[i])
          .as("member %d, seed %d", i, seed)
          .isBetween(
              i < 2 || i > 9 ? 0 : KEYS / 8 * 9 / 10, i < 2 || i > 9 ? 0 : KEYS / 8 * 11 / 10);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2})
  void anotherStrategyFindsAllThatWasLearnt(long seed) {
    Balancer<Integer> balancer = maglev(endpoints(2), seed);
    Member<Integer> busy = Objects.requireNonNull(balancer.pick(0, null, 7));
    balancer.use(new LeastRequest(), null, MILLI);
    for (int i = 0; i < 100; i++) {
      Member<Integer> picked = Objects.requireNonNull(balancer.pick(MILLI));
      assertThat(picked).as("pick %d, seed %d", i, seed).isNotSameAs(busy);
      balancer.ended(picked, MILLI, MILLI, Outcome.SUCCESS);
    }
    balancer.use(new RoundRobin(), null, MILLI);
    assertThat(busy.outstanding()).isEqualTo(1);
    balancer.ended(busy, MILLI, MILLI, Outcome.SUCCESS);
    assertThat(busy.outstanding()).isZero();
    balancer.use(new Maglev(), null, MILLI);
    int first = met(balancer, 0, 2, 7);
    for (int i = 0; i < 100; i++) {
      assertThat(met(balancer, 0, 2, 7)).as("pick %d, seed %d", i, seed).isEqualTo(first);
    }
  }
}
