package io.roadstead.runtime.process;

import io.roadstead.rollout.Resources;
import io.roadstead.runtime.process.CgroupTree.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each instance control groups of its own, for its limits and for its end: whatever of it has
 * left its process group is still in these. They outlive the platform, as the instances do, and are
 * found again by their names.
 *
 * <p>Nothing is looked for or made before the first instance. Where there are no control groups to
 * be had, an instance gets none, and one warning says why; then only the JVM's flags hold it. Safe
 * from any thread; blocks.
 */
final class Cgroups implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Cgroups.class);
  private static final long PERIOD_MICROS = 100_000;
  private static final long LEAST_QUOTA_MICROS = 1000;

  private final Found tree;
  private final Set<Path> ending = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean warned = new AtomicBoolean();

  /**
   * @param dataDirectory names the platform's groups
   */
  Cgroups(Path dataDirectory) {
    this(Path.of("/proc/self"), dataDirectory);
  }

  Cgroups(Path self, Path dataDirectory) {
    String name = "roadstead-" + Integer.toHexString(dataDirectory.toString().hashCode());
    this.tree = new Found(self, name);
  }

  /** Makes the groups of an instance that is to be started. */
  Cgroup make(String id, Resources resources) {
    CgroupTree found = tree.get();
    var groups = new EnumMap<Role, Path>(Role.class);
    try {
      for (var base : found.bases().entrySet()) {
        Path group = Files.createDirectories(base.getValue().resolve(folder(id)));
        groups.put(base.getKey(), group);
        limit(base.getKey(), group, resources);
      }
    } catch (IOException e) {
      new Cgroup(groups).remove();
      warn(resources, "a control group could not be made (" + CgroupTree.reason(e) + ")");
      return Cgroup.NONE;
    }
    boolean memory = resources.memoryBytes() > 0 && !has(groups, Role.MEMORY);
    boolean cpu = resources.cpu() > 0 && !has(groups, Role.CPU);
    if (memory || cpu || !found.missing().isEmpty()) {
      warn(resources, found.missing());
    }
    return new Cgroup(groups);
  }

  /** The groups of an instance that an earlier life of the platform has started. */
  Cgroup find(String id) {
    var groups = new EnumMap<Role, Path>(Role.class);
    tree.get()
        .bases()
        .forEach(
            (role, base) -> {
              Path group = base.resolve(folder(id));
              if (Files.isDirectory(group)) {
                groups.put(role, group);
              }
            });
    return groups.isEmpty() ? Cgroup.NONE : new Cgroup(groups);
  }

  /**
   * Removes the groups of an instance that has ended: now, or once nothing in them ends any more.
   */
  void letGo(Cgroup group) {
    ending.addAll(group.places());
    ending.removeIf(Cgroup::remove);
  }

  /** Kills what is in the groups of all instances but these, and removes the groups. */
  void endAllBut(Set<String> instances) {
    Set<String> kept = Set.copyOf(instances.stream().map(Cgroups::folder).toList());
    for (var base : tree.get().bases().entrySet()) {
      for (Path group : below(base.getValue())) {
        if (!kept.contains(String.valueOf(group.getFileName()))) {
          Cgroup left = new Cgroup(Map.of(base.getKey(), group));
          left.kill();
          letGo(left);
        }
      }
    }
  }

  /** Removes the platform's own groups, where no instance is left in them. */
  @Override
  public void close() {
    CgroupTree found = tree.known();
    if (found != null) {
      found.bases().values().forEach(Cgroups::removeEmpty);
    }
  }

  private static void removeEmpty(Path base) {
    for (Path group : below(base)) {
      boolean _ = Cgroup.remove(group);
    }
    boolean _ = Cgroup.remove(base);
  }

  private static List<Path> below(Path base) {
    try (var groups = Files.newDirectoryStream(base, Files::isDirectory)) {
      return StreamSupport.stream(groups.spliterator(), false).toList();
    } catch (IOException e) {
      log.debug("the control groups in {} cannot be looked at", base, e);
      return List.of();
    }
  }

  private static boolean has(Map<Role, Path> groups, Role role) {
    return groups.containsKey(Role.UNIFIED) || groups.containsKey(role);
  }

  private static void limit(Role role, Path group, Resources resources) throws IOException {
    long memory = resources.memoryBytes();
    long quota = Math.max(LEAST_QUOTA_MICROS, (long) (resources.cpu() * PERIOD_MICROS));
    boolean cpu = resources.cpu() > 0;
    switch (role) {
      case UNIFIED -> {
        if (memory > 0) {
          write(group, "memory.max", Long.toString(memory));
          writeIfThere(group, "memory.swap.max", "0");
          writeIfThere(group, "memory.oom.group", "1");
        }
        if (cpu) {
          writeIfThere(group, "cpu.max", quota + " " + PERIOD_MICROS);
        }
      }
      case MEMORY -> {
        if (memory > 0) {
          write(group, "memory.limit_in_bytes", Long.toString(memory));
          writeIfThere(group, "memory.memsw.limit_in_bytes", Long.toString(memory));
        }
      }
      case CPU -> {
        if (cpu) {
          write(group, "cpu.cfs_period_us", Long.toString(PERIOD_MICROS));
          write(group, "cpu.cfs_quota_us", Long.toString(quota));
        }
      }
      case KILLER -> {}
    }
  }

  private static void write(Path group, String file, String value) throws IOException {
    Files.writeString(group.resolve(file), value);
  }

  /** What not every kernel has; the limit itself holds without. */
  private static void writeIfThere(Path group, String file, String value) {
    if (Files.exists(group.resolve(file))) {
      try {
        write(group, file, value);
      } catch (IOException e) {
        log.debug("{} of {} stays as it is", file, group, e);
      }
    }
  }

  private void warn(Resources resources, String why) {
    if (!resources.equals(Resources.UNLIMITED) && warned.compareAndSet(false, true)) {
      log.warn(
          "resources.memory and resources.cpu are told to JVMs but not enforced: {}",
          why.isEmpty() ? "there are no control groups" : why);
    }
  }

  /** A file name, whatever an id may hold. */
  private static String folder(String id) {
    return id.replaceAll("[^A-Za-z0-9._-]", "_");
  }

  /** Looks once, at the first need. */
  private static final class Found {
    private final Path self;
    private final String name;
    private @Nullable CgroupTree tree;

    private Found(Path self, String name) {
      this.self = self;
      this.name = name;
    }

    synchronized CgroupTree get() {
      CgroupTree known = tree;
      if (known == null) {
        known = CgroupTree.find(self, name);
        tree = known;
      }
      return known;
    }

    synchronized @Nullable CgroupTree known() {
      return tree;
    }
  }
}
