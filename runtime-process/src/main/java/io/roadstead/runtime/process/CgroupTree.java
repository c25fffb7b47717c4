package io.roadstead.runtime.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where in the machine's control groups the platform may make its own.
 *
 * <p>In version 2 a group that has processes can have no limited groups beneath it. So the platform
 * moves itself, where it is alone in its group, into a group {@code platform} beneath that; where
 * others are in the group too (the shell of a terminal, say), it is not the platform's to divide.
 * Version 1 knows no such rule, and each controller is a tree of its own; beside them there may be
 * a tree of version 2 that limits nothing but can kill a group at once.
 *
 * @param bases the group, in each tree, beneath which instances have theirs
 * @param missing why not all limits can be held, or ""
 */
record CgroupTree(Map<Role, Path> bases, String missing) {
  /** What a tree is good for. */
  enum Role {
    /** Version 2, with memory and perhaps cpu. */
    UNIFIED,
    /** Version 1. */
    MEMORY,
    /** Version 1. */
    CPU,
    /** Version 2 beside version 1. */
    KILLER
  }

  static final String PROCESSES = "cgroup.procs";
  static final String CHILDREN = "cgroup.subtree_control";
  static final String CONTROLLERS = "cgroup.controllers";
  private static final String OWN_LEAF = "platform";

  CgroupTree {
    bases = Map.copyOf(bases);
  }

  /** One line of {@code /proc/self/mountinfo} about control groups. */
  private record Mount(Path root, Path point, boolean unified, Set<String> options) {}

  /**
   * Looks, and makes the platform's group.
   *
   * @param self {@code /proc/self}
   * @param name of the platform's group, another for each data directory
   */
  static CgroupTree find(Path self, String name) {
    try {
      Map<String, Path> own = own(Files.readAllLines(self.resolve("cgroup")));
      List<Mount> mounts = mounts(Files.readAllLines(self.resolve("mountinfo")));
      Optional<Mount> unified = mounts.stream().filter(Mount::unified).findFirst();
      if (unified.isPresent()) {
        Path group = place(unified.get(), own.getOrDefault("", Path.of("/")));
        if (words(group.resolve(CONTROLLERS)).contains("memory")) {
          return unified(group, name);
        }
      }
      return legacy(mounts, own, name);
    } catch (IOException e) {
      return none("this system shows no control groups (" + e.getMessage() + ")");
    }
  }

  private static CgroupTree none(String why) {
    return new CgroupTree(Map.of(), why);
  }

  private static CgroupTree unified(Path own, String name) {
    try {
      Path parent = own.getParent();
      boolean moved =
          String.valueOf(own.getFileName()).equals(OWN_LEAF)
              && parent != null
              && Files.exists(parent.resolve(PROCESSES));
      Path home = moved && parent != null ? parent : own;
      boolean root = Files.notExists(home.resolve("cgroup.type"));
      if (!root && !moved) {
        List<Long> strangers = strangers(home);
        if (!strangers.isEmpty()) {
          return none(
              "the control group "
                  + home
                  + " has other processes in it too ("
                  + strangers.getFirst()
                  + "); give the platform one of its own: systemd-run --scope -p Delegate=yes"
                  + " roadstead up");
        }
        moveInto(Files.createDirectories(home.resolve(OWN_LEAF)), home);
      }
      enable(home, "memory");
      boolean cpu = enable(home, "cpu");
      Path base = Files.createDirectories(home.resolve(name));
      enable(base, "memory");
      cpu = enable(base, "cpu") && cpu;
      if (!words(base.resolve(CHILDREN)).contains("memory")) {
        return none("the control group " + home + " does not pass its memory controller on");
      }
      return new CgroupTree(
          Map.of(Role.UNIFIED, base), cpu ? "" : "the control group " + home + " has no cpu");
    } catch (IOException e) {
      return none("the control group " + own + " cannot be divided (" + reason(e) + ")");
    }
  }

