package io.roadstead.platform.doctor;

import io.roadstead.platform.doctor.Finding.Level;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/** What the machine has to have: JDK, kernel, programs, limits, memory. */
final class MachineChecks {
  private static final int NEEDED_JDK = 25;
  private static final long FILES_NEEDED = 1_024;
  private static final long FILES_WANTED = 16_384;
  private static final long PROCESSES_WANTED = 1_024;
  private static final long MEMORY_WANTED = 512L << 20;
  private static final int FIRST_PORT = 20_000;
  private static final int LAST_PORT = 29_999;
  private static final int PORTS_WANTED = 500;
  private static final Pattern SPACES = Pattern.compile("\\s+");

  private final Machine machine;
  private final String searchPath;

  /**
   * @param searchPath the folders in which programs are looked for, as in {@code PATH}
   */
  MachineChecks(Machine machine, String searchPath) {
    this.machine = machine;
    this.searchPath = searchPath;
  }

  List<Finding> all() {
    List<Finding> all = new ArrayList<>();
    all.add(jdk(Runtime.version(), Path.of(System.getProperty("java.home"))));
    all.add(kernel());
    all.add(shell());
    all.add(setsid());
    all.add(cgroup());
    all.add(openFiles());
    all.add(processes());
    all.add(instancePorts());
    all.add(memory());
    all.add(clock());
    return all;
  }

  Finding jdk(Runtime.Version version, Path home) {
    String found = version + " at " + home + " (needed: " + NEEDED_JDK + " or newer)";
    String get =
        "set ROADSTEAD_JAVA_HOME to a JDK " + NEEDED_JDK + ", from https://adoptium.net/temurin";
    if (version.feature() < NEEDED_JDK) {
      return Finding.problem("JDK", found, get);
    }
    if (!Files.isExecutable(home.resolve("bin").resolve("javac"))) {
      return Finding.warning("JDK", found + ", without a compiler: a runtime only", get);
    }
    return Finding.ok("JDK", found);
  }

  private Finding kernel() {
    String system =
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " on "
            + System.getProperty("os.arch");
    if (!machine.linux()) {
      return Finding.warning(
          "kernel",
          system + ": no epoll, no process groups by cgroup",
          "run it on Linux where it matters");
    }
    String library = library();
    return library.isEmpty()
        ? Finding.warning(
            "kernel",
            system + "; Netty's epoll library lies in no folder of java.library.path",
            "start it with ./roadstead, which sees to that; otherwise it is unpacked at each start")
        : Finding.ok("kernel", system + ", epoll by " + library);
  }

  /** Netty's own, as the launcher lays it down; it is not loaded for this. */
  private static String library() {
    for (String folder :
        System.getProperty("java.library.path", "").split(File.pathSeparator, -1)) {
      if (folder.isEmpty()) {
        continue;
      }
      try (DirectoryStream<Path> found =
          Files.newDirectoryStream(Path.of(folder), "libnetty_transport_native_epoll*")) {
        for (Path library : found) {
          return library.toString();
        }
      } catch (IOException _) {
        // a folder that is not there has none
      }
    }
    return "";
  }

  private Finding shell() {
    return machine.executable("/bin/sh")
        ? Finding.ok("/bin/sh", "is there (instances are started by it)")
        : Finding.problem(
            "/bin/sh", "is missing, and instances are started by it", "install a POSIX shell");
  }

  private Finding setsid() {
    for (String folder : searchPath.split(File.pathSeparator, -1)) {
      if (folder.startsWith("/") && machine.executable(folder + "/setsid")) {
        return Finding.ok("setsid", folder + "/setsid");
      }
    }
    return Finding.warning(
        "setsid",
        "is in no folder of PATH; without it Ctrl-C in the platform's terminal reaches instances",
        "install util-linux");
  }

  private Finding cgroup() {
    String own =
        machine.lines("/proc/self/cgroup").stream()
            .filter(line -> line.startsWith("0::"))
            .map(line -> line.substring("0::".length()))
            .findFirst()
            .orElse("");
    Optional<String> controllers = machine.line("/sys/fs/cgroup/cgroup.controllers");
    if (controllers.isPresent()) {
      String folder = "/sys/fs/cgroup" + (own.equals("/") ? "" : own);
      Set<String> there = Set.of(SPACES.split(controllers.get().strip(), -1));
      boolean writable = Files.isWritable(machine.path(folder + "/cgroup.procs"));
      if (writable && there.containsAll(Set.of("memory", "cpu"))) {
        return Finding.ok("cgroup", "v2, writable at " + folder);
      }
      return Finding.warning(
          "cgroup",
          "v2 at "
              + folder
              + (writable ? ", without memory and cpu" : ", not writable")
              + ": limits of memory and cpu are flags of the JVM only",
          "run it under systemd with Delegate=yes, or as root; services without resources: need"
              + " nothing");
    }
    if (Files.isDirectory(machine.path("/sys/fs/cgroup/memory"))) {
      boolean writable = Files.isWritable(machine.path("/sys/fs/cgroup/memory/cgroup.procs"));
      return writable
          ? Finding.ok("cgroup", "v1, writable (v2 is preferred)")
          : Finding.warning(
              "cgroup",
              "v1, not writable: limits of memory and cpu are flags of the JVM only",
              "run it as root, or on a system with cgroup v2");
    }
    return Finding.warning(
        "cgroup",
        "none: limits of memory and cpu are flags of the JVM only",
        "mount cgroup2 at /sys/fs/cgroup; services without resources: need nothing");
  }

