package io.roadstead.platform.demo.stage;

import io.roadstead.platform.Refused;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * The directory of a demo, and the guard that takes it away with everything that runs from it.
 *
 * <p>The guard is a small shell in a session of its own that reads from a pipe and does nothing
 * else. The pipe ends with this process, however that ends: by {@link #close}, by a signal, by kill
 * -9. Then the guard ends the processes that name the directory in their environment, first the
 * platform and the gateways, which have {@link #MARK}, so that nobody starts anything again, then
 * the instances, whose temporary files are in it; each gets SIGTERM and after a while SIGKILL. In
 * the end it removes their control groups and deletes the directory. It makes the directory too, so
 * that there is none without a guard. Should the guard itself be killed, the next demo cleans up
 * after it.
 *
 * <p>{@link #close} and {@link #screen} from any thread.
 */
public final class Workplace implements AutoCloseable {
  /** The variable by which the guard knows platform and gateways; instances do not inherit it. */
  public static final String MARK = "ROADSTEAD_DEMO";

  private static final String PREFIX = "roadstead-demo-";
  private static final String GUARD_PID = "guard";
  private static final List<Path> SETSID =
      List.of(Path.of("/usr/bin/setsid"), Path.of("/bin/setsid"));
  private static final long GUARD_NEEDS_SECONDS = 40;

  private static final String GUARD =
      """
      directory=$1
      trap '' INT TERM HUP
      if [ "$2" = new ]; then mkdir -m 700 "$directory" || exit 1; fi
      echo $$ >"$directory/guard" || exit 1
      echo ready
      terminal=
      while read -r line; do terminal=$line; done
      if [ "$terminal" = screen ]; then printf '\\033[?2026l\\033[?25h\\033[?1049l' >&2; fi
      of() { grep -alF -- "$1" /proc/[0-9]*/environ 2>/dev/null; }
      end() {
        looks=0
        signal=TERM
        while found=$(of "$1"); [ -n "$found" ] && [ "$looks" -lt 100 ]; do
          if [ "$looks" -eq 30 ]; then signal=KILL; fi
          for environ in $found; do
            pid=${environ#/proc/}
            pid=${pid%/environ}
            case " $told " in
              *" $signal$pid "*) ;;
              *) kill -"$signal" "$pid" 2>/dev/null; told="$told $signal$pid" ;;
            esac
          done
          looks=$((looks + 1))
          sleep 0.1
        done
      }
      # The name of the platform's control groups, which an instance's own record tells.
      group=
      for environ in $(of "$directory/"); do
        group=$(sed -n 's|.*/\\(roadstead-[0-9a-f]*\\)/.*|\\1|p' "${environ%environ}cgroup" 2>/dev/null | head -n 1)
        [ -z "$group" ] || break
      done
      told=
      end "ROADSTEAD_DEMO=$directory"
      end "$directory/"
      if [ -n "$group" ]; then
        find /sys/fs/cgroup -depth -type d -path "*/$group*" -exec rmdir {} + 2>/dev/null
      fi
      for attempt in 1 2 3; do
        rm -rf -- "$directory" 2>/dev/null && break
        sleep 0.2
      done
      """;

  private final Path path;
  private final Process guard;

  private Workplace(Path path, Process guard) {
    this.path = path;
    this.guard = guard;
  }

  /**
   * Makes a new one in {@code parent}, and takes away what demos that were killed together with
   * their guards have left there.
   */
  public static Workplace in(Path parent, RandomGenerator random) {
    Path path = parent.resolve(PREFIX + HexFormat.of().toHexDigits(random.nextLong()));
    Workplace workplace = new Workplace(path, guard(path, true));
    workplace.clearAbandoned(parent);
    return workplace;
  }

  private static Process guard(Path directory, boolean isNew) {
    List<String> command = new ArrayList<>(ownSession());
    command.addAll(
        List.of(
            "/bin/sh",
            "-c",
            GUARD,
            "roadstead-demo-guard",
            directory.toString(),
            isNew ? "new" : "left"));
    try {
      Process guard =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      BufferedReader said = guard.inputReader(StandardCharsets.UTF_8);
      if (!"ready".equals(said.readLine())) {
        throw Refused.because("the directory " + directory + " cannot be written to");
      }
      return guard;
    } catch (IOException e) {
      throw Refused.because(
          "the demo's guard, a shell, cannot be started ("
              + e.getMessage()
              + "): is /bin/sh there?");
    }
  }

  /** What makes the process that is started with it the first of a session, as far as it can be. */
  static List<String> ownSession() {
    return SETSID.stream()
        .filter(Files::isExecutable)
        .findFirst()
        .map(setsid -> List.of(setsid.toString()))
        .orElse(List.of());
  }

  private void clearAbandoned(Path parent) {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(parent, PREFIX + "*")) {
      for (Path directory : left) {
        if (!directory.equals(path) && isAbandoned(directory)) {
          new Workplace(directory, guard(directory, false)).close();
        }
      }
    } catch (IOException | Refused e) {
      // It is not ours to remove, or is being removed; it disturbs nobody.
    }
  }

  /** Whether it is this user's, and its guard does not live any more. */
  private boolean isAbandoned(Path directory) throws IOException {
    Path pid = directory.resolve(GUARD_PID);
    if (!Files.isRegularFile(pid) || !Files.getOwner(directory).equals(Files.getOwner(path))) {
      return false;
    }
    try {
      Optional<ProcessHandle> process =
          ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()));
      // The number may have come to somebody else meanwhile, who does not name the directory.
      return process
          .flatMap(handle -> handle.info().commandLine())
          .filter(line -> line.contains(directory.toString()))
          .isEmpty();
    } catch (NumberFormatException e) {
      return false; // It is being written.
    }
  }

  public Path path() {
    return path;
  }

  /**
   * Tells the guard whether the terminal shows the live screen, so that it gives the terminal back
   * where this process cannot.
   */
  public void screen(boolean shown) {
    OutputStream pipe = guard.getOutputStream();
    synchronized (pipe) {
      try {
        pipe.write((shown ? "screen\n" : "plain\n").getBytes(StandardCharsets.US_ASCII));
        pipe.flush();
      } catch (IOException e) {
        // The guard has gone, so there is nobody to tell.
      }
    }
  }

  /** Ends all that runs from it, and deletes it; returns when that is done. */
  @Override
  public void close() {
    try {
      guard.getOutputStream().close();
    } catch (IOException e) {
      // It is closed then.
    }
    try {
      if (!guard.waitFor(GUARD_NEEDS_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("roadstead: the demo's guard (pid " + guard.pid() + ") has not ended");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (Files.exists(path)) {
      System.err.println("roadstead: " + path + " is not deleted whole: look who uses it");
    }
  }
}
