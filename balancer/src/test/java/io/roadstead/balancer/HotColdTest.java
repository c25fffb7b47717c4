package io.roadstead.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HotColdTest {
  private static final long MILLI = 1_000_000;

  private static int chosen(Balancer<String> balancer, String target) {
    int chosen = 0;
    for (int i = 0; i < 1_000; i++) {
      Member<String> member = Objects.requireNonNull(balancer.pick(MILLI));
      chosen += member.target().equals(target) ? 1 : 0;
      balancer.withdrawn(member);
    }
    return chosen;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void aReportIsComparedWithReportsOnly(long seed) {
    Balancer<String> balancer =
        new Balancer<>(new HotCold(), List.of(), new SplittableRandom(seed));
    balancer.update(List.of(new Endpoint<>("a", "a"), new Endpoint<>("b", "b")), 0);
    Member<String> a = balancer.members().get(0);
    Member<String> b = balancer.members().get(1);
    balancer.ended(balancer.take(a, 0), 0, MILLI, Outcome.SUCCESS);
    balancer.ended(balancer.take(b, 0), 0, 40 * MILLI, Outcome.SUCCESS);
    // What a takes by its own account says nothing beside what was seen of b here.
    balancer.reported(a, MILLI, 50, 900 * MILLI);
    assertThat(chosen(balancer, "a")).as("seed %d, one report", seed).isGreaterThan(700);
    balancer.reported(b, MILLI, 2, 3 * MILLI);
    assertThat(chosen(balancer, "b")).as("seed %d, two reports", seed).isGreaterThan(900);
  }
}
