package io.roadstead.balancer;

import static io.roadstead.balancer.Traffic.endpoints;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BalancerTest {
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000 * MILLI;

  private final Balancer<Integer> balancer = Balancer.standard(new SplittableRandom(7));

  private Member<Integer> pick(long nowNanos) {
    return requireNonNull(balancer.pick(nowNanos));
  }

  @Test
  void nobodyIsPickedWhereNobodyIs() {
    assertThat(balancer.pick(0)).isNull();
    balancer.update(endpoints(100), 0);
    balancer.update(List.of(), 0);
    assertThat(balancer.pick(0)).isNull();
  }

  @Test
  void aFurtherAttemptGoesElsewhereUntilAllAreTried() {
    balancer.update(endpoints(100, 100, 1), 0);
    Tried tried = new Tried();
    Set<Integer> seen = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      Member<Integer> member = requireNonNull(balancer.pick(0, tried));
      tried.add(member);
      seen.add(member.target());
    }
    assertThat(seen).hasSize(3);
    assertThat(balancer.pick(0, tried)).isNull();
    tried.clear();
    assertThat(balancer.pick(0, tried)).isNotNull();
  }

  @Test
  void statisticsStayWithTheKeyWhenTargetOrWeightChanges() {
    balancer.update(endpoints(100), 0);
    Member<Integer> member = pick(0);
    balancer.ended(member, 80 * MILLI, 80 * MILLI, Outcome.SUCCESS);

    balancer.update(List.of(new Endpoint<>("e0", 42, 7)), 80 * MILLI);

    assertThat(balancer.members()).containsExactly(member);
    assertThat(member.target()).isEqualTo(42);
    assertThat(member.latencyNanos(80 * MILLI)).isEqualTo(80.0 * MILLI);
  }

  @Test
  void outcomesOfAnEndpointThatIsGoneDisturbNobody() {
    balancer.update(endpoints(100, 100), 0);
    List<Member<Integer>> picked = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      picked.add(pick(0));
    }
    balancer.update(List.of(new Endpoint<>("e0", 0)), 0);
    for (Member<Integer> member : picked) {
      balancer.ended(member, MILLI, MILLI, Outcome.CONNECT_FAILED);
    }
    assertThat(balancer.members()).extracting(Member::outstanding).containsExactly(0);
    assertThat(picked).allMatch(member -> member.outstanding() == 0);
    assertThat(pick(2 * MILLI).target()).isZero();
  }

  @Test
  void theUnknownAmongTheKnownHoldsOneRequestOnly() {
    balancer.update(endpoints(100, 100), 0);
    for (int i = 0; i < 20; i++) {
      balancer.ended(pick(0), MILLI, MILLI, Outcome.SUCCESS);
    }
    balancer.update(endpoints(100, 100, 1000), MILLI);
    int held = 0;
    for (int i = 0; i < 1000; i++) {
      Member<Integer> member = pick(60 * SECOND);
      if (member.target() == 2) {
        held++;
      } else {
        balancer.ended(member, 60 * SECOND, MILLI, Outcome.SUCCESS);
      }
    }
    assertThat(held).isEqualTo(1);
  }

  @Test
  void whereAllAreEjectedTheFirstToComeBackIsUsed() {
    balancer.update(endpoints(100, 100), 0);
    Tried zero = new Tried();
    zero.add(balancer.members().get(0));
    Tried one = new Tried();
    one.add(balancer.members().get(1));
    for (int i = 0; i < 3; i++) {
      balancer.ended(requireNonNull(balancer.pick(0, zero)), 0, 0, Outcome.CONNECT_FAILED);
    }
    for (int i = 0; i < 3; i++) {
      balancer.ended(
          requireNonNull(balancer.pick(MILLI, one)), 100 * MILLI, 0, Outcome.CONNECT_FAILED);
    }
    for (int i = 0; i < 20; i++) {
      assertThat(pick(200 * MILLI).target()).isEqualTo(1);
    }
  }

  @Test
  void noWeightMeansNoTrafficWhileAnotherHasSome() {
    balancer.update(endpoints(0, 1, 0), 0);
    for (int i = 0; i < 1000; i++) {
      assertThat(pick(i).target()).isEqualTo(1);
    }
    balancer.update(endpoints(0), 0);
    assertThat(pick(0).target()).isZero();
  }

  @Test
  void whatIsKnownFadesWithTime() {
    balancer.update(endpoints(100), 0);
    Member<Integer> member = pick(0);
    balancer.ended(member, 0, SECOND, Outcome.ERROR);

    assertThat(member.errorShare(0)).isPositive();
    assertThat(member.latencyNanos(5 * SECOND)).isLessThan(0.45 * SECOND);
    assertThat(member.latencyNanos(60 * SECOND)).isLessThan(0.02 * SECOND);
    assertThat(member.errorShare(60 * SECOND)).isLessThan(0.05 * member.errorShare(0));
  }

  @Test
  void fiveErrorsInARowEjectWhateverTheirShareIs() {
    balancer.update(endpoints(100, 100), 0);
    Member<Integer> member = balancer.members().get(0);
    for (int i = 0; i < 5; i++) {
      assertThat(member.isEjected(0)).as("after %d errors", i).isFalse();
      balancer.ended(member, 0, MILLI, Outcome.ERROR);
    }
    assertThat(member.isEjected(0)).isTrue();
  }

  @Test
  void aRowOfFailuresIsForgottenAfterHalfAMinuteWithoutOne() {
    balancer.update(endpoints(100), 0);
    long now = 0;
    for (int i = 0; i < 2; i++) {
      balancer.ended(pick(now), now, MILLI, Outcome.CONNECT_FAILED);
    }
    now += 31 * SECOND;
    balancer.ended(pick(now), now, MILLI, Outcome.CONNECT_FAILED);
    assertThat(balancer.members().get(0).isEjected(now)).isFalse();
    for (int i = 0; i < 2; i++) {
      balancer.ended(pick(now), now, MILLI, Outcome.CONNECT_FAILED);
    }
    assertThat(balancer.members().get(0).isEjected(now)).isTrue();
  }

  @Test
  void aMemberIsSilentFromItsFirstUnansweredRequestOn() {
    balancer.update(endpoints(100), 0);
    Member<Integer> member = pick(0);
    assertThat(member.silentNanos(SECOND)).isEqualTo(SECOND);
    pick(SECOND);
    balancer.ended(member, 2 * SECOND, SECOND, Outcome.SUCCESS);
    assertThat(member.silentNanos(5 * SECOND)).isEqualTo(3 * SECOND);
    balancer.withdrawn(member);
    assertThat(member.silentNanos(9 * SECOND)).as("nothing is outstanding").isZero();
  }

  @Test
  void aCancelledRequestCountsAsHavingTakenAtLeastSoLong() {
    balancer.update(endpoints(100), 0);
    Member<Integer> member = pick(0);
    balancer.ended(member, 3 * SECOND, 3 * SECOND, Outcome.CANCELLED);
    assertThat(member.latencyNanos(3 * SECOND)).isEqualTo(3.0 * SECOND);
    assertThat(member.errorShare(3 * SECOND)).isZero();
  }

  @Test
  void roundRobinTakesTurnsAndHonoursTheGuards() {
    Balancer<Integer> turns = new Balancer<>(new RoundRobin(), List.of(), new SplittableRandom(1));
    turns.update(endpoints(100, 5, 0, 100), 0);
    int[] counts = new int[4];
    for (int i = 0; i < 300; i++) {
      counts[requireNonNull(turns.pick(0)).target()]++;
    }
    assertThat(counts).containsExactly(100, 100, 0, 100);
  }

  @Test
  void aPickAndItsOutcomeAllocateNothing() {
    balancer.update(endpoints(100, 200, 300, 50, 100, 100, 100, 0), 0);
    Tried tried = new Tried();
    long now = exercise(0, 20_000, tried);
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    threads.getCurrentThreadAllocatedBytes();
    long before = threads.getCurrentThreadAllocatedBytes();
    exercise(now, 20_000, tried);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    assertThat(allocated).as("bytes in 40,000 picks").isLessThan(1_000);
  }

  private long exercise(long from, int rounds, Tried tried) {
    Outcome[] outcomes = {
      Outcome.SUCCESS, Outcome.ERROR, Outcome.CONNECT_FAILED, Outcome.CANCELLED
    };
    long now = from;
    for (int i = 0; i < rounds; i++) {
      now += MILLI;
      Member<Integer> member = pick(now);
      tried.clear();
      tried.add(member);
      Member<Integer> second = requireNonNull(balancer.pick(now, tried));
      balancer.ended(member, now, MILLI, outcomes[i & 3]);
      balancer.ended(second, now, MILLI, Outcome.SUCCESS);
    }
    return now;
  }

  @Test
  void anImpossibleWeightIsRefusedWithItsLimits() {
    assertThatThrownBy(() -> new Endpoint<>("orders/1", 0, 1001))
        .hasMessage("the weight of orders/1 is 1001; it must be 0 to 1000");
  }
}
