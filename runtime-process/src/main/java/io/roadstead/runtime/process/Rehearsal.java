package io.roadstead.runtime.process;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * One life of a jar for the JDK to learn from: started with nobody to call it, asked its probe a
 * few dozen times, ended by SIGTERM; at its end the JVM writes the ahead-of-time cache.
 *
 * <p>A shell leads its process group and holds the reading end of a pipe. A line means SIGTERM to
 * the JVM; the pipe's end, which also comes when the platform is killed, means SIGKILL to the whole
 * group. So no rehearsal outlives the platform, and none has to be looked for.
 *
 * <p>The cache appears under its name when it is whole, on the disk, and a JVM has accepted it.
 * {@link #run} blocks, can be used once, and is bounded by its limits.
 */
final class Rehearsal {
  /** How it went. */
  sealed interface Outcome {
    record Made(long bytes) implements Outcome {}

    record Failed(String why) implements Outcome {}

    /** It was asked to leave off. */
    record Aborted() implements Outcome {}
  }

  /**
   * What is to be done.
   *
   * @param command of the JVM, which writes to {@link #part}
   * @param check of a JVM that accepts the cache or fails
   * @param prefix what runs the command with another priority, or nothing
   * @param group that bounds its memory
   * @param folder for its temporary files and what it writes
   * @param startup how long it may take until its probe passes
   */
  record Script(
      List<String> prefix,
      Cgroup group,
      List<String> command,
      List<String> check,
      Map<String, String> environment,
      Path workingDirectory,
      Path folder,
      Path part,
      Path cache,
      Duration startup) {}

  private static final String SHELL =
      """
      n=$1; shift
      while [ "$n" -gt 0 ]; do echo 0 >"$1/cgroup.procs"; shift; n=$((n - 1)); done
      exec 3<&0
      "$@" 3<&- </dev/null &
      p=$!
      (
        read -r a <&3 && kill -TERM "$p"
        read -r a <&3
        kill -KILL -$$
      ) &
      w=$!
      wait "$p"
      c=$?
      kill "$w" 2>/dev/null
      exit "$c"
      """;

  private static final int REQUESTS = 40;
  private static final long PACE_MILLIS = 20;
  private static final Duration WRITING = Duration.ofMinutes(3);
  private static final Duration CHECKING = Duration.ofSeconds(30);
  private static final Duration KILLED = Duration.ofSeconds(10);
  private static final int LAST_LINES = 5;
  private static final int MOST_LINES = 500;
  private static final String WRITES = "Launching child process";
  private static final int LINE_LENGTH = 300;

  private final Script script;
  private final Supplier<Probe.Seen> probe;
  private final BooleanSupplier unwanted;

  /**
   * @param probe asks it once
   * @param unwanted whether it is to leave off; asked many times a second
   */
  Rehearsal(Script script, Supplier<Probe.Seen> probe, BooleanSupplier unwanted) {
    this.script = script;
    this.probe = probe;
    this.unwanted = unwanted;
  }

  Outcome run() throws InterruptedException {
    try {
      Files.createDirectories(script.folder());
      deleteParts();
      return rehearse();
    } catch (IOException | UncheckedIOException e) {
      return new Outcome.Failed(e.toString());
    } finally {
      deleteParts();
    }
  }

  private Outcome rehearse() throws IOException, InterruptedException {
    Process process = start();
    try (OutputStream control = process.getOutputStream()) {
      if (!becomesHealthy(process)) {
        return notReady(process);
      }
      for (int i = 0; i < REQUESTS && !unwanted.getAsBoolean(); i++) {
        Probe.Seen _ = probe.get();
        boolean _ = ended(process, PACE_MILLIS);
      }
      control.write('\n');
      control.flush();
      if (!ends(process)) {
        return unwanted.getAsBoolean()
            ? new Outcome.Aborted()
            : new Outcome.Failed(
                "it did not end within " + WRITING.toSeconds() + " s of SIGTERM" + lastLines());
      }
    } finally {
      kill(process);
    }
    return accept();
  }

  private Process start() throws IOException {
    var command = new ArrayList<String>();
    command.addAll(script.prefix());
    command.addAll(List.of("/bin/sh", "-c", SHELL, "rehearsal"));
    List<Path> places = script.group().places();
    command.add(Integer.toString(places.size()));
    places.forEach(place -> command.add(place.toString()));
    command.addAll(List.of("/usr/bin/env", "nice", "-n", "19"));
    command.addAll(script.command());
    var builder = new ProcessBuilder(command);
    builder.directory(script.workingDirectory().toFile());
    builder.environment().clear();
    builder.environment().putAll(script.environment());
    builder.redirectErrorStream(true);
    builder.redirectOutput(Redirect.to(output().toFile()));
    return builder.start();
  }

  private Outcome notReady(Process process) {
    if (unwanted.getAsBoolean()) {
      return new Outcome.Aborted();
    }
    String why =
        process.isAlive()
            ? "its probe did not pass within " + script.startup().toSeconds() + " s"
            : "it ended before its probe passed, with exit code " + process.exitValue();
    boolean tooLarge = script.group().outOfMemoryKills() > 0;
    return new Outcome.Failed(
        (tooLarge ? "the kernel killed it for want of memory: raise resources.memory" : why)
            + lastLines());
  }

  private Outcome accept() throws IOException, InterruptedException {
    if (!Files.isRegularFile(script.part()) || Files.size(script.part()) == 0) {
      return new Outcome.Failed("the JVM wrote no cache" + lastLines());
    }
    Process check =
        new ProcessBuilder(script.check())
            .directory(script.workingDirectory().toFile())
            .redirectErrorStream(true)
            .redirectOutput(Redirect.to(output().toFile()))
            .start();
    try {
      if (!ended(check, CHECKING.toMillis()) || check.exitValue() != 0) {
        return new Outcome.Failed("a JVM does not accept the cache" + lastLines());
      }
    } finally {
      boolean _ = check.toHandle().destroyForcibly();
    }
    try (FileChannel file = FileChannel.open(script.part(), StandardOpenOption.WRITE)) {
      file.force(true);
    }
    long bytes = Files.size(script.part());
    Files.move(script.part(), script.cache(), StandardCopyOption.ATOMIC_MOVE);
    AotCaches.prune(script.cache());
    return new Outcome.Made(bytes);
  }

  /** Whether its probe passed; not where it ended, took too long or is not wanted any more. */
  private boolean becomesHealthy(Process process) throws InterruptedException {
    for (long left = script.startup().toMillis(); left > 0; left -= PACE_MILLIS) {
      if (unwanted.getAsBoolean()) {
        return false;
      }
      if (probe.get().healthy()) {
        return true;
      }
      if (ended(process, PACE_MILLIS)) {
        return false;
      }
    }
    return false;
  }

  /** Whether it ended by itself in time. */
  private boolean ends(Process process) throws InterruptedException {
    for (long left = WRITING.toMillis(); left > 0; left -= PACE_MILLIS) {
      if (unwanted.getAsBoolean()) {
        return false;
      }
      if (ended(process, PACE_MILLIS)) {
        return true;
      }
    }
    return false;
  }

  private static boolean ended(Process process, long millis) throws InterruptedException {
    try {
      Process _ = process.onExit().get(millis, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException _) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  /** By closing its pipe, which has been done, and once more by its group. */
  private void kill(Process process) throws InterruptedException {
    script.group().kill();
    if (process.isAlive()) {
      Signals.killGroup(process.pid());
      boolean _ = ended(process, KILLED.toMillis());
    }
  }

  private void deleteParts() {
    try {
      Files.deleteIfExists(script.part());
      Files.deleteIfExists(script.part().resolveSibling(script.part().getFileName() + ".config"));
    } catch (IOException _) {
      // the next rehearsal of the same will try again
    }
  }

  private Path output() {
    return script.folder().resolve("output");
  }

  /** What it wrote last itself; what the JVM that writes the cache says comes after that. */
  private String lastLines() {
    List<String> lines = LogTail.last(output(), MOST_LINES, 1 << 16);
    int writing = 0;
    while (writing < lines.size() && !lines.get(writing).startsWith(WRITES)) {
      writing++;
    }
    List<String> own = writing == 0 ? lines : lines.subList(0, writing);
    List<String> last =
        own.subList(Math.max(0, own.size() - LAST_LINES), own.size()).stream()
            .map(line -> line.substring(0, Math.min(LINE_LENGTH, line.length())))
            .toList();
    return last.isEmpty() ? "" : "; it last wrote: " + String.join(" | ", last);
  }
}
