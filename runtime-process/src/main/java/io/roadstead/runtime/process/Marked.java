package io.roadstead.runtime.process;

import io.roadstead.rollout.ProcessMark;
import io.roadstead.rollout.Unrecorded;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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

  /** Instances that are none of these, by their leading processes. */
  List<Unrecorded> unrecorded(Set<String> recorded) {
    var found = new ArrayList<Unrecorded>();
    all()
        .forEach(
            (id, processes) -> {
              if (!recorded.contains(id)) {
                processes.stream()
                    .filter(seen -> !seen.shim() && leads(seen.process(), id))
                    .findFirst()
                    .flatMap(seen -> unrecorded(id, seen.process()))
                    .ifPresent(found::add);
              }
            });
    return found;
  }

  /** Whether it is the instance itself and not one of those that it started. */
  private boolean leads(ProcessHandle process, String id) {
    return Signals.group(process.pid()) == process.pid()
        || process
            .parent()
            .filter(parent -> ofShim(parent.pid()).filter(id::equals).isPresent())
            .isPresent();
  }

  private static Optional<Unrecorded> unrecorded(String id, ProcessHandle process) {
    var environment = new LinkedHashMap<String, String>();
    for (String entry : words(process.pid(), "environ")) {
      int equals = entry.indexOf('=');
      if (equals > 0) {
        environment.put(entry.substring(0, equals), entry.substring(equals + 1));
      }
    }
    @Nullable String service = environment.get(Environment.SERVICE);
    @Nullable String version = environment.get(Environment.VERSION);
    @Nullable String token = environment.get(Environment.TOKEN);
    @Nullable String port = environment.get(Environment.PORT);
    Optional<Instant> startedAt = process.info().startInstant();
    if (service == null
        || version == null
        || token == null
        || port == null
        || startedAt.isEmpty()
        || !port.matches("[0-9]{1,5}")) {
      return Optional.empty();
    }
    ProcessMark mark = new ProcessMark(process.pid(), startedAt.get(), Integer.parseInt(port));
    return Optional.of(new Unrecorded(service, id, version, token, mark));
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
