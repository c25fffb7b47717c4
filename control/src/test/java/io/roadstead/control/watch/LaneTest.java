package io.roadstead.control.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.Registration;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LaneTest {
  private final Deque<Runnable> later = new ArrayDeque<>();
  private final Registry registry =
      new Registry("e1", () -> Instant.EPOCH, () -> 1, _ -> {}, Runnable::run);
  private final Frames frames = new Frames();
  private final Lane lane =
      new Lane(
          registry,
          frames,
          new CatchUp(registry, frames, new SnapshotFrames(frames, () -> 1), _ -> {}),
          later::add);

  private void register(String id) {
    registry.register(
        new Registration(
            "orders",
            id,
            "127.0.0.1",
            "",
            9,
            false,
            Status.UP,
            100,
            Map.of(),
            Duration.ofSeconds(90),
            null));
  }

  /** Runs what is to be done later, and says how often something was. */
  private int turns() {
    int turns = 0;
    for (Runnable next = later.poll(); next != null; next = later.poll()) {
      next.run();
      turns++;
    }
    return turns;
  }

  @Test
  void whatChangesDuringARoundIsToldByTheNextThoughNobodyWakesIt() {
    for (int i = 0; i < 2 * Walk.AT_A_TIME + 1; i++) {
      lane.add(new WatchStream("", new Interest(Set.of())));
    }
    register("a");
    lane.advance();
    register("b");
    lane.advance(); // the round is under way
    assertThat(later).hasSize(1);
    assertThat(turns()).as("two of this round, one to begin the next, two of that").isEqualTo(5);

    lane.advance(); // there is nothing new
    assertThat(turns()).isZero();
  }
}