  private Finding openFiles() {
    OptionalLong most = machine.limit("Max open files", false);
    if (most.isEmpty()) {
      return Finding.warning("open files", "the limit is not known", "see ulimit -n");
    }
    String found = "at most " + told(most.getAsLong()) + " (wanted: " + FILES_WANTED + ")";
    String raise = "raise it: ulimit -Hn, LimitNOFILE= in systemd, or /etc/security/limits.conf";
    return graded("open files", found, most.getAsLong(), FILES_NEEDED, FILES_WANTED, raise);
  }

  private Finding processes() {
    OptionalLong most = machine.limit("Max processes", true);
    if (most.isEmpty()) {
      return Finding.warning("processes", "the limit is not known", "see ulimit -u");
    }
    String found = "at most " + told(most.getAsLong()) + " (wanted: " + PROCESSES_WANTED + ")";
    return graded(
        "processes",
        found,
        most.getAsLong(),
        0,
        PROCESSES_WANTED,
        "raise it: ulimit -u, or TasksMax= in systemd");
  }

  Finding instancePorts() {
    int free = LAST_PORT - FIRST_PORT + 1;
    for (int port : machine.listening()) {
      free -= port >= FIRST_PORT && port <= LAST_PORT ? 1 : 0;
    }
    String range = FIRST_PORT + "–" + LAST_PORT;
    String found = free + " of " + range + " are free";
    if (free == 0) {
      return Finding.problem(
          "instance ports", found, "end what listens there (ss -ltn shows it), or scale in");
    }
    if (free < PORTS_WANTED) {
      return Finding.warning(
          "instance ports", found, "end what listens there (ss -ltn shows it), or scale in");
    }
    String[] outgoing =
        SPACES.split(machine.line("/proc/sys/net/ipv4/ip_local_port_range").orElse(""), -1);
    if (outgoing.length == 2
        && Integer.parseInt(outgoing[0]) <= LAST_PORT
        && Integer.parseInt(outgoing[1]) >= FIRST_PORT) {
      return Finding.warning(
          "instance ports",
          found
              + "; outgoing connections are given ports of "
              + outgoing[0]
              + "–"
              + outgoing[1]
              + ", so they may take some",
          "keep them apart: sysctl net.ipv4.ip_local_reserved_ports="
              + FIRST_PORT
              + "-"
              + LAST_PORT);
    }
    return Finding.ok("instance ports", found);
  }

  private Finding memory() {
    int cores = Runtime.getRuntime().availableProcessors();
    OptionalLong available = machine.memory("MemAvailable");
    if (available.isEmpty()) {
      return Finding.warning(
          "memory", "how much there is is not known; " + cores + " cores", "see that it suffices");
    }
    String found =
        Sizes.of(available.getAsLong())
            + " available of "
            + Sizes.of(machine.memory("MemTotal").orElse(0))
            + ", "
            + cores
            + (cores == 1 ? " core" : " cores");
    return graded(
        "memory",
        found + " (the platform takes up to " + Sizes.of(MEMORY_WANTED) + ")",
        available.getAsLong(),
        0,
        MEMORY_WANTED,
        "end something, or give the machine more");
  }

  private Finding clock() {
    String source =
        machine
            .line("/sys/devices/system/clocksource/clocksource0/current_clocksource")
            .orElse("not known");
    return Set.of("hpet", "acpi_pm", "jiffies").contains(source)
        ? Finding.warning(
            "clock source",
            source + ": reading it takes microseconds, many times for each request",
            "choose tsc, where the machine has it (see the kernel's clocksource=)")
        : Finding.ok("clock source", source);
  }

  private static Finding graded(
      String check, String found, long actual, long needed, long wanted, String advice) {
    Level level = actual < needed ? Level.PROBLEM : actual < wanted ? Level.WARNING : Level.OK;
    return new Finding(level, check, found, level == Level.OK ? "" : advice);
  }

  private static String told(long limit) {
    return limit == Long.MAX_VALUE ? "any number" : Long.toString(limit);
  }
}
