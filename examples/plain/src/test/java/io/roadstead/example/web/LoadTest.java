package io.roadstead.example.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LoadTest {
  private static final long MILLI = 1_000_000;

  private final Load load = new Load();

  @Test
  void itTellsWhatIsInFlightAndHowLongRequestsTakeAtThatLoad() {
    for (int i = 0; i < 5; i++) {
      assertThat(load.ended(load.begun(), 2 * MILLI)).isEqualTo("inflight=0, latency=2.000");
    }
    int[] at = new int[9];
    for (int i = 0; i < at.length; i++) {
      at[i] = load.begun();
    }
    assertThat(load.ended(at[8], 30 * MILLI)).isEqualTo("inflight=8, latency=30.000");
    for (int i = 7; i > 0; i--) {
      load.ended(at[i], 30 * MILLI);
    }
    assertThat(load.ended(at[0], 2 * MILLI)).isEqualTo("inflight=0, latency=2.000");
  }
}
