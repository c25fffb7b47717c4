package io.roadstead.control.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WalkTest {
  private final Deque<Runnable> later = new ArrayDeque<>();
  private final List<Integer> visited = new ArrayList<>();
  private int ends;

  @Test
  void othersHaveTheirTurnBetweenItsSteps() {
    List<Integer> all = IntStream.range(0, 2 * Walk.AT_A_TIME + 1).boxed().toList();
    new Walk<>(all, visited::add, () -> ends++, later::add).go();
    assertThat(visited).hasSize(Walk.AT_A_TIME);
    assertThat(ends).isZero();

    while (!later.isEmpty()) {
      later.removeFirst().run();
    }
    assertThat(visited).isEqualTo(all);
    assertThat(ends).isEqualTo(1);
  }

  @Test
  void nothingIsDoneAtOnce() {
    new Walk<Integer>(List.of(), visited::add, () -> ends++, later::add).go();
    assertThat(ends).isEqualTo(1);
    assertThat(later).isEmpty();
  }
}
