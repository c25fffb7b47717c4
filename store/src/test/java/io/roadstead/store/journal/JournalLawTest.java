package io.roadstead.store.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Remembered;
import io.roadstead.registry.event.EventSink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is on the disk leads to the state that was, whenever and wherever it ends. */
class JournalLawTest {
  private static final long SEED = Long.getLong("journal.seed", 20_261_123);

  /** Small enough that generations follow each other. */
  private static final long SHORT_LOG = 4_000;

  private static Reading read(MemoryDisk disk) throws IOException {
    return Reading.of(disk, Life.NOTES);
  }

  private static Set<Remembered> state(MemoryDisk disk) throws IOException {
    Reading reading = read(disk);
    assertThat(reading.unreadable()).isZero();
    return Set.copyOf(reading.remembered());
  }

  private static JournalWriter writer(MemoryDisk disk, Registry registry) throws IOException {
    return new JournalWriter(disk, Life.NOTES, registry, read(disk), SHORT_LOG);
  }

  private static void steps(Life life, int steps) {
    for (int i = 0; i < steps; i++) {
      life.step();
    }
  }

  private static void snapshot(JournalWriter writer) throws IOException {
    writer.begin();
    while (writer.snapshotting()) {
      writer.slice();
    }
  }

  @Test
  void whatIsReadIsWhatWas() throws IOException {
    for (int round = 0; round < 15; round++) {
      Life life = new Life(new Random(SEED + round), 40);
      MemoryDisk disk = new MemoryDisk();
      JournalWriter writer = writer(disk, life.registry);
      snapshot(writer);
      for (int i = 0; i < 30; i++) {
        steps(life, 5);
        writer.write(life.changed());
      }
      assertThat(state(disk)).as("seed %d", SEED + round).isEqualTo(life.state());
      // And once more through a registry: what it was given it would give on.
      Registry next = new Registry("e2", life.wall, life.ticker, EventSink.NONE, Runnable::run);
      next.restore(read(disk).remembered());
      assertThat(Life.state(next)).as("seed %d", SEED + round).isEqualTo(life.state());
    }
  }

  @Test
  void aCutAtAnyByteOfTheLogLeadsToTheLastWholeGroup() throws IOException {
    Life life = new Life(new Random(SEED), 30);
    MemoryDisk disk = new MemoryDisk();
    JournalWriter writer = writer(disk, life.registry);
    snapshot(writer);
    List<Integer> lengths = new ArrayList<>();
    List<Set<Remembered>> states = new ArrayList<>();
    lengths.add(0);
    states.add(life.state());
    for (int i = 0; i < 10; i++) {
      lengths.add(disk.bytes("log-1").length);
      states.add(life.state());
      steps(life, 4);
      writer.write(life.changed());
    }
    lengths.add(disk.bytes("log-1").length);
    states.add(life.state());
    byte[] log = disk.bytes("log-1");
    for (int cut = 0; cut <= log.length; cut++) {
      MemoryDisk torn = disk.afterKill();
      torn.put("log-1", Arrays.copyOf(log, cut));
      int group = 0;
      while (group + 1 < lengths.size() && lengths.get(group + 1) <= cut) {
        group++;
      }
      Reading reading = read(torn);
      assertThat(Set.copyOf(reading.remembered()))
          .as("seed %d, cut at %d of %d", SEED, cut, log.length)
          .isEqualTo(states.get(group));
      assertThat(reading.faults()).allMatch(Reading.Fault::torn);
      int whole = cut < lengths.get(1) ? 0 : lengths.get(group);
      assertThat(reading.faults().stream().mapToInt(Reading.Fault::bytes).sum())
          .as("cut at %d", cut)
          .isEqualTo(cut - whole);
    }
  }

  /** A kill or a loss of power before any operation: what was forced is there, whatever else is. */
  @Test
  void anEndBetweenAnyTwoOperationsLosesNothingThatWasOnTheDisk() throws IOException {
    for (int round = 0; round < 5; round++) {
      long seed = SEED + round;
      Life life = new Life(new Random(seed), 25);
      Random power = new Random(seed);
      MemoryDisk disk = new MemoryDisk();
      List<MemoryDisk> ends = new ArrayList<>();
      List<Set<Remembered>> least = new ArrayList<>();
      List<Set<Remembered>> most = new ArrayList<>();
      List<Set<Remembered>> acknowledged = new ArrayList<>(List.of(Set.of()));
      disk.beforeEach =
          () -> {
            for (MemoryDisk end : List.of(disk.afterKill(), disk.afterPowerLoss(power))) {
              ends.add(end);
              least.add(acknowledged.getLast());
              most.add(life.state());
            }
          };
      JournalWriter writer = writer(disk, life.registry);
      steps(life, 40);
      snapshot(writer);
      acknowledged.add(life.state());
      for (int i = 0; i < 60; i++) {
        steps(life, 3);
        if (writer.due()) {
          writer.begin();
          writer.write(life.changed());
          acknowledged.add(life.state());
          writer.slice();
        } else {
          writer.write(life.changed());
          acknowledged.add(life.state());
        }
      }
      assertThat(disk.list()).anyMatch(name -> name.startsWith("snapshot-") && number(name) > 2);
      for (int i = 0; i < ends.size(); i++) {
        Set<Remembered> found = state(ends.get(i));
        Set<InstanceKey> undecided = differing(least.get(i), most.get(i));
        assertThat(without(found, undecided))
            .as("seed %d, end %d", seed, i)
            .isEqualTo(without(least.get(i), undecided));
        Set<Remembered> either = new HashSet<>(least.get(i));
        either.addAll(most.get(i));
        assertThat(either).as("seed %d, end %d", seed, i).containsAll(found);
      }
    }
  }

