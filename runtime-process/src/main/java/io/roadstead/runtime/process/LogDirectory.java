package io.roadstead.runtime.process;

import io.roadstead.rollout.InstanceLogs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** The log files of all instances, {@code logs/SERVICE/ID.log}. Safe from any thread. */
final class LogDirectory implements InstanceLogs, AutoCloseable {
  private static final String END = ".log";
  private static final int MAX_TAIL_LINES = 100_000;
  private static final long POLL_MILLIS = 150;

  private record LogFile(Path path, FileTime written) {
    String instance() {
      String name = String.valueOf(path.getFileName());
      return name.substring(0, name.length() - END.length());
    }
  }

  private final ProcessSettings settings;
  private final Predicate<String> runs;
  private final LogOrder order;
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * @param runs whether the instance of an id runs
   */
  LogDirectory(ProcessSettings settings, Predicate<String> runs) {
    this.settings = settings;
    this.runs = runs;
    this.order = new LogOrder(settings);
  }

  @Override
  public boolean has(String service, String instance) {
    return files(service).stream().anyMatch(file -> file.instance().equals(instance));
  }

  /**
   * The last lines of every running instance, and as far as they do not make up {@code tail}, those
   * of the latest that ended: after a crash its last words are what is looked for.
   */
  @Override
  public void read(
      String service,
      String instance,
      int tail,
      boolean follow,
      BooleanSupplier open,
      Consumer<String> line)
      throws InterruptedException {
    int lines = Math.clamp(tail, 0, MAX_TAIL_LINES);
    List<LogFile> newestFirst =
        files(service).stream()
            .filter(file -> instance.isEmpty() || file.instance().equals(instance))
            .sorted(Comparator.comparing(LogFile::written).reversed())
            .toList();
    var followed = new LinkedHashMap<String, LogTail>();
    var said = new LinkedHashMap<String, List<String>>();
    int total = 0;
    for (boolean running : new boolean[] {true, false}) {
      for (LogFile file : newestFirst) {
        if (runs.test(file.instance()) != running || (!running && total >= lines)) {
          continue;
        }
        if (follow) {
          var opened = new LogTail(file.path(), settings.maxTailBytes());
          followed.put(file.instance(), opened);
          said.put(file.instance(), opened.open(running ? lines : lines - total));
        } else {
          said.put(
              file.instance(),
              LogTail.last(file.path(), running ? lines : lines - total, settings.maxTailBytes()));
        }
        total += said.getOrDefault(file.instance(), List.of()).size();
      }
    }
    boolean several = said.size() > 1;
    for (LogFile file : newestFirst.reversed()) {
      for (String text : said.getOrDefault(file.instance(), List.of())) {
        line.accept(prefix(several, file.instance()) + text);
      }
    }
    if (follow) {
      newestFirst.forEach(
          file ->
              followed.computeIfAbsent(
                  file.instance(), _ -> atEnd(file.path(), settings.maxTailBytes())));
      follow(service, instance, followed, several, open, line);
    }
  }

  /**
   * An instance is about to be started. Deletes the oldest logs of ended instances, as many as are
   * above the number to keep.
   */
  void starting(String service, String instance) throws IOException {
    List<String> started = order.ids(service);
    List<LogFile> all = files(service);
    List<LogFile> ended =
        all.stream()
            .filter(file -> !runs.test(file.instance()) && !file.instance().equals(instance))
            .sorted(
                Comparator.<LogFile>comparingInt(file -> started.indexOf(file.instance()))
                    .thenComparing(LogFile::written)
                    .reversed())
            .toList();
    Set<String> kept = new HashSet<>();
    all.forEach(file -> kept.add(file.instance()));
    for (LogFile file : ended.subList(Math.min(settings.keptLogs(), ended.size()), ended.size())) {
      try {
        Files.deleteIfExists(file.path());
        Files.deleteIfExists(LogRotation.previous(file.path()));
        Files.deleteIfExists(settings.crashReport(service, file.instance()));
        kept.remove(file.instance());
      } catch (IOException _) {
        // the next start tries again
      }
    }
    order.keep(service, kept);
    order.started(service, instance);
  }

  /** Ends every {@code read} that follows. */
  @Override
  public void close() {
    closed.countDown();
  }

  private void follow(
      String service,
      String instance,
      Map<String, LogTail> followed,
      boolean several,
      BooleanSupplier open,
      Consumer<String> line)
      throws InterruptedException {
    boolean prefixed = several;
    while (open.getAsBoolean()) {
      int read = 0;
      for (LogFile file : files(service)) {
        String id = file.instance();
        if (!instance.isEmpty() && !id.equals(instance)) {
          continue;
        }
        LogTail tail =
            followed.computeIfAbsent(id, _ -> new LogTail(file.path(), settings.maxTailBytes()));
        prefixed |= followed.size() > 1 && instance.isEmpty();
        String prefix = prefix(prefixed, id);
        read += tail.more(text -> line.accept(prefix + text));
      }
      if (read == 0 && closed.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        return;
      }
    }
  }

  private static LogTail atEnd(Path file, int maxTailBytes) {
    var tail = new LogTail(file, maxTailBytes);
    List<String> _ = tail.open(0);
    return tail;
  }

  private static String prefix(boolean several, String instance) {
    return several ? instance + " | " : "";
  }

  private List<LogFile> files(String service) {
    Path directory = settings.logs(service);
    var found = new ArrayList<LogFile>();
    try (var entries = Files.newDirectoryStream(directory, "*" + END)) {
      for (Path entry : entries) {
        found.add(new LogFile(entry, Files.getLastModifiedTime(entry)));
      }
    } catch (IOException _) {
      return found; // nothing was ever written, or a file went while we looked
    }
    return found;
  }
}
