package io.roadstead.platform.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
  /** Nothing listens there: port 9 is refused, and what is refused earlier never gets so far. */
  private static final String NOBODY = "127.0.0.1:9";

  @TempDir Path directory;

  private record Outcome(int exit, String out, String err) {}

  private static Outcome run(String... args) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
      int exit = Main.run(args);
      return new Outcome(
          exit,
          outBytes.toString(StandardCharsets.UTF_8),
          errBytes.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  private static void assertOneLine(Outcome outcome, int exit, String... parts) {
    assertThat(outcome.err().lines()).as(outcome.err()).hasSize(1);
    assertThat(outcome.err()).startsWith("roadstead: ").contains(parts);
    assertThat(outcome.exit()).isEqualTo(exit);
    assertThat(outcome.out()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "deploy a/b --command x            | 'a/b'",
        "deploy shop --command x --replicas -1 | -1",
        "deploy shop --command x --jar y   | --jar and --command",
        "deploy shop --image i             | --image",
        "deploy shop --command x --strategy bold | rolling",
        "deploy shop --command x --env A   | K=V",
        "deploy shop --command x --route a | slash",
        "deploy shop --replicas many       | many",
        "deploy                            | NAME",
        "scale shop -1                     | -1",
        "scale shop 1001                   | 1000",
        "scale shop --memory 12Q           | 12Q",
        "scale shop --cpu -2               | 1024",
        "scale shop --cpu NaN              | NaN",
        "logs shop --tail -1               | 100000",
        "scale shop                        | --memory",
        "rollout shop explode              | explode",
        "split shop 1                      | VERSION=SHARE",
        "split shop =5                     | VERSION=SHARE",
        "split shop 1=many                 | 1=many",
        "split shop 1=90 2=20              | 110",
        "split shop 1=50 1=50              | twice",
        "split shop 1=100 --end            | --end",
        "status -o yaml                    | yaml",
        "bench                             | benchmark",
        "bench jmh -o xml                  | json",
        "bench grid -o xml                 | json",
        "bench judge --runs 5              | --runs 5",
        "bench judge --seed many           | many",
        "status --colour                   | --colour",
        "apply                             | --file",
        "up --runtime docker               | process",
        "up --control nonsense             | --control",
        "stats                             | stats",
      })
  void wrongUsageIsOneLineAndExitCode2(String line, String part) {
    assertOneLine(run(line.strip().split(" +")), 2, part.strip());
  }

  @Test
  void unknownCommandNamesTheOnesThatAreNear() {
    assertThat(run("stat").err()).contains("status");
  }

  @Test
  void noCommandIsWrongUsage() {
    assertOneLine(run(), 2, "--help");
  }

  @Test
  void helpListsEveryCommandAndItsExamples() {
    Outcome help = run("--help");
    assertThat(help.exit()).isZero();
    assertThat(help.out())
        .contains(
            "up", "gateway", "apply", "deploy", "scale", "restart", "rollback", "remove", "down")
        .contains(
            "status",
            "instances",
            "drain",
            "resume",
            "release",
            "split",
            "rollout",
            "logs",
            "events",
            "history",
            "routes");
    assertThat(run("deploy", "--help").out()).contains("Examples:", "--replicas");
  }

  /** A list shows the first line of each alone. */
  @Test
  void theFirstLineOfEveryCommandsHelpIsAWholeSentence() {
    assertThat(Main.all().getSubcommands().values())
        .flatExtracting(
            command ->
                Stream.concat(Stream.of(command), command.getSubcommands().values().stream())
                    .toList())
        .extracting(command -> command.getCommandSpec().usageMessage().description()[0])
        .allSatisfy(line -> assertThat(line).endsWith("."));
  }

  @Test
  void helpIsAWordToo() {
    assertThat(run("help")).isEqualTo(run("--help"));
    assertThat(run("help", "scale")).isEqualTo(run("scale", "--help"));
  }

  @Test
  void missingJarIsNamedBeforeAnythingIsAsked() {
    Path jar = directory.resolve("none.jar");
    assertOneLine(
        run("deploy", "shop", "--jar", jar.toString(), "--control", NOBODY), 1, jar.toString());
  }

  @Test
  void somethingThatIsNoJarIsRefused() throws Exception {
    Path jar = Files.writeString(directory.resolve("text.jar"), "not a jar");
    assertOneLine(
        run("deploy", "shop", "--jar", jar.toString(), "--control", NOBODY), 1, "not a jar");
  }

  @Test
  void noPlatformIsOneLineThatSaysHowToStartOne() {
    assertOneLine(run("status", "--control", NOBODY), 1, NOBODY, "roadstead up");
    assertOneLine(run("status", "--control", "http://" + NOBODY), 1, NOBODY, "roadstead up");
  }

  @Test
  void problemsOfAFileAreToldEachWithItsLineAndNothingIsAsked() throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("roadstead.yaml"),
            """
            services:
              orders:
                jar: missing.jar
                replicaz: 3
            """);
    Outcome outcome = run("apply", "-f", file.toString(), "--control", NOBODY);
    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.err().lines())
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).startsWith("roadstead: " + file + ": line "))
        .anySatisfy(line -> assertThat(line).contains("line 3", "missing.jar"))
        .anySatisfy(line -> assertThat(line).contains("line 4", "replicaz", "replicas"));
  }
}