  private static long number(String name) {
    Generation file = Generation.of(name);
    return file == null ? 0 : file.number();
  }

  private static Set<InstanceKey> differing(Set<Remembered> a, Set<Remembered> b) {
    Set<InstanceKey> keys = new HashSet<>();
    a.stream().filter(one -> !b.contains(one)).forEach(one -> keys.add(one.key()));
    b.stream().filter(one -> !a.contains(one)).forEach(one -> keys.add(one.key()));
    return keys;
  }

  private static Set<Remembered> without(Set<Remembered> all, Set<InstanceKey> keys) {
    return all.stream().filter(one -> !keys.contains(one.key())).collect(Collectors.toSet());
  }

  @Test
  void aDamagedSnapshotIsMadeGoodByTheGenerationBefore() throws IOException {
    Random random = new Random(SEED);
    Life life = new Life(random, 60);
    MemoryDisk disk = new MemoryDisk();
    JournalWriter writer = writer(disk, life.registry);
    steps(life, 100);
    snapshot(writer);
    steps(life, 50);
    writer.write(life.changed());
    snapshot(writer);
    steps(life, 50);
    writer.write(life.changed());
    assertThat(disk.list()).containsExactly("log-1", "log-2", "snapshot-1", "snapshot-2");
    byte[] whole = disk.bytes("snapshot-2");
    for (int at = 0; at < whole.length; at += 1 + random.nextInt(15)) {
      MemoryDisk damaged = disk.afterKill();
      byte[] bytes = whole.clone();
      bytes[at] ^= (byte) (1 << random.nextInt(8));
      damaged.put("snapshot-2", bytes);
      assertThat(state(damaged)).as("seed %d, byte %d", SEED, at).isEqualTo(life.state());
      assertThat(read(damaged).faults()).isNotEmpty().noneMatch(Reading.Fault::torn);
    }
    MemoryDisk without = disk.afterKill();
    without.delete("snapshot-2");
    assertThat(state(without)).isEqualTo(life.state());
  }

  /** Nothing that can be on a disk stops the start, and what is not touched is taken. */
  @Test
  void whateverIsInTheFilesAStartGoesOn() throws IOException {
    Life life = new Life(new Random(SEED), 60);
    MemoryDisk disk = new MemoryDisk();
    JournalWriter writer = writer(disk, life.registry);
    steps(life, 100);
    snapshot(writer);
    for (int i = 0; i < 30; i++) {
      steps(life, 2);
      writer.write(life.changed());
    }
    Random random = new Random(SEED);
    for (int round = 0; round < 200; round++) {
      MemoryDisk damaged = disk.afterKill();
      for (String name : damaged.list()) {
        byte[] bytes = damaged.bytes(name).clone();
        for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
          switch (random.nextInt(4)) {
            case 0 -> bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            case 2 -> bytes = Arrays.copyOf(bytes, bytes.length + random.nextInt(100));
            default -> {
              int from = random.nextInt(bytes.length);
              bytes = Arrays.copyOfRange(bytes, from, bytes.length);
            }
          }
        }
        damaged.put(name, bytes);
      }
      Reading reading = read(damaged);
      Registry next = new Registry("e2", life.wall, life.ticker, EventSink.NONE, Runnable::run);
      next.restore(reading.remembered());
      snapshot(new JournalWriter(damaged, Life.NOTES, next, reading, SHORT_LOG));
      assertThat(state(damaged)).as("seed %d, round %d", SEED, round).isEqualTo(Life.state(next));
      Reading again = read(damaged);
      assertThat(again.faults()).as("seed %d, round %d", SEED, round).isEmpty();
    }
  }

  @Test
  void oneBadPlaceInTheLogCostsOnlyItsOwnGroup() throws IOException {
    Life life = new Life(new Random(SEED), 60);
    MemoryDisk disk = new MemoryDisk();
    JournalWriter writer = writer(disk, life.registry);
    snapshot(writer);
    int bad = 0;
    for (int i = 0; i < 50; i++) {
      life.register(new InstanceKey("orders", "id-" + i), 9_000 + i);
      bad = i == 20 ? disk.bytes("log-1").length : bad;
      writer.write(life.changed());
    }
    disk.bytes("log-1")[bad + 40] ^= 1;
    assertThat(state(disk))
        .isEqualTo(without(life.state(), Set.of(new InstanceKey("orders", "id-20"))));
    assertThat(read(disk).faults()).singleElement().matches(f -> !f.torn());
  }

  @Test
  void theFolderStaysBounded() throws IOException {
    Life life = new Life(new Random(SEED), 40);
    MemoryDisk disk = new MemoryDisk();
    JournalWriter writer = writer(disk, life.registry);
    snapshot(writer);
    for (int i = 0; i < 500; i++) {
      steps(life, 3);
      writer.write(life.changed());
      if (writer.due()) {
        snapshot(writer);
      }
      assertThat(disk.list()).hasSizeLessThanOrEqualTo(4);
      assertThat(disk.list().stream().mapToInt(name -> disk.bytes(name).length).sum())
          .isLessThan(60_000);
    }
    assertThat(state(disk)).isEqualTo(life.state());
    for (int i = 0; i < 8; i++) {
      disk.bytes(disk.list().getLast())[30] ^= 1;
      snapshot(new JournalWriter(disk, Life.NOTES, life.registry, read(disk), SHORT_LOG));
    }
    assertThat(disk.list().stream().filter(name -> name.contains(".damaged-at-"))).hasSize(3);
  }
}
