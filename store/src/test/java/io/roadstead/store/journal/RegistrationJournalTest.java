package io.roadstead.store.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Registration;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Status;
import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.Event;
import io.roadstead.registry.event.EventSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The journal with its thread: what it keeps, and what it says where it cannot. */
class RegistrationJournalTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path folder;
  private final List<Event> events = Collections.synchronizedList(new ArrayList<>());
  private final AtomicLong nanos = new AtomicLong();

  private final class Run implements AutoCloseable {
    final Registry registry =
        new Registry("e1", InstantSource.system(), nanos::get, EventSink.NONE, Runnable::run);
    final RegistrationJournal journal;

    Run(Disk disk) {
      Ticker ticker = nanos::get;
      journal =
          new RegistrationJournal(
              disk, folder, Life.NOTES, registry, InstantSource.system(), ticker, events::add);
      journal.restore();
      journal.start();
    }

    void register(int n) {
      registry.register(registration(n));
    }

    @Override
    public void close() {
      journal.close();
    }
  }

  private static Registration registration(int n) {
    return new Registration(
        "orders",
        "orders-" + n,
        "10.0.0.1",
        "",
        9_000,
        false,
        Status.UP,
        100,
        Map.of("zone", "east"),
        Duration.ofSeconds(30),
        null);
  }

  private List<String> told() {
    synchronized (events) {
      return events.stream().map(Event::kind).toList();
    }
  }

  private static int kept(MemoryDisk disk) {
    try {
      return Reading.of(disk, Life.NOTES).remembered().size();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whatWasRegisteredIsServedByTheNextLife() throws IOException {
    try (Run run = new Run(new FolderDisk(folder.resolve("registry")))) {
      run.register(1);
      run.register(2);
      assertThat(run.registry.deregister(new InstanceKey("orders", "orders-2"))).isTrue();
    }
    try (Run run = new Run(new FolderDisk(folder.resolve("registry")))) {
      assertThat(run.registry.registration(new InstanceKey("orders", "orders-1")))
          .contains(registration(1));
      assertThat(run.registry.unconfirmed()).isEqualTo(1);
    }
    assertThat(told()).containsExactly("registry.restored");
    assertThat(events.getFirst().data()).containsEntry("instances", 1);
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("registry"))))
        .isEqualTo("rwx------");
    try (var files = Files.list(folder.resolve("registry"))) {
      assertThat(files)
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .isEqualTo("rw-------"));
    }
  }

  @Test
  void aChangeIsOnTheDiskWithoutAnybodyWaiting() {
    MemoryDisk disk = new MemoryDisk();
    try (Run run = new Run(disk)) {
      run.register(1);
      await().atMost(PATIENCE).until(() -> kept(disk.afterKill()) == 1);
      assertThat(run.journal.trouble()).isEmpty();
    }
  }

  @Test
  void aTornTailIsCutAndTold() throws IOException {
    try (Run run = new Run(new FolderDisk(folder))) {
      run.register(1);
    }
    Path log;
    try (var files = Files.list(folder)) {
      log = files.filter(f -> f.toString().contains("log-")).findFirst().orElseThrow();
    }
    Files.write(log, new byte[] {0x52, 0x53, 0x4a, 1, 0, 0, 9}, StandardOpenOption.APPEND);
    try (Run run = new Run(new FolderDisk(folder))) {
      assertThat(run.registry.unconfirmed()).isEqualTo(1);
    }
    assertThat(told()).containsExactly("registry.journal-cut", "registry.restored");
    assertThat(events.getFirst().data()).containsEntry("bytes", 7);
  }

  @Test
  void aDamagedFileIsSetAsideToldAndNotReadAgain() throws IOException {
    try (Run run = new Run(new FolderDisk(folder))) {
      run.register(1);
    }
    Path snapshot = folder.resolve("snapshot-1");
    byte[] bytes = Files.readAllBytes(snapshot);
    bytes[5] ^= 1;
    Files.write(snapshot, bytes);
    try (Run run = new Run(new FolderDisk(folder))) {
      assertThat(run.registry.unconfirmed()).isEqualTo(1);
    }
    assertThat(told()).containsExactly("registry.journal-damaged", "registry.restored");
    assertThat(events.getFirst().message()).contains("snapshot-1").contains("set aside");
    assertThat(folder.resolve("snapshot-1.damaged-at-0")).exists();
    assertThat(RegistrationJournal.setAside(folder))
        .containsExactly(folder.resolve("snapshot-1.damaged-at-0"));
    events.clear();
    try (Run run = new Run(new FolderDisk(folder))) {
      assertThat(run.registry.unconfirmed()).isEqualTo(1);
    }
    assertThat(told()).containsExactly("registry.restored");
  }

  @Test
  void aFullDiskStopsNobodyAndIsToldUntilThereIsSpace() {
    MemoryDisk disk = new MemoryDisk();
    try (Run run = new Run(disk)) {
      run.register(1);
      await().atMost(PATIENCE).until(() -> kept(disk.afterKill()) == 1);
      disk.room = 10;
      run.register(2);
      await().atMost(PATIENCE).until(() -> !run.journal.trouble().isEmpty());
      assertThat(run.journal.trouble())
          .contains("No space left on device")
          .contains("would not survive a restart");
      run.register(3);
      assertThat(run.registry.snapshot().service("orders")).isNotNull();
      assertThat(kept(disk.afterKill())).isEqualTo(1);
      int files = disk.list().size();
      disk.room = 1; // Nothing is left of a try that came to nothing.
      await()
          .atMost(PATIENCE)
          .during(Duration.ofSeconds(2))
          .until(() -> disk.list().size() <= files + 2);
      disk.room = 1_000_000;
      await().atMost(PATIENCE).until(() -> run.journal.trouble().isEmpty());
      assertThat(kept(disk.afterKill())).isEqualTo(3);
    }
    assertThat(told()).containsExactly("registry.not-kept", "registry.kept-again");
  }

  @Test
  void aStuckDiskIsTold() throws InterruptedException {
    MemoryDisk disk = new MemoryDisk();
    Object gate = new Object();
    try (Run run = new Run(disk)) {
      await().atMost(PATIENCE).until(() -> disk.list().contains("snapshot-1"));
      synchronized (gate) {
        disk.beforeEach =
            () -> {
              synchronized (gate) {
                // Goes on as soon as the test lets go of it.
              }
            };
        run.register(1);
        await()
            .atMost(PATIENCE)
            .until(
                () -> {
                  nanos.addAndGet(Duration.ofSeconds(11).toNanos());
                  return run.journal.trouble().contains("has not answered");
                });
        for (int i = 2; i < RegistrationJournal.MOST_NAMES + 100; i++) {
          run.register(i);
        }
      }
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> kept(disk.afterKill()) == RegistrationJournal.MOST_NAMES + 99);
    }
  }

  @Test
  void generationsFollowEachOtherWhileOthersRegister() throws Exception {
    MemoryDisk disk = new MemoryDisk();
    try (Run run = new Run(disk)) {
      List<Thread> clients = new ArrayList<>();
      for (int c = 0; c < 4; c++) {
        int client = c;
        clients.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int i = 0; i < 3_000; i++) {
                        int n = client * 10_000 + i % 1_000;
                        if (i % 3 == 2) {
                          run.registry.deregister(new InstanceKey("orders", "orders-" + n));
                        } else {
                          run.register(n);
                        }
                        if (i % 500 == 0) {
                          run.journal.start(); // Writes all anew.
                        }
                      }
                    }));
      }
      for (Thread client : clients) {
        client.join();
      }
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () ->
                  assertThat(Reading.of(disk.afterKill(), Life.NOTES).remembered())
                      .containsExactlyInAnyOrderElementsOf(
                          run.registry.remembered(run.registry.rememberedKeys())));
    }
    assertThat(disk.list()).hasSize(4);
    assertThat(told()).isEmpty();
  }
}
