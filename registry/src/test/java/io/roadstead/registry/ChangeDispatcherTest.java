package io.roadstead.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class ChangeDispatcherTest {
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final ManualTime time = new ManualTime();
  private final Registry registry = new Registry("e1", time, time, _ -> {}, tasks::add);

  private void register(String id) {
    registry.register(
        new Registration(
            "orders",
            id,
            "10.0.0.1",
            "10.0.0.1",
            8000,
            false,
            Status.UP,
            100,
            Map.of(),
            Duration.ofSeconds(30),
            null));
  }

  @Test
  void anErrorInAListenerEndsNoLaterCall() {
    List<Cursor> heard = new ArrayList<>();
    registry.listen(
        batch -> {
          heard.add(batch.after().version());
          if (heard.size() == 1) {
            throw new StackOverflowError("a listener's own");
          }
        });
    register("a");
    assertThatThrownBy(() -> tasks.remove().run()).isInstanceOf(StackOverflowError.class);

    register("b");

    assertThat(tasks).hasSize(1);
    tasks.remove().run();
    assertThat(heard).containsExactly(new Cursor("e1", 1), new Cursor("e1", 2));
  }
}
