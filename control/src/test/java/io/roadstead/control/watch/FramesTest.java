package io.roadstead.control.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.roadstead.control.http.Frame;
import io.roadstead.registry.Registration;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FramesTest {
  private static final Interest ALL = new Interest(Set.of());
  private static final Interest PAYMENTS = new Interest(Set.of("payments"));

  private final AtomicLong nanos = new AtomicLong(1);
  private final Registry registry =
      new Registry("e1", () -> Instant.EPOCH, nanos::get, _ -> {}, Runnable::run);
  private final Frames frames = new Frames();

  private void register(String service, String id, int noteLength) {
    registry.register(
        new Registration(
            service,
            id,
            "127.0.0.1",
            "",
            9,
            false,
            Status.UP,
            100,
            Map.of("note", "x".repeat(noteLength)),
            Duration.ofSeconds(90),
            null));
  }

  @Test
  void whatIsReleasedAndSentIsHeldNoMore() {
    Frame frame = frames.make("change", "e1.1", new byte[1000]);
    assertThat(frames.heldBytes()).isGreaterThan(1000);
    frame.release();
    assertThat(frames.heldBytes()).isZero();
  }

  /** The pool gives a released buffer's object to the next frame. */
  @Test
  void aFrameThatNobodyHoldsIsNotCountedForOneThatCameAfterIt() {
    for (int i = 0; i < 100; i++) {
      frames.make("change", "e1." + i, new byte[1000]).release();
    }
    Frame last = frames.make("change", "e1.100", new byte[1000]);
    assertThat(frames.heldBytes()).isEqualTo(last.bytes());
    last.release();
  }

  @Test
  void whoBeginsIsRefusedWhereReadersLeaveTooMuchLying() {
    List<Frame> held = new ArrayList<>();
    byte[] large = new byte[16 << 20];
    for (int i = 0; i < 7; i++) {
      held.add(frames.make("snapshot", "e1." + i, large));
    }
    WatchHub.requireMemory(frames);
    held.add(frames.make("snapshot", "e1.7", large));
    assertThatThrownBy(() -> WatchHub.requireMemory(frames))
        .hasMessageContaining("128 MiB wait to be taken", "at most 128 are kept");
    held.removeFirst().release();
    WatchHub.requireMemory(frames);
    held.forEach(Frame::release);
  }

  @Test
  void theSameChangesAreEncodedOnceForAllThatWantThem() {
    var before = registry.snapshot().version();
    register("orders", "a", 0);
    register("orders", "b", 0);
    ChangeFrames changes = new ChangeFrames(registry.changesSince(before).orElseThrow(), frames);

    Optional<Frame> both = changes.frame(0, ALL);
    assertThat(changes.frame(0, new Interest(Set.of()))).isSameAs(both);
    assertThat(changes.frame(1, ALL).orElseThrow().bytes())
        .as("who stands at 1 is told of the second only")
        .isLessThan(both.orElseThrow().bytes());
    assertThat(changes.frame(0, PAYMENTS)).isEmpty();

    changes.release();
    assertThat(frames.heldBytes()).isZero();
  }

  @Test
  void aSmallRegistryIsEncodedAnewForEachVersion() {
    SnapshotFrames snapshots = new SnapshotFrames(frames, nanos::get);
    register("orders", "a", 0);
    var first = snapshots.newest(registry.snapshot(), ALL, 0);
    assertThat(snapshots.newest(registry.snapshot(), ALL, 0)).isSameAs(first);
    register("orders", "b", 0);
    assertThat(snapshots.newest(registry.snapshot(), ALL, 0).of()).isSameAs(registry.snapshot());
    assertThat(first.frame().held()).isFalse();
    snapshots.clear();
    assertThat(frames.heldBytes()).isZero();
  }

  @Test
  void aLargeOneServesForAWhileInProportionToItsSize() {
    SnapshotFrames snapshots = new SnapshotFrames(frames, nanos::get);
    for (int i = 0; i < 40; i++) {
      register("orders", "a" + i, 4_000);
    }
    var first = snapshots.newest(registry.snapshot(), ALL, 0);
    register("orders", "b", 0);
    nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(10));
    assertThat(snapshots.newest(registry.snapshot(), ALL, 0)).isSameAs(first);

    nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(20));
    snapshots.sweep(registry.snapshot());
    assertThat(frames.heldBytes()).isZero();
    assertThat(snapshots.newest(registry.snapshot(), ALL, 0).of()).isSameAs(registry.snapshot());
    snapshots.clear();
    assertThat(frames.heldBytes()).isZero();
  }

  @Test
  void whoKnowsMoreThanTheOneThatServesIsGivenANewOne() {
    SnapshotFrames snapshots = new SnapshotFrames(frames, nanos::get);
    for (int i = 0; i < 40; i++) {
      register("orders", "a" + i, 4_000);
    }
    var first = snapshots.newest(registry.snapshot(), ALL, 0);
    register("orders", "b", 0);
    register("orders", "c", 0);
    long knows = registry.snapshot().version().n() - 1;
    assertThat(snapshots.newest(registry.snapshot(), ALL, knows - 1)).isSameAs(first);
    assertThat(snapshots.newest(registry.snapshot(), ALL, knows).of())
        .isSameAs(registry.snapshot());
    snapshots.clear();
    assertThat(frames.heldBytes()).isZero();
  }
}
