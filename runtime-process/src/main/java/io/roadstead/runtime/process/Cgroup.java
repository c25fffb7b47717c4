package io.roadstead.runtime.process;

import io.roadstead.runtime.process.CgroupTree.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The control groups of one instance, one in each tree; none where there are none to be had. Safe
 * from any thread; blocks.
 */
final class Cgroup {
  static final Cgroup NONE = new Cgroup(Map.of());

  /** Each round kills all that is there; what forks faster than this is bounded by its limits. */
  private static final int ROUNDS = 100;

  private static final long ROUND_MILLIS = 20;

  private final Map<Role, Path> groups;

  Cgroup(Map<Role, Path> groups) {
    this.groups = Map.copyOf(groups);
  }

  /** The folders of its groups. */
  List<Path> places() {
    return groups.values().stream().sorted().toList();
  }

  /** SIGKILL to every process in the groups, at once where the kernel offers it. */
  void kill() {
    for (Role role : List.of(Role.UNIFIED, Role.KILLER)) {
      @Nullable Path group = groups.get(role);
      if (group != null && killAtOnce(group)) {
        return;
      }
    }
    for (Path group : places()) {
      killOneByOne(group);
    }
  }

  /** How often the kernel has killed something in it for want of memory. */
  long outOfMemoryKills() {
    return Stream.of(
            number(Role.UNIFIED, "memory.events", "oom_kill"),
            number(Role.MEMORY, "memory.oom_control", "oom_kill"))
        .filter(OptionalLong::isPresent)
        .mapToLong(OptionalLong::getAsLong)
        .findFirst()
        .orElse(0);
  }

  /** The most bytes that it has had; 0 where that is not known. */
  long peakBytes() {
    return Stream.of(
            number(Role.UNIFIED, "memory.peak", ""),
            number(Role.MEMORY, "memory.max_usage_in_bytes", ""))
        .filter(OptionalLong::isPresent)
        .mapToLong(OptionalLong::getAsLong)
        .findFirst()
        .orElse(0);
  }

  /** Removes its groups, as far as they are empty. */
  void remove() {
    places()
        .forEach(
            group -> {
              boolean _ = remove(group);
            });
  }

  /**
   * Removes a group, which must be empty.
   *
   * @return whether it is gone; not while a process in it still ends
   */
  static boolean remove(Path group) {
    try {
      Files.deleteIfExists(group);
      return true;
    } catch (IOException _) {
      return false;
    }
  }

  private static boolean killAtOnce(Path group) {
    Path kill = group.resolve("cgroup.kill");
    if (Files.notExists(kill)) {
      return false; // a kernel before 5.14
    }
    try {
      Files.writeString(kill, "1");
      return true;
    } catch (IOException _) {
      return Files.notExists(group);
    }
  }

  private static void killOneByOne(Path group) {
    try {
      for (int i = 0; i < ROUNDS; i++) {
        List<ProcessHandle> left =
            CgroupTree.processes(group).stream()
                .flatMap(pid -> ProcessHandle.of(pid).stream())
                .toList();
        if (left.isEmpty()) {
          return;
        }
        left.forEach(ProcessHandle::destroyForcibly);
        awaitEnd(left.getFirst());
      }
    } catch (IOException _) {
      // removed meanwhile
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static void awaitEnd(ProcessHandle process) throws InterruptedException {
    try {
      ProcessHandle _ = process.onExit().get(ROUND_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException _) {
      // looked at again
    }
  }

  private OptionalLong number(Role role, String file, String key) {
    @Nullable Path group = groups.get(role);
    if (group == null) {
      return OptionalLong.empty();
    }
    try {
      for (String line : Files.readAllLines(group.resolve(file))) {
        String[] words = line.trim().split(" ", -1);
        if (key.isEmpty() || words[0].equals(key)) {
          return OptionalLong.of(Long.parseLong(words[words.length - 1]));
        }
      }
    } catch (NoSuchFileException _) {
      // not every kernel has it
    } catch (IOException | NumberFormatException _) {
      // as if it were not there
    }
    return OptionalLong.empty();
  }
}
