package io.roadstead.runtime.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Ends what is left of instances that nobody watches any more, found by its marks.
 *
 * <p>The folders go first: a shim that had only just been started finds nothing to run then, so
 * none can slip through between the look and the end of it.
 */
final class Leftovers {
  private static final Duration AFTER_KILL = Duration.ofSeconds(2);

  private final ProcessSettings settings;
  private final Marked marked;
  private final Adopted adopted;

  Leftovers(ProcessSettings settings, Marked marked, Adopted adopted) {
    this.settings = settings;
    this.marked = marked;
    this.adopted = adopted;
  }

  /**
   * Ends the processes of all instances but these.
   *
   * @return the ids of the instances of which there were processes
   */
  Set<String> endAllBut(Set<String> kept, Duration patience) {
    for (Path folder : folders()) {
      String id = String.valueOf(folder.getFileName());
      if (!kept.contains(id)) {
        Folders.letGo(folder);
        Folders.letGo(settings.temporary(id));
      }
    }
    Map<String, List<Marked.Seen>> left = new LinkedHashMap<>(marked.all());
    left.keySet().removeAll(kept);
    List<ProcessHandle> processes =
        left.values().stream()
            .flatMap(List::stream)
            .filter(seen -> !seen.shim())
            .map(Marked.Seen::process)
            .toList();
    if (!patience.isZero()) {
      processes.forEach(ProcessHandle::destroy);
      awaitEnd(processes, patience);
    }
    left.values().stream()
        .flatMap(List::stream)
        .map(Marked.Seen::process)
        .forEach(ProcessHandle::destroyForcibly);
    awaitEnd(processes, AFTER_KILL);
    return new HashSet<>(left.keySet());
  }

  /** Kills what an instance has left after its process has ended unseen. */
  void end(String id, String token, long group) {
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      all.filter(
              process ->
                  marked.of(process.pid()).filter(id::equals).isPresent()
                      || (Signals.group(process.pid()) == group
                          && Marked.byToken(process.pid(), token)))
          .forEach(ProcessHandle::destroyForcibly);
    }
  }

  private void awaitEnd(List<ProcessHandle> processes, Duration limit) {
    long left = limit.toMillis();
    for (ProcessHandle process : processes) {
      if (!adopted.awaitEnd(process, left)) {
        return;
      }
    }
  }

  private List<Path> folders() {
    try (Stream<Path> folders = Files.list(settings.instances())) {
      return folders.toList();
    } catch (IOException _) {
      return List.of(); // none was ever started
    }
  }
}
