package io.roadstead.runtime.process;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Tells by the mark in a process's environment, or by a shim's argument, of which instance it is.
 * That outlasts what a record may lack: a jump of the clock, and an end of the platform before it
 * had written the record. It is to be seen only on Linux, by the same user, and not where a program
 * has written over its own environment.
 */
final class Marked {
  /** What a process shows of itself. */
  record Seen(ProcessHandle process, boolean shim) {}

  private final String prefix;
  private final String shim;

  Marked(ProcessSettings settings) {
    this.prefix = settings.instances() + "/";
    this.shim = settings.shim().toString();
  }

  /** The instance of this data directory that the process is of. */
  Optional<String> of(long pid) {
    for (String entry : words(pid, "environ")) {
      if (entry.startsWith(Shim.MARK + "=")) {
        return id(entry.substring(Shim.MARK.length() + 1));
      }
    }
    return Optional.empty();
  }

  /** The instance whose shim the process is. */
  Optional<String> ofShim(long pid) {
    List<String> line = words(pid, "cmdline");
    int at = line.indexOf(shim);
    return at >= 0 && at + 1 < line.size() ? id(line.get(at + 1)) : Optional.empty();
  }

  /** Whether the process has this credential in its environment; nobody else's has. */
  static boolean byToken(long pid, String token) {
    return !token.isEmpty() && words(pid, "environ").contains(Environment.TOKEN + "=" + token);
  }

  /** All processes of this data directory's instances, shims among them, by the instance's id. */
  Map<String, List<Seen>> all() {
    var found = new LinkedHashMap<String, List<Seen>>();
    try (Stream<ProcessHandle> processes = ProcessHandle.allProcesses()) {
      processes.forEach(
          process -> {
            Optional<String> own = of(process.pid());
            own.or(() -> ofShim(process.pid()))
                .ifPresent(
                    id ->
                        found
                            .computeIfAbsent(id, _ -> new ArrayList<>())
                            .add(new Seen(process, own.isEmpty())));
          });
    }
    return found;
  }

  private Optional<String> id(String mark) {
    boolean here = mark.startsWith(prefix) && mark.indexOf('/', prefix.length()) < 0;
    return here ? Optional.of(mark.substring(prefix.length())) : Optional.empty();
  }

  private static List<String> words(long pid, String file) {
    try {
      byte[] bytes = Files.readAllBytes(Path.of("/proc", Long.toString(pid), file));
      return List.of(new String(bytes, Charset.defaultCharset()).split("\0", -1));
    } catch (IOException _) {
      return List.of(); // it has ended, is another user's, or this is no Linux
    }
  }
}
