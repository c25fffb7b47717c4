package io.roadstead.store.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.registry.Registration;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Status;
import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.EventSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 100,000 instances on a real disk: how long they take and how large they are. */
@Tag("proof")
class JournalSizeProof {
  private static final int INSTANCES = 100_000;

  /** As much as Eureka's own fields of an instance take. */
  private static final String NOTE = "http://host.example:8080/actuator/health ".repeat(7);

  @TempDir Path folder;

  private final Ticker ticker = Ticker.system();

  private Registry registry() {
    return new Registry("e1", InstantSource.system(), ticker, EventSink.NONE, Runnable::run);
  }

  private RegistrationJournal journal(Registry registry) {
    return new RegistrationJournal(
        folder, Life.NOTES, registry, InstantSource.system(), ticker, EventSink.NONE);
  }

  private static Registration registration(int n) {
    return new Registration(
        "service-" + n % 200,
        "host-" + n + ".example:service-" + n % 200 + ":8080",
        "host-" + n + ".example",
        "10.0.0.1",
        8080,
        false,
        Status.UP,
        100,
        Map.of("zone", "east", "management.port", "8080", "version", "1.4." + n % 7),
        Duration.ofSeconds(90),
        new Life.Note(NOTE + n));
  }

  private long millis(long sinceNanos) {
    return (ticker.nanos() - sinceNanos) / 1_000_000;
  }

  private int kept() {
    try {
      return Reading.of(new FolderDisk(folder), Life.NOTES).remembered().size();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aHundredThousandAreBackInAFewSeconds() throws IOException {
    Registry first = registry();
    RegistrationJournal journal = journal(first);
    journal.restore();
    journal.start();
    long began = ticker.nanos();
    for (int i = 0; i < INSTANCES; i++) {
      first.register(registration(i));
    }
    long registered = millis(began);
    await().atMost(Duration.ofSeconds(60)).until(() -> kept() == INSTANCES);
    journal.start(); // a whole snapshot
    began = ticker.nanos();
    journal.close();
    long written = millis(began);
    long bytes;
    try (var files = Files.list(folder)) {
      bytes = files.mapToLong(file -> file.toFile().length()).sum();
    }

    Registry second = registry();
    RegistrationJournal next = journal(second);
    began = ticker.nanos();
    next.restore();
    long restored = millis(began);
    next.close();
    System.out.printf(
        "%,d instances: registered in %,d ms with the journal beside, snapshot written in %,d ms,"
            + " served again after %,d ms; %,d bytes on the disk%n",
        INSTANCES, registered, written, restored, bytes);
    assertThat(second.unconfirmed()).isEqualTo(INSTANCES);
    assertThat(restored).as("ms to restore").isLessThan(5_000);
    assertThat(bytes).as("bytes on the disk").isLessThan(4L * INSTANCES * 1024);
  }
}
