package io.roadstead.platform.bench;

import io.roadstead.platform.Refused;
import io.roadstead.platform.demo.stage.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code roadstead bench jmh}: builds the module {@code bench} and has JMH run it. */
@Command(
    name = "jmh",
    description = {
      "What the parts cost by themselves: time and memory for each call, by JMH.",
      "Builds the benchmarks from the sources first. JMH's own report goes to standard error.",
      ""
    })
final class JmhCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "REGEX",
      arity = "0..*",
      description = "Only benchmarks whose names have this in them, such as route. Default: all.")
  private List<String> wanted = new ArrayList<>();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "json",
      description = "\"json\": JMH's results as one JSON document.")
  private @Nullable String format;

  @Override
  public Integer call() throws IOException {
    if (format != null && !format.equals("json")) {
      throw Refused.usage("-o " + format + " is not known: write -o json, or leave it out");
    }
    Program program = Program.running();
    Sources sources = Sources.near(program.place());
    Path module = sources.module("bench");
    Path folder =
        Files.createTempDirectory(Path.of(System.getProperty("java.io.tmpdir")), "bench-jmh-");
    try {
      System.err.println("building the benchmarks");
      sources.maven(
          folder.resolve("build.log"),
          "the benchmarks cannot be built",
          List.of("-q", "-DskipTests", "-pl", "bench", "-am", "package"));
      Path results = folder.resolve("results.json");
      run(program, module, folder, results);
      JsonNode measured = JsonMapper.shared().readTree(results.toFile());
      if (measured.isEmpty()) {
        throw Refused.because("no benchmark has " + wanted + " in its name");
      }
      System.out.print(
          format == null
              ? JmhTable.of(measured)
              : JsonMapper.shared().writeValueAsString(measured));
      System.out.flush();
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Refused.because("the benchmark was ended before its time");
    } finally {
      clear(folder);
    }
  }

  private void run(Program program, Path module, Path folder, Path results)
      throws IOException, InterruptedException {
    Path target = module.resolve("target");
    List<String> command = new ArrayList<>();
    command.add(program.java().toString());
    command.addAll(
        List.of(
            "-Djava.io.tmpdir=" + folder,
            "-Djmh.ignoreLock=true",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            target.resolve("classes") + ":" + target.resolve("lib/*"),
            "org.openjdk.jmh.Main",
            "-prof",
            "gc",
            "-rf",
            "json",
            "-rff",
            results.toString()));
    // A name is as good in lower case: packages and classes differ in nothing but that.
    wanted.forEach(each -> command.add("(?i)" + each));
    Process jmh =
        new ProcessBuilder(command)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .redirectOutput(folder.resolve("report.txt").toFile())
            .start();
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(jmh::destroy));
    int exit = jmh.waitFor();
    if (exit != 0 || !Files.isRegularFile(results)) {
      throw Refused.because(
          "JMH gave no results, exit code "
              + exit
              + ": "
              + String.join("\n", Files.readAllLines(folder.resolve("report.txt"))));
    }
  }

  private static void clear(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
