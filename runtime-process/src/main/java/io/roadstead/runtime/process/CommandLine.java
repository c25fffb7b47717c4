package io.roadstead.runtime.process;

import io.roadstead.rollout.LaunchFailed;
import io.roadstead.rollout.Source;
import io.roadstead.runtime.process.JarPlans.JarPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Makes the program and arguments of an instance. */
final class CommandLine {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");

  private CommandLine() {}

  static List<String> jar(ProcessSettings settings, String service, String id, JarPlan plan)
      throws LaunchFailed {
    List<String> command = jvm(settings, settings.temporary(id), plan);
    command.add("-XX:ErrorFile=" + settings.crashReport(service, id));
    plan.cache()
        .ifPresent(
            cache -> {
              command.add("-XX:AOTCache=" + cache);
              if (!JvmFlags.sets(plan.options(), "-Xlog")) {
                // What it does not like about a cache is no concern of the service's log.
                command.add("-Xlog:aot=off");
                command.add("-Xlog:cds=off");
              }
            });
    command.add("-jar");
    command.add(plan.jar().toString());
    return command;
  }

  /** The same, for a run that is only to make the cache. */
  static List<String> rehearsal(ProcessSettings settings, Path temporary, JarPlan plan, Path cache)
      throws LaunchFailed {
    List<String> command = jvm(settings, temporary, plan);
    command.add("-XX:ErrorFile=" + temporary.resolve("hs_err"));
    command.add("-XX:AOTCacheOutput=" + cache);
    command.add("-jar");
    command.add(plan.jar().toString());
    return command;
  }

  /** Of a JVM that starts with this cache and ends, or ends with an error. */
  static List<String> check(ProcessSettings settings, Path temporary, JarPlan plan, Path cache)
      throws LaunchFailed {
    List<String> command = jvm(settings, temporary, plan);
    command.add("-XX:AOTCache=" + cache);
    command.add("-XX:AOTMode=on");
    command.add("-cp");
    command.add(plan.jar().toString());
    command.add("-version");
    return command;
  }

  private static List<String> jvm(ProcessSettings settings, Path temporary, JarPlan plan)
      throws LaunchFailed {
    if (!Files.isExecutable(settings.java())) {
      throw new LaunchFailed(
          "the Java executable "
              + settings.java()
              + " is not there or not executable; start the platform with a whole JDK");
    }
    var command = new ArrayList<String>();
    command.add(settings.java().toString());
    command.add("-Djava.io.tmpdir=" + temporary);
    command.add("-XX:-UsePerfData"); // it writes to /tmp whatever java.io.tmpdir says
    command.addAll(plan.flags());
    return command;
  }

  static List<String> shell(Source.Shell shell) {
    return List.of("/bin/sh", "-c", "exec " + shell.command());
  }

  /** With the variables replaced; the token is none of them, for everybody can read arguments. */
  static List<String> exec(Source.Exec exec, Path workingDirectory, Map<String, String> env)
      throws LaunchFailed {
    if (exec.command().isEmpty()) {
      throw new LaunchFailed("the command is empty; name a program and its arguments");
    }
    List<String> command = exec.command().stream().map(word -> replaced(word, env)).toList();
    checkProgram(command.getFirst(), workingDirectory, env.getOrDefault("PATH", ""));
    return command;
  }

  private static String replaced(String word, Map<String, String> env) {
    return VARIABLE
        .matcher(word)
        .replaceAll(
            match -> {
              String name = match.group(1);
              boolean open =
                  env.containsKey(name)
                      && !name.equals(Environment.TOKEN)
                      && !name.equals(Environment.SPRING_JSON);
              return Matcher.quoteReplacement(open ? env.getOrDefault(name, "") : match.group());
            });
  }

  private static void checkProgram(String program, Path workingDirectory, String path)
      throws LaunchFailed {
    boolean byPath = program.indexOf('/') < 0;
    List<Path> places =
        byPath
            ? Stream.of(path.split(":", -1))
                .filter(directory -> !directory.isEmpty())
                .map(directory -> workingDirectory.resolve(directory).resolve(program))
                .toList()
            : List.of(workingDirectory.resolve(program));
    if (places.stream().anyMatch(p -> Files.isRegularFile(p) && Files.isExecutable(p))) {
      return;
    }
    for (Path place : places) {
      if (Files.isDirectory(place) && !byPath) {
        throw new LaunchFailed("the program " + place + " is a directory; name a file");
      }
      if (Files.exists(place) && !Files.isDirectory(place)) {
        throw new LaunchFailed(
            "the program " + place + " is not executable; allow it with chmod +x " + place);
      }
    }
    throw new LaunchFailed(
        byPath
            ? "the program " + program + " was not found on the PATH; install it or name its path"
            : "the program " + places.getFirst() + " is not there; correct the command");
  }
}
