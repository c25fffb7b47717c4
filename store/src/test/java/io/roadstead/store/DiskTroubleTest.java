package io.roadstead.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.Event;
import io.roadstead.rollout.ServiceSpec;
import io.roadstead.rollout.ServiceState;
import io.roadstead.rollout.SpecCodec;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Full and read-only disks, for real. */
class DiskTroubleTest {
  @TempDir Path folder;

  private SqliteStore open(Path disk) {
    return SqliteStore.open(disk.resolve("state.db"), folder.resolve("native"), new NoSpecs());
  }

  private static ServiceState state(String name, int replicas) {
    return new ServiceState(name, 0, 0, replicas, false, false);
  }

  @Test
  void onAFullDiskNothingAcknowledgedIsLostAndAllGoesOnWhenThereIsSpace() throws Exception {
    try (SmallDisk disk = SmallDisk.at(folder.resolve("disk"), "2m")) {
      List<ServiceState> acknowledged = new ArrayList<>();
      int refused = 0;
      try (SqliteStore store = open(disk.path())) {
        store.save(state("before", 1));
        acknowledged.add(state("before", 1));
        disk.fill();
        for (int i = 0; i < 400; i++) {
          try {
            store.save(state("s" + i, i));
            acknowledged.add(state("s" + i, i));
          } catch (StoreFailed e) {
            refused++;
            assertThat(e)
                .hasMessageContaining("is full")
                .hasMessageContaining("free some space (")
                .hasMessageNotContaining("\n");
          }
        }
        assertThat(refused).isPositive();
        assertThat(store.services()).containsExactlyInAnyOrderElementsOf(acknowledged);
        assertThatThrownBy(() -> store.copyIfChanged(Instant.EPOCH))
            .isInstanceOf(StoreFailed.class)
            .hasMessageContaining("no copy");
        disk.free();

        store.save(state("after", 3));
        acknowledged.add(state("after", 3));
        assertThat(store.copyIfChanged(Instant.EPOCH)).isPresent();
      }
      try (SqliteStore store = open(disk.path())) {
        assertThat(store.services()).containsExactlyInAnyOrderElementsOf(acknowledged);
      }
    }
  }

  @Test
  void aFullDiskIsNamedAtTheStartAndNothingIsLeft() throws Exception {
    try (SmallDisk disk = SmallDisk.at(folder.resolve("disk"), "64k")) {
      disk.fill();
      Path data = disk.path().resolve("data");

      assertThatThrownBy(() -> DataDirectory.open(data, new Random(1)))
          .isInstanceOf(StoreUnusable.class)
          .hasMessageContaining(data.toString())
          .hasMessageContaining("No space left")
          .hasMessageContaining("free some space (");
      assertThat(data).doesNotExist();
      disk.free();
      DataDirectory.open(data, new Random(1)).close();
    }
  }

  @Test
  void anArtifactThatDoesNotFitIsRefusedAndLeavesNothing() throws Exception {
    try (SmallDisk disk = SmallDisk.at(folder.resolve("disk"), "256k")) {
      ArtifactFiles artifacts = new ArtifactFiles(disk.path(), Ticker.system());
      byte[] small = new byte[64 * 1024];
      String kept = artifacts.add(new ByteArrayInputStream(small));

      assertThatThrownBy(() -> artifacts.add(new ByteArrayInputStream(new byte[1 << 20])))
          .isInstanceOf(StoreFailed.class)
          .hasMessageContaining("No space left")
          .hasMessageContaining("nothing was changed")
          .hasMessageContaining("free some space (");

      try (var files = Files.list(disk.path())) {
        assertThat(files).containsExactly(disk.path().resolve(kept + ".jar"));
      }
    }
  }

  @Test
  void aDiskThatBecomesReadOnlyIsNamedAndAllGoesOnAfterwards() throws Exception {
    try (SmallDisk disk = SmallDisk.at(folder.resolve("disk"), "4m")) {
      try (SqliteStore store = open(disk.path())) {
        store.save(state("before", 1));
      }
      disk.readOnly(true);
      assertThatThrownBy(() -> open(disk.path()))
          .isInstanceOf(StoreUnusable.class)
          .hasMessageContaining("state.db")
          .hasMessageNotContaining("\n");
      assertThatThrownBy(() -> DataDirectory.open(disk.path().resolve("data"), new Random(1)))
          .isInstanceOf(StoreUnusable.class)
          .hasMessageContaining("Read-only file system")
          .hasMessageContaining("mount its file system for writing");
      disk.readOnly(false);
      try (SqliteStore store = open(disk.path())) {
        assertThat(store.services()).containsExactly(state("before", 1));
      }
    }
  }

  @Test
  void eventsOnAFullDiskFailToo() throws Exception {
    try (SmallDisk disk = SmallDisk.at(folder.resolve("disk"), "1m");
        SqliteStore store = open(disk.path())) {
      disk.fill();
      Event event = new Event(Instant.EPOCH, "k", "", "", "", "m".repeat(2_000), Map.of());
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 1_000; i++) {
                  long _ = store.append(event);
                }
              })
          .isInstanceOf(StoreFailed.class)
          .hasMessageContaining("is full");
      disk.free();
      assertThat(store.append(event)).isPositive();
    }
  }

  private static final class NoSpecs implements SpecCodec {
    @Override
    public String write(ServiceSpec spec) {
      throw new UnsupportedOperationException();
    }

    @Override
    public ServiceSpec read(String name, String text) {
      throw new UnsupportedOperationException();
    }
  }
}