  private static CgroupTree legacy(List<Mount> mounts, Map<String, Path> own, String name) {
    var bases = new EnumMap<Role, Path>(Role.class);
    var missing = new ArrayList<String>();
    for (var wanted : Map.of(Role.MEMORY, "memory", Role.CPU, "cpu").entrySet()) {
      String controller = wanted.getValue();
      Optional<Mount> mount =
          mounts.stream().filter(m -> !m.unified() && m.options().contains(controller)).findFirst();
      if (mount.isEmpty()) {
        missing.add("this system has no " + controller + " control groups");
        continue;
      }
      base(bases, wanted.getKey(), mount.get(), own.getOrDefault(controller, Path.of("/")), name)
          .ifPresent(missing::add);
    }
    Optional<Mount> killer = mounts.stream().filter(Mount::unified).findFirst();
    if (killer.isPresent()) {
      Path group = own.getOrDefault("", Path.of("/"));
      Optional<String> _ = base(bases, Role.KILLER, killer.get(), group, name);
    }
    return new CgroupTree(bases, String.join("; ", missing));
  }

  /** Makes the platform's group in one tree; says why, where that cannot be. */
  private static Optional<String> base(
      Map<Role, Path> bases, Role role, Mount mount, Path own, String name) {
    Path group = place(mount, own);
    try {
      bases.put(role, Files.createDirectories(group.resolve(name)));
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of("the control group " + group + " cannot be divided (" + reason(e) + ")");
    }
  }

  /** Other than this process and what it has started. */
  private static List<Long> strangers(Path group) throws IOException {
    long self = ProcessHandle.current().pid();
    Set<Long> ours =
        Stream.concat(
                Stream.of(self), ProcessHandle.current().descendants().map(ProcessHandle::pid))
            .collect(Collectors.toSet());
    return processes(group).stream().filter(pid -> !ours.contains(pid)).toList();
  }

  private static void moveInto(Path leaf, Path from) throws IOException {
    for (long pid : processes(from)) {
      Files.writeString(leaf.resolve(PROCESSES), Long.toString(pid));
    }
  }

  /** Those of other namespaces, which show as 0, are left out. */
  static List<Long> processes(Path group) throws IOException {
    Path file = group.resolve(PROCESSES);
    return Files.notExists(file)
        ? List.of()
        : Files.readAllLines(file).stream().map(Long::parseLong).filter(pid -> pid > 0).toList();
  }

  private static boolean enable(Path group, String controller) throws IOException {
    if (words(group.resolve(CHILDREN)).contains(controller)) {
      return true;
    }
    if (!words(group.resolve(CONTROLLERS)).contains(controller)) {
      return false;
    }
    Files.writeString(group.resolve(CHILDREN), "+" + controller);
    return true;
  }

  private static Set<String> words(Path file) throws IOException {
    return Files.notExists(file)
        ? Set.of()
        : Set.of(Files.readString(file).trim().split("\\s+", -1));
  }

  /** {@code 4:memory:/path}, and {@code 0::/path} for version 2: by controller. */
  private static Map<String, Path> own(List<String> lines) {
    return lines.stream()
        .map(line -> line.split(":", 3))
        .filter(parts -> parts.length == 3)
        .flatMap(
            parts ->
                Stream.of(parts[1].split(",", -1))
                    .map(controller -> Map.entry(controller, Path.of(parts[2]))))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (one, _) -> one));
  }

  /** {@code id parent dev ROOT POINT options … - TYPE source OPTIONS}: proc(5). */
  private static List<Mount> mounts(List<String> lines) {
    var mounts = new ArrayList<Mount>();
    for (String line : lines) {
      String[] halves = line.split(" - ", 2);
      String[] left = halves[0].split(" ", -1);
      String[] right = halves.length == 2 ? halves[1].split(" ", -1) : new String[0];
      if (left.length > 4 && right.length > 2 && right[0].startsWith("cgroup")) {
        mounts.add(
            new Mount(
                Path.of(left[3]),
                Path.of(left[4]),
                right[0].equals("cgroup2"),
                Set.copyOf(List.of(right[2].split(",", -1)))));
      }
    }
    return mounts;
  }

  /** Where a group is to be seen; the top of what is to be seen, where it lies elsewhere. */
  private static Path place(Mount mount, Path group) {
    return group.startsWith(mount.root())
        ? mount.point().resolve(mount.root().relativize(group)).normalize()
        : mount.point();
  }

  static String reason(IOException e) {
    @Nullable String message = e.getMessage();
    return e.getClass().getSimpleName() + (message == null ? "" : ": " + message);
  }
}
