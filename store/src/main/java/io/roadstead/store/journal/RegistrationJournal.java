package io.roadstead.store.journal;

import io.roadstead.registry.AttachmentForm;
import io.roadstead.registry.InstanceKey;
import io.roadstead.registry.Journal;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Remembered;
import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.Event;
import io.roadstead.registry.event.EventSink;
import io.roadstead.store.DiskWords;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps registrations over a restart, in a folder of their own.
 *
 * <p><b>Idea.</b> Who changes the registry only leaves the instance's name here. {@value
 * #GROUP_MILLIS} ms after the first name one thread takes all of them, reads the state of each from
 * the registry and appends it to the log, with one wait for the disk. A name that is already there
 * costs nothing, so the names are the only queue: beyond {@value #MOST_NAMES}, and after a failed
 * write, all is written anew instead, as a snapshot.
 *
 * <p><b>What an answer means.</b> Nobody waits for the disk: a registration is answered at once and
 * on the disk some milliseconds later. What a crash takes with it is what was registered within
 * that time; its client's next heartbeat brings it back.
 *
 * <p><b>Trouble.</b> Where nothing can be written, the registry goes on in memory, and {@link
 * #trouble} says so, and an event. It is tried again, at first after a second, then ever later up
 * to {@value #LONGEST_RETRY_SECONDS} s, and everything is written anew as soon as it can be.
 *
 * <p>The lock guards the names; the files belong to the thread. {@link #restore}, {@link #start}
 * and {@link #close} are called once each, in this order.
 */
public final class RegistrationJournal implements Journal, AutoCloseable {
  static final int GROUP_MILLIS = 50;
  static final int MOST_NAMES = 20_000;
  static final int LONGEST_RETRY_SECONDS = 15;
  private static final long SMALLEST_LOG = 8L << 20;
  private static final long STUCK_NANOS = Duration.ofSeconds(10).toNanos();
  private static final long CLOSING_SECONDS = 10;

  private final Disk disk;
  private final Path folder;
  private final AttachmentForm attachments;
  private final Registry registry;
  private final InstantSource wall;
  private final Ticker ticker;
  private final EventSink events;
  private @Nullable JournalWriter writer;
  private long retrySeconds;

  private final Object lock = new Object();
  private Set<InstanceKey> names = new LinkedHashSet<>();
  private boolean everything;
  private boolean asked;
  private long askedNanos;
  private String failure = "";

  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().daemon().name("registry-journal").factory());

  public RegistrationJournal(
      Path folder,
      AttachmentForm attachments,
      Registry registry,
      InstantSource wall,
      Ticker ticker,
      EventSink events) {
    this(new FolderDisk(folder), folder, attachments, registry, wall, ticker, events);
  }

  RegistrationJournal(
      Disk disk,
      Path folder,
      AttachmentForm attachments,
      Registry registry,
      InstantSource wall,
      Ticker ticker,
      EventSink events) {
    this.disk = disk;
    this.folder = folder;
    this.attachments = attachments;
    this.registry = registry;
    this.wall = wall;
    this.ticker = ticker;
    this.events = events;
  }

  /** The damaged files that were set aside in such a folder, for a look at them. */
  public static List<Path> setAside(Path folder) {
    try {
      return new FolderDisk(folder)
          .list().stream()
              .filter(name -> name.contains(JournalWriter.DAMAGED))
              .map(folder::resolve)
              .toList();
    } catch (IOException _) {
      return List.of();
    }
  }

  /**
   * What such a folder holds now, in a sentence; for a look from outside, also while a platform
   * writes it. Changes nothing.
   *
   * @throws IOException where it cannot be read
   */
  public static String contents(Path folder) throws IOException {
    Reading reading = Reading.of(new FolderDisk(folder), AttachmentForm.NONE);
    long draining = reading.remembered().stream().filter(Remembered::draining).count();
    return reading.remembered().size()
        + " instances, "
        + draining
        + " of them draining, are kept in "
        + folder;
  }

  /** Gives the registry what an earlier life has kept, as far as it can be read. Never fails. */
  public void restore() {
    long began = ticker.nanos();
    Reading reading;
    try {
      reading = Reading.of(disk, attachments);
    } catch (IOException e) {
      reading = new Reading(List.of(), List.of(), 0, 0, 0, 0);
      tell(
          "registry.journal-unreadable",
          "the registrations of before in "
              + folder
              + " cannot be read ("
              + DiskWords.reason(e)
              + "): clients register anew",
          Map.of());
    }
    writer = new JournalWriter(disk, attachments, registry, reading, SMALLEST_LOG);
    int listed = registry.restore(reading.remembered());
    reading.faults().forEach(this::tell);
    if (reading.unreadable() > 0) {
      tell(
          "registry.journal-damaged",
          reading.unreadable()
              + " entries in "
              + folder
              + " cannot be understood by this Roadstead and are left out",
          Map.of("entries", reading.unreadable()));
    }
    if (listed > 0) {
      long millis = (ticker.nanos() - began) / 1_000_000;
      tell(
          "registry.restored",
          listed
              + " instances of before the restart are served, unconfirmed: each has one lease from"
              + " now for a heartbeat",
          Map.of("instances", listed, "millis", millis, "bytes", reading.bytes()));
    }
  }

  /** Begins to keep what changes, and writes all that there is once. */
  public void start() {
    registry.keepIn(this);
    synchronized (lock) {
      everything = true;
    }
    ask(0);
  }

  @Override
  public void changed(InstanceKey key) {
    synchronized (lock) {
      if (!everything && names.add(key) && names.size() > MOST_NAMES) {
        everything = true;
        names.clear();
      }
      if (asked) {
        return;
      }
    }
    ask(GROUP_MILLIS);
  }

  @Override
  public String trouble() {
    synchronized (lock) {
      if (failure.isEmpty() && asked && ticker.nanos() - askedNanos > STUCK_NANOS) {
        return "the disk of "
            + folder
            + " has not answered for "
            + Duration.ofNanos(ticker.nanos() - askedNanos).toSeconds()
            + " s: registrations since then would not survive a restart";
      }
      return failure;
    }
  }

  private void ask(long delayMillis) {
    synchronized (lock) {
      if (asked) {
        return;
      }
      asked = true;
      askedNanos = ticker.nanos();
    }
    try {
      var _ = thread.schedule(this::turn, delayMillis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException _) {
      // closed: what changes from now on is of nobody's interest
    }
  }

  private void turn() {
    try {
      JournalWriter files = writer;
      if (files != null) {
        write(files);
        kept();
      }
    } catch (IOException | RuntimeException e) {
      failed(e);
    }
  }

  /** Until there is nothing to write; changes go on to come meanwhile. */
  private void write(JournalWriter files) throws IOException {
    while (true) {
      Set<InstanceKey> taken;
      boolean anew;
      synchronized (lock) {
        taken = names;
        if (taken.isEmpty() && !everything && !files.snapshotting() && !files.due()) {
          asked = false;
          return;
        }
        names = new LinkedHashSet<>();
        // A snapshot under way is ended first, so that one gets done however much changes.
        anew = everything && !files.snapshotting();
        everything &= !anew;
        askedNanos = ticker.nanos();
      }
      if (anew || files.due()) {
        files.begin();
      }
      if (!taken.isEmpty()) {
        files.write(taken);
      }
      files.slice();
      if (!files.snapshotting()) {
        break;
      }
    }
    synchronized (lock) {
      asked = false;
      if (names.isEmpty() && !everything && !files.due()) {
        return;
      }
    }
    ask(GROUP_MILLIS);
  }

  private void failed(Exception e) {
    if (writer != null) {
      writer.giveUp();
    }
    String message =
        "registrations are not kept in "
            + folder
            + " ("
            + (e instanceof IOException io ? DiskWords.reason(io) : e.toString())
            + "): they are served, and would not survive a restart; "
            + (e instanceof IOException io ? DiskWords.fix(io, folder) : "this is a mistake here");
    boolean first;
    synchronized (lock) {
      first = failure.isEmpty();
      failure = message;
      everything = true;
      names.clear();
      asked = false;
    }
    if (first) {
      tell("registry.not-kept", message, Map.of());
    }
    retrySeconds = Math.clamp(retrySeconds * 2, 1, LONGEST_RETRY_SECONDS);
    ask(TimeUnit.SECONDS.toMillis(retrySeconds));
  }

  private void kept() {
    boolean before;
    synchronized (lock) {
      before = failure.isEmpty();
      failure = "";
    }
    retrySeconds = 0;
    if (!before) {
      tell("registry.kept-again", "registrations survive a restart again", Map.of());
    }
  }

  private void tell(Reading.Fault fault) {
    String file = folder.resolve(fault.file().toString()).toString();
    if (fault.torn()) {
      tell(
          "registry.journal-cut",
          "the last " + fault.bytes() + " bytes of " + file + " are no whole record: left out",
          Map.of("bytes", fault.bytes()));
    } else {
      tell(
          "registry.journal-damaged",
          file
              + " is damaged at byte "
              + fault.at()
              + " ("
              + fault.reason()
              + ", "
              + fault.bytes()
              + " bytes): what is good is taken, the file is set aside as "
              + fault.file()
              + JournalWriter.DAMAGED
              + fault.at(),
          Map.of("at", fault.at(), "bytes", fault.bytes()));
    }
  }

  private void tell(String kind, String message, Map<String, Object> data) {
    events.accept(new Event(wall.instant(), kind, "", "", "", message, data));
  }

  /** Writes what has changed, and ends. */
  @Override
  public void close() {
    Future<?> last =
        thread.submit(
            () -> {
              turn();
              if (writer != null) {
                writer.abandon();
              }
              writer = null;
            });
    try {
      last.get(CLOSING_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      System.getLogger(RegistrationJournal.class.getName())
          .log(System.Logger.Level.WARNING, "the newest registrations are not kept: " + e, e);
    }
    thread.shutdownNow();
  }
}
