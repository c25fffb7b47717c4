package io.roadstead.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RetryBudgetTest {
  private static final long SECOND = 1_000_000_000L;
  private static final int FLOOR = RetryBudget.FLOOR_PER_SECOND * RetryBudget.SECONDS;

  private static int spendAll(RetryBudget budget, long now) {
    int spent = 0;
    while (budget.spend(now)) {
      spent++;
    }
    return spent;
  }

  @Test
  void aFifthOfTheRequestsMayBeTriedAgainBesideTheFloor() {
    RetryBudget budget = new RetryBudget(20, 0);
    for (int i = 0; i < 1000; i++) {
      budget.request();
    }
    assertThat(spendAll(budget, 0)).isEqualTo(200 + FLOOR);
  }

  @Test
  void whatWasSpentComesBackWithTime() {
    RetryBudget budget = new RetryBudget(20, 0);
    assertThat(spendAll(budget, 0)).isEqualTo(FLOOR);
    assertThat(spendAll(budget, 9 * SECOND)).isZero();
    assertThat(spendAll(budget, 10 * SECOND)).isEqualTo(FLOOR);
  }

  @Test
  void requestsOfLongAgoAllowNothing() {
    RetryBudget budget = new RetryBudget(20, 0);
    for (int second = 0; second < 100; second++) {
      budget.roll(second * SECOND);
      for (int i = 0; i < 100; i++) {
        budget.request();
      }
    }
    assertThat(spendAll(budget, 99 * SECOND)).isEqualTo(200 + FLOOR);
    assertThat(spendAll(budget, 500 * SECOND)).isEqualTo(FLOOR);
  }

  @Test
  void noneIsNone() {
    RetryBudget budget = new RetryBudget(0, 0);
    budget.request();
    assertThat(budget.spend(0)).isFalse();
  }
}
