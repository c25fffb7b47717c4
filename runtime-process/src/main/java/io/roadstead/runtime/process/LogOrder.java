package io.roadstead.runtime.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * In which order the instances of a service were started: a file beside their logs, an id on each
 * line. The times of the logs would tell it too, but they go wrong with the clock, and then the
 * newest log might be the one that is deleted.
 *
 * <p>Safe from any thread: all of it is under one lock, which is held for a small file's length.
 */
final class LogOrder {
  private static final String NAME = "order";

  private final ProcessSettings settings;
  private final Object lock = new Object();

  LogOrder(ProcessSettings settings) {
    this.settings = settings;
  }

  /** Notes that an instance is the latest. The folder of the logs is there. */
  void started(String service, String instance) throws IOException {
    synchronized (lock) {
      Files.writeString(
          file(service),
          instance + "\n",
          StandardCharsets.UTF_8,
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }
  }

  /** The instances from the oldest to the latest; those of an older version are not among them. */
  List<String> ids(String service) {
    synchronized (lock) {
      return read(service);
    }
  }

  /** Forgets those that have no log any more. */
  void keep(String service, Set<String> instances) throws IOException {
    synchronized (lock) {
      List<String> before = read(service);
      List<String> after = new ArrayList<>(before);
      after.retainAll(instances);
      if (after.size() < before.size()) {
        Path next = file(service).resolveSibling(NAME + ".new");
        Files.write(next, after);
        Files.move(next, file(service), StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }

  private List<String> read(String service) {
    try {
      return List.copyOf(new LinkedHashSet<>(Files.readAllLines(file(service))));
    } catch (IOException _) {
      return List.of(); // nothing was started yet
    }
  }

  private Path file(String service) {
    return settings.logs(service).resolve(NAME);
  }
}
