package io.roadstead.platform.bench.watch;

import io.roadstead.platform.Refused;
import io.roadstead.platform.bench.watch.StreamReaders.Standing;
import io.roadstead.platform.bench.watch.WatchFigures.Incident;
import io.roadstead.platform.bench.watch.WatchFigures.Loss;
import io.roadstead.platform.bench.watch.WatchFigures.Row;
import io.roadstead.platform.bench.watch.WatchFigures.Times;
import io.roadstead.registry.Ticker;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Opens streams, registers, and lets happen to the streams what happens to streams. Blocks; for one
 * thread.
 */
final class WatchBench {
  private static final int[] STEPS = {1, 100, 1_000, 10_000};
  private static final Duration OPEN_WITHIN = Duration.ofSeconds(60);
  private static final Duration CURRENT_WITHIN = Duration.ofMinutes(3);
  private static final Duration SETTLING = Duration.ofSeconds(1);
  private static final Duration IDLE = Duration.ofSeconds(2);
  private static final long LOOK_MILLIS = 5;
  private static final int WARM_UP = 300;
  private static final int STUCK_CHANGES = 400;

  private final BenchedPlatform platform;
  private final Ticker ticker;
  private final CountDownLatch ended;
  private final Consumer<String> progress;

  /**
   * @param ended reaches zero where the benchmark is ended early
   */
  WatchBench(
      BenchedPlatform platform, Ticker ticker, CountDownLatch ended, Consumer<String> progress) {
    this.platform = platform;
    this.ticker = ticker;
    this.ended = ended;
    this.progress = progress;
  }

  /**
   * @param most streams
   * @param seconds how long each number of streams is measured
   */
  WatchFigures measure(int most, int changesPerSecond, int seconds, int trials)
      throws IOException, InterruptedException {
    platform.start();
    try (StreamReaders readers = new StreamReaders(platform.control(), ticker);
        Registering registering = new Registering(platform, readers, ticker, ended);
        Heartbeats heartbeats = new Heartbeats(platform, ticker)) {
      readers.start();
      registering.run(WARM_UP, WARM_UP);
      heartbeats.start();
      FirstSeen first = new FirstSeen(platform, ticker);
      progress.accept("first requests and fetches");
      FirstSeen.Figures seen = first.measure(trials);
      rest(SETTLING);
      long before = platform.residentBytes();
      List<Row> rows = new ArrayList<>();
      for (int streams : steps(most)) {
        progress.accept(streams + " streams");
        Row row = row(readers, registering, heartbeats, streams, changesPerSecond, seconds);
        rows.add(row);
        progress.accept("  " + row.brief());
      }
      List<Incident> incidents = new ArrayList<>();
      progress.accept("all connections end");
      incidents.add(cut(readers, registering, heartbeats, most, changesPerSecond));
      progress.accept("nine of ten readers stop to read");
      incidents.add(stuck(readers, registering, heartbeats, most));
      progress.accept("the platform is killed");
      incidents.add(killed(readers, registering, heartbeats, most, changesPerSecond));
      Standing end = readers.standing(0);
      return new WatchFigures(
          Runtime.version().toString(),
          Runtime.getRuntime().availableProcessors(),
          changesPerSecond,
          before,
          rows,
          incidents,
          seen.firstRouted(),
          trials,
          seen.missed(),
          new Loss(end.gaps(), end.repeated(), end.refused()));
    }
  }

  private static List<Integer> steps(int most) {
    List<Integer> steps = new ArrayList<>();
    for (int step : STEPS) {
      if (step < most) {
        steps.add(step);
      }
    }
    steps.add(most);
    return steps;
  }

  private Row row(
      StreamReaders readers,
      Registering registering,
      Heartbeats heartbeats,
      int streams,
      int perSecond,
      int seconds)
      throws IOException, InterruptedException {
    readers.have(streams);
    await(
        () -> readers.standing(0).open() == streams, OPEN_WITHIN, streams + " streams to be open");
    registering.run(perSecond, perSecond); // what is only done once is not counted
    awaitCurrent(readers, registering, 0, streams);
    rest(SETTLING);
    long cpu = platform.cpuNanos();
    long began = ticker.nanos();
    rest(IDLE);
    double idle = (double) (platform.cpuNanos() - cpu) / (ticker.nanos() - began);
    var _ = heartbeats.taken();
    readers.count();
    cpu = platform.cpuNanos();
    began = ticker.nanos();
    int changes = perSecond * seconds;
    registering.run(changes, perSecond);
    awaitCurrent(readers, registering, 0, streams);
    double busyNanos = platform.cpuNanos() - cpu - idle * (ticker.nanos() - began);
    return new Row(
        streams,
        Times.of(readers.counted()),
        Times.of(heartbeats.taken()),
        idle * 1e6 / streams,
        busyNanos / 1e3 / changes / streams,
        platform.residentBytes());
  }

