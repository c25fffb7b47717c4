package io.roadstead.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.rollout.ServiceSpec;
import io.roadstead.rollout.ServiceState;
import io.roadstead.rollout.SpecCodec;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateCopiesTest {
  private static final Instant AT = Instant.parse("2026-11-22T19:17:00Z");

  @TempDir Path folder;
  private SqliteStore store;

  @BeforeEach
  void open() {
    store = SqliteStore.open(file(), folder.resolve("native"), new NoSpecs());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private Path file() {
    return folder.resolve("state.db");
  }

  private static ServiceState state(String name) {
    return new ServiceState(name, 0, 0, 2, false, false);
  }

  private List<String> copies() throws Exception {
    try (var files = Files.list(folder.resolve("backups"))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aCopyIsMadeOfEachChangeAndTheNewestThreeStay() throws Exception {
    // The clock goes back: the names still tell which is the newest.
    for (int i = 1; i <= 5; i++) {
      store.save(state("s" + i));
      assertThat(store.copyIfChanged(AT.minusSeconds(3600L * i))).isPresent();
      assertThat(store.copyIfChanged(AT)).as("nothing has changed").isEmpty();
    }

    assertThat(copies())
        .containsExactly(
            "state-3-20261122T161700Z.db",
            "state-4-20261122T151700Z.db",
            "state-5-20261122T141700Z.db");
    assertThat(SqliteStore.newestSoundCopy(file(), folder.resolve("native")))
        .contains(folder.resolve("backups/state-5-20261122T141700Z.db"));
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("backups").resolve(copies().get(0)))))
        .isEqualTo("rw-------");
  }

  @Test
  void theLineOfADamagedStateBringsItBack() throws Exception {
    store.save(state("orders"));
    store.save(state("payments"));
    assertThat(store.copyIfChanged(AT)).isPresent();
    store.close();
    Files.writeString(file(), "garbage where the header was", StandardCharsets.UTF_8);

    String message = refusal();

    assertThat(message)
        .contains(file().toString(), "damaged", "services that run go on")
        .doesNotContain("\n");
    shell(message.substring(message.indexOf("(cd "), message.indexOf("; })") + 4));
    open();
    assertThat(store.services()).containsExactly(state("orders"), state("payments"));
    assertThat(folder.resolve("damaged/state.db")).exists();
  }

  @Test
  void aDamagedCopyIsNotOffered() throws Exception {
    store.save(state("orders"));
    Path first = store.copyIfChanged(AT).orElseThrow();
    store.save(state("payments"));
    Path second = store.copyIfChanged(AT).orElseThrow();
    Files.writeString(second, "no database either");

    assertThat(SqliteStore.newestSoundCopy(file(), folder.resolve("native"))).contains(first);
  }

  @Test
  void aStateThatHasGoneOrWasEmptiedIsNotTakenForANewOne() throws Exception {
    store.save(state("orders"));
    assertThat(store.copyIfChanged(AT)).isPresent();
    store.close();
    Files.write(file(), new byte[0]);
    assertThat(refusal()).contains("is empty", "cp -p");
    Files.delete(file());
    assertThat(refusal()).contains("has gone", "cp -p");
    assertThat(file()).doesNotExist();
  }

  @Test
  void truncationAndFlippedBitsAreNoticedOrDoNoHarm() throws Exception {
    List<ServiceState> all = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      all.add(state("service-" + (1000 + i)));
      store.save(all.getLast());
    }
    store.close();
    byte[] sound = Files.readAllBytes(file());
    for (int length : new int[] {10, 100, 1024, 4096, sound.length / 2, sound.length - 4096}) {
      Files.write(file(), Arrays.copyOf(sound, length));
      assertThat(refusal()).as("cut to %d of %d bytes", length, sound.length).contains("damaged");
    }
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int i = 0; i < 60; i++) {
      Files.write(file(), sound);
      try (RandomAccessFile file = new RandomAccessFile(file().toFile(), "rw")) {
        for (int flips = 0; flips < 32; flips++) {
          int at = random.nextInt(sound.length);
          file.seek(at);
          file.write(sound[at] ^ (1 << random.nextInt(8)));
        }
      }
      try {
        open();
        // What is written on a sound page may differ; what is missing would be a loss.
        assertThat(store.services()).as("seed %d, try %d", seed, i).hasSameSizeAs(all);
      } catch (StoreUnusable | StoreFailed e) {
        assertThat(e).hasMessageContaining(file().toString()).hasMessageNotContaining("\n");
      } finally {
        store.close();
      }
    }
    Files.write(file(), sound);
    Files.deleteIfExists(folder.resolve("state.db-wal"));
    Files.deleteIfExists(folder.resolve("state.db-shm"));
    open();
    assertThat(store.services()).isEqualTo(all);
  }

  @Test
  void aLookAtAStateLeavesNothingBehind() throws Exception {
    store.save(state("orders"));
    store.close();
    List<Path> before = files();
    assertThat(SqliteStore.fault(file(), folder.resolve("native"))).isEmpty();
    assertThat(files()).isEqualTo(before);
    open();
    assertThat(SqliteStore.fault(file(), folder.resolve("native"))).as("in use").isEmpty();
    store.save(state("payments"));
    store.close();
    Files.writeString(file(), "garbage");
    assertThat(SqliteStore.fault(file(), folder.resolve("native"))).isPresent();
  }

  private List<Path> files() throws Exception {
    try (var files = Files.walk(folder)) {
      return files.sorted().toList();
    }
  }

  private String refusal() {
    try {
      open();
    } catch (StoreUnusable e) {
      return String.valueOf(e.getMessage());
    }
    throw new AssertionError("the state was taken");
  }

  private static void shell(String line) throws Exception {
    Process process = new ProcessBuilder("/bin/sh", "-c", line).inheritIO().start();
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(line).isZero();
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
