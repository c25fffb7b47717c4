package io.roadstead.platform.doctor;

import io.roadstead.store.DataDirectory;
import io.roadstead.store.SqliteStore;
import io.roadstead.store.journal.RegistrationJournal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/** The data directory: room, permissions, the state, its copies, and what still runs from it. */
final class DataChecks {
  private static final long SPACE_NEEDED = 64L << 20;
  private static final long SPACE_WANTED = 1L << 30;
  private static final Duration SLACK = Duration.ofMinutes(1);
  private static final String MARK = "ROADSTEAD_MARK";

  private final Path directory;
  private final Machine machine;
  private final InstantSource wall;

  DataChecks(Path directory, Machine machine, InstantSource wall) {
    this.directory = directory.toAbsolutePath().normalize();
    this.machine = machine;
    this.wall = wall;
  }

  List<Finding> all() {
    List<Finding> all = new ArrayList<>();
    all.add(space());
    all.add(permissions());
    Path state = directory.resolve("state.db");
    if (Files.exists(state)) {
      all.add(state(state));
      all.add(copies(state));
      clock(state).ifPresent(all::add);
    } else if (Files.isDirectory(directory.resolve("backups"))) {
      all.add(
          Finding.problem(
              "state",
              state + " has gone, and there are copies of it",
              "put one back: cp -p " + directory.resolve("backups") + "/state-….db " + state));
    }
    registrations().ifPresent(all::add);
    all.add(leftRunning());
    return all;
  }

  /** The pid of the platform that holds the directory. */
  OptionalLong holder() {
    return DataDirectory.holder(directory);
  }

  private Finding space() {
    Path there = directory;
    while (there.getParent() != null && !Files.exists(there)) {
      there = there.getParent();
    }
    long free;
    try {
      free = Files.getFileStore(there).getUsableSpace();
    } catch (IOException e) {
      return Finding.problem(
          "disk", there + " cannot be looked at: " + e.getMessage(), "see its file system");
    }
    String found =
        Sizes.of(free) + " free for " + directory + " (wanted: " + Sizes.of(SPACE_WANTED) + ")";
    String advice = "free some space, or choose another place with --data DIR";
    return free < SPACE_NEEDED
        ? Finding.problem("disk", found, advice)
        : free < SPACE_WANTED ? Finding.warning("disk", found, advice) : Finding.ok("disk", found);
  }

  private Finding permissions() {
    if (!Files.exists(directory)) {
      Path parent = directory.getParent();
      while (parent != null && !Files.exists(parent)) {
        parent = parent.getParent();
      }
      return parent != null && Files.isWritable(parent)
          ? Finding.ok("data directory", directory + " is not there yet: up makes it")
          : Finding.problem(
              "data directory",
              directory + " cannot be made: " + parent + " is not writable",
              "make it writable, or choose another with --data DIR");
    }
    if (!Files.isDirectory(directory)) {
      return Finding.problem(
          "data directory", directory + " is a file", "choose another with --data DIR");
    }
    if (!Files.isWritable(directory)) {
      return Finding.problem(
          "data directory",
          directory + " is not writable",
          "make it, or its file system, writable for " + System.getProperty("user.name"));
    }
    List<String> open = new ArrayList<>();
    for (Path secret :
        List.of(directory, directory.resolve("token"), directory.resolve("state.db"))) {
      if (othersMay(secret)) {
        open.add(secret.toString());
      }
    }
    return open.isEmpty()
        ? Finding.ok("data directory", directory + " is writable, and closed to others")
        : Finding.warning(
            "data directory",
            "others may read " + String.join(", ", open),
            "chmod go= " + String.join(" ", open));
  }

  private static boolean othersMay(Path path) {
    try {
      Set<PosixFilePermission> all = Files.getPosixFilePermissions(path);
      return !PosixFilePermissions.toString(all).endsWith("------");
    } catch (IOException | UnsupportedOperationException _) {
      return false; // not there, or a system without such permissions
    }
  }

  private Finding state(Path state) {
    return SqliteStore.fault(state, directory.resolve("native"))
        .map(
            fault ->
                Finding.problem(
                    "state", state + " is damaged: " + fault, "start with up, which says how"))
        .orElseGet(() -> Finding.ok("state", state + " is sound"));
  }

  private Finding copies(Path state) {
    Optional<Path> copy = SqliteStore.newestSoundCopy(state, directory.resolve("native"));
    if (copy.isEmpty()) {
      return Finding.warning(
          "copies of the state",
          "there is none",
          "let the platform run for a minute: it makes one after each change");
    }
    return Finding.ok("copies of the state", "the newest is " + copy.get());
  }

  private Optional<Finding> registrations() {
    Path folder = directory.resolve("registry");
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    try {
      String found = RegistrationJournal.contents(folder);
      List<Path> damaged = RegistrationJournal.setAside(folder);
      return Optional.of(
          damaged.isEmpty()
              ? Finding.ok("registrations", found)
              : Finding.warning(
                  "registrations",
                  found + "; damaged files were set aside: " + damaged,
                  "look at the disk; delete them when you have seen them"));
    } catch (IOException e) {
      return Optional.of(
          Finding.problem(
              "registrations",
              folder + " cannot be read: " + e.getMessage(),
              "make it readable for " + System.getProperty("user.name")));
    }
  }

  /** Files from the future tell that the clock has gone back. */
  private Optional<Finding> clock(Path state) {
    try {
      Instant written = Files.getLastModifiedTime(state).toInstant();
      Instant now = wall.instant();
      if (written.isAfter(now.plus(SLACK))) {
        return Optional.of(
            Finding.warning(
                "clock",
                "it shows " + now + ", and " + state + " was written at " + written,
                "set the clock (timedatectl shows whether it is synchronised); nothing in the"
                    + " platform waits by it"));
      }
    } catch (IOException _) {
      // then the check of the state tells
    }
    return Optional.empty();
  }

  /** The processes of instances of this directory, by the instance's id. */
  Map<String, List<Long>> running() {
    return machine.processesBy(MARK, directory + "/instances/");
  }

  private Finding leftRunning() {
    Map<String, List<Long>> running = running();
    OptionalLong holder = holder();
    if (holder.isPresent()) {
      return Finding.ok(
          "instances",
          running.size()
              + " run for the platform with pid "
              + holder.getAsLong()
              + ", which is up");
    }
    return running.isEmpty()
        ? Finding.ok("instances", "none runs without a platform")
        : Finding.warning(
            "instances",
            running.size() + " run without a platform: " + told(running),
            "roadstead up --data "
                + directory
                + " takes them over, roadstead down --data "
                + directory
                + " ends them");
  }

  /** As "orders-7f3a (pid 4711, 4712)". */
  static String told(Map<String, List<Long>> running) {
    return running.entrySet().stream()
        .map(
            each ->
                each.getKey()
                    + " (pid "
                    + each.getValue().stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(", "))
                    + ")")
        .collect(Collectors.joining(", "));
  }
}