  /** All at once come back with the cursor at which they stood, while changes go on. */
  private Incident cut(
      StreamReaders readers,
      Registering registering,
      Heartbeats heartbeats,
      int streams,
      int perSecond)
      throws IOException, InterruptedException {
    long snapshots = readers.standing(0).snapshots();
    var _ = heartbeats.taken();
    long began = ticker.nanos();
    readers.cut();
    registering.run(perSecond, perSecond * 4);
    awaitCurrent(readers, registering, 0, streams);
    return incident("all connections end", readers, heartbeats, streams, began, snapshots);
  }

  private Incident stuck(
      StreamReaders readers, Registering registering, Heartbeats heartbeats, int streams)
      throws IOException, InterruptedException {
    int stuck = streams / 10 * 9;
    long snapshots = readers.standing(0).snapshots();
    readers.stick(stuck, true);
    var _ = heartbeats.taken();
    List<Long> residentBytes = new ArrayList<>();
    residentBytes.add(platform.residentBytes());
    for (int quarter = 0; quarter < 4; quarter++) {
      registering.run(STUCK_CHANGES / 4, STUCK_CHANGES / 10, true);
      awaitCurrent(readers, registering, stuck, streams - stuck);
      residentBytes.add(platform.residentBytes());
    }
    long resident = Collections.max(residentBytes);
    progress.accept(
        "  resident while they miss 0, 1, 2, 3 and 4 times "
            + STUCK_CHANGES / 4
            + " changes of 4 KB: "
            + String.join(
                ", ", residentBytes.stream().map(each -> (each >> 20) + " MiB").toList()));
    long began = ticker.nanos();
    readers.stick(stuck, false);
    awaitCurrent(readers, registering, 0, streams);
    Incident read =
        incident(
            "nine of ten readers had stopped to read",
            readers,
            heartbeats,
            streams,
            began,
            snapshots);
    return read.withResident(residentBytes, Math.max(resident, read.residentBytes()));
  }

  private Incident killed(
      StreamReaders readers,
      Registering registering,
      Heartbeats heartbeats,
      int streams,
      int perSecond)
      throws IOException, InterruptedException {
    long snapshots = readers.standing(0).snapshots();
    platform.kill();
    platform.start();
    long began = ticker.nanos();
    var _ = heartbeats.taken();
    await(
        () -> readers.standing(0).open() == streams, OPEN_WITHIN, streams + " streams to be back");
    registering.reconnect(); // not before: a connection that asks nothing for long is ended
    registering.run(perSecond, perSecond);
    awaitCurrent(readers, registering, 0, streams);
    return incident(
        "the platform is killed and started", readers, heartbeats, streams, began, snapshots);
  }

  private Incident incident(
      String name,
      StreamReaders readers,
      Heartbeats heartbeats,
      int streams,
      long began,
      long snapshotsBefore) {
    long millis = TimeUnit.NANOSECONDS.toMillis(ticker.nanos() - began);
    return new Incident(
        name,
        streams,
        millis,
        readers.standing(0).snapshots() - snapshotsBefore,
        Times.of(heartbeats.taken()),
        List.of(),
        platform.residentBytes());
  }

  private void awaitCurrent(StreamReaders readers, Registering registering, int from, int streams)
      throws InterruptedException {
    await(
        () -> {
          Standing now = readers.standing(from);
          return now.open() == streams && now.newest() >= registering.marks();
        },
        CURRENT_WITHIN,
        streams + " streams to be told of registration " + registering.marks());
  }

  private void await(BooleanSupplier there, Duration limit, String what)
      throws InterruptedException {
    long deadline = ticker.nanos() + limit.toNanos();
    while (!there.getAsBoolean()) {
      if (ticker.nanos() - deadline > 0) {
        throw Refused.because("waited " + limit.toSeconds() + " s in vain for " + what);
      }
      rest(Duration.ofMillis(LOOK_MILLIS));
    }
  }

  private void rest(Duration time) throws InterruptedException {
    if (ended.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new InterruptedException("the benchmark was ended");
    }
  }
}
