package io.roadstead.platform.doctor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What the kernel tells of this machine, read from the files in which it does. Where it has none
 * (on macOS) nothing is known, and that is said. Safe from any thread.
 */
final class Machine {
  private static final String LISTENING = "0A";

  private final Path root;

  /**
   * @param root the folder that has {@code proc} and {@code sys} in it: {@code /}
   */
  Machine(Path root) {
    this.root = root;
  }

  Path path(String absolute) {
    return root.resolve(absolute.substring(1));
  }

  boolean linux() {
    return Files.isDirectory(path("/proc/self"));
  }

  boolean executable(String absolute) {
    return Files.isExecutable(path(absolute));
  }

  /** The first line of a file, or nothing. */
  Optional<String> line(String absolute) {
    return lines(absolute).stream().findFirst().map(String::strip);
  }

  List<String> lines(String absolute) {
    try {
      return Files.readAllLines(path(absolute), StandardCharsets.ISO_8859_1);
    } catch (IOException _) {
      return List.of();
    }
  }

  /** A value of {@code /proc/meminfo}, in bytes. */
  OptionalLong memory(String key) {
    for (String line : lines("/proc/meminfo")) {
      String[] words = line.split("\\s+", -1);
      if (words.length >= 2 && words[0].equals(key + ":")) {
        return OptionalLong.of(Long.parseLong(words[1]) * 1024);
      }
    }
    return OptionalLong.empty();
  }

  /** A limit of this process: the soft one where {@code soft}, else the hard one. */
  OptionalLong limit(String name, boolean soft) {
    for (String line : lines("/proc/self/limits")) {
      if (line.startsWith(name)) {
        String[] words = line.substring(name.length()).strip().split("\\s+", -1);
        String value = words.length > 1 ? words[soft ? 0 : 1] : "";
        return value.equals("unlimited")
            ? OptionalLong.of(Long.MAX_VALUE)
            : value.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(value));
      }
    }
    return OptionalLong.empty();
  }

  /** The ports on which something listens, at whatever address. */
  Set<Integer> listening() {
    Set<Integer> ports = new TreeSet<>();
    for (String table : new String[] {"/proc/net/tcp", "/proc/net/tcp6"}) {
      for (String line : lines(table)) {
        String[] words = line.strip().split("\\s+", -1);
        if (words.length > 3 && words[3].equals(LISTENING)) {
          ports.add(Integer.parseInt(words[1].substring(words[1].indexOf(':') + 1), 16));
        }
      }
    }
    return ports;
  }

  /**
   * The processes in whose environment a variable begins with a text, by what follows it there, as
   * far as this user may see.
   */
  Map<String, List<Long>> processesBy(String variable, String start) {
    Map<String, List<Long>> found = new TreeMap<>();
    String wanted = variable + "=" + start;
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(path("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        for (String entry : environment(process)) {
          if (entry.startsWith(wanted)) {
            found
                .computeIfAbsent(entry.substring(wanted.length()), _ -> new ArrayList<>())
                .add(Long.parseLong(String.valueOf(process.getFileName())));
          }
        }
      }
    } catch (IOException _) {
      return found; // no such folder: nothing is known
    }
    found.values().forEach(pids -> pids.sort(null));
    return found;
  }

  private static List<String> environment(Path process) {
    try {
      String all = Files.readString(process.resolve("environ"), StandardCharsets.ISO_8859_1);
      return List.of(all.split("\0", -1));
    } catch (IOException _) {
      return List.of(); // another user's, or it has just ended
    }
  }
}
