package io.roadstead.runtime.process;

import io.roadstead.rollout.Exit;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The parent of an instance: a few lines of shell ({@code shim.sh}) that outlive the platform and
 * write down how the instance ended.
 *
 * <p>Each instance has a folder, {@code instances/ID}. {@code run} in it is what becomes the
 * instance, by {@code exec}, so the pid that the shim tells is the instance's own. {@code exit} is
 * its exit code, as a shell reckons it; it appears whole, by a rename, when the instance has ended.
 * The folder's path is also the instance's <i>mark</i>: the shim gives it to the instance and all
 * that this starts in {@link #MARK}, and has it itself as its argument.
 *
 * <p>Shim and instance lead a session each, so that no signal to a terminal or a group reaches
 * both. A shim that is killed takes nothing with it: the instance runs on, only its exit code is
 * lost.
 *
 * <p>Safe from any thread.
 */
final class Shim {
  /** The variable that names an instance's folder, in the environment of all its processes. */
  static final String MARK = "ROADSTEAD_MARK";

  private static final Path SHELL = Path.of("/bin/sh");
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /**
   * What was started.
   *
   * @param shim ends when the instance has, with its exit code, unless it is killed itself
   * @param pid the instance's own
   */
  record Started(Process shim, long pid) {}

  private final ProcessSettings settings;
  private final Optional<Path> setsid;
  private volatile boolean written;

  Shim(ProcessSettings settings, Optional<Path> setsid) {
    this.settings = settings;
    this.setsid = setsid;
  }

  /**
   * Starts a program under a shim of its own and returns as soon as it has a pid.
   *
   * @param group which it joins before it becomes the program; the shim stays outside
   * @param log takes the program's standard output and error
   */
  Started start(
      String id, List<String> program, Map<String, String> environment, Cgroup group, Path log)
      throws IOException {
    write();
    Path folder = Files.createDirectories(settings.instance(id));
    Path run = folder.resolve("run");
    Files.writeString(run, script(program, environment, group));
    var command = new ArrayList<String>();
    setsid.ifPresent(path -> command.add(path.toString()));
    command.addAll(List.of(SHELL.toString(), settings.shim().toString(), folder.toString()));
    var builder = new ProcessBuilder(command);
    builder.directory(settings.workingDirectory().toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    builder.redirectInput(Redirect.from(new File("/dev/null")));
    builder.redirectError(Redirect.appendTo(log.toFile()));
    Process process = builder.start();
    try (BufferedReader said = process.inputReader()) {
      @Nullable String pid = said.readLine();
      if (pid == null) {
        throw new IOException(SHELL + " ended at once; the log " + log + " may say why");
      }
      return new Started(process, Long.parseLong(pid));
    } catch (IOException | NumberFormatException e) {
      process.destroyForcibly();
      throw e;
    }
  }

  /** How the instance ended; nothing while it runs, and where its shim ended before it. */
  Optional<Exit> ended(String id) {
    Path file = settings.instance(id).resolve("exit");
    try {
      int code = Integer.parseInt(Files.readString(file).strip());
      return Optional.of(exit(code));
    } catch (IOException | NumberFormatException _) {
      return Optional.empty(); // not there, or a full disk kept it from being written
    }
  }

  /** An exit as a shell tells it: 128 + n is the signal n. */
  static Exit exit(int code) {
    return new Exit(OptionalInt.of(code), Signals.name(code));
  }

  private String script(List<String> program, Map<String, String> environment, Cgroup group) {
    var words = new ArrayList<String>();
    setsid.ifPresent(path -> words.add(path.toString()));
    List<String> lost =
        environment.entrySet().stream()
            .filter(entry -> !NAME.matcher(entry.getKey()).matches())
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .toList();
    if (!lost.isEmpty()) {
      words.add("/usr/bin/env"); // a shell passes on only what could be a variable of its own
      words.addAll(lost);
    }
    words.addAll(program);
    var script = new StringBuilder();
    for (Path place : group.places()) {
      // 0 is whoever writes it; what cannot be joined is told in the log, and the program runs on.
      script.append("echo 0 >").append(quoted(place + "/cgroup.procs")).append('\n');
    }
    script.append("exec");
    words.forEach(word -> script.append(' ').append(quoted(word)));
    return script.append(" >&2 </dev/null\n").toString();
  }

  private static String quoted(String word) {
    return "'" + word.replace("'", "'\\''") + "'";
  }

  /** By a rename, for the shims that run read the one before. */
  private void write() throws IOException {
    if (written && Files.exists(settings.shim())) {
      return;
    }
    try (InputStream script = Shim.class.getResourceAsStream("shim.sh")) {
      if (script == null) {
        throw new IOException("shim.sh is missing from this build");
      }
      Path next = Files.createTempFile(settings.dataDirectory(), "shim", ".new");
      Files.copy(script, next, StandardCopyOption.REPLACE_EXISTING);
      Files.move(next, settings.shim(), StandardCopyOption.ATOMIC_MOVE);
    }
    written = true;
  }
}
