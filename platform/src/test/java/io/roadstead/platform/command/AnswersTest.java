package io.roadstead.platform.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.roadstead.platform.Platform;
import io.roadstead.platform.PlatformConfig;
import io.roadstead.registry.Registration;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Status;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What commands say to a person, against a running platform. */
class AnswersTest {
  @TempDir static Path folder;
  private static Platform platform;

  private record Outcome(int exit, String out, String err) {}

  @BeforeAll
  static void start() {
    platform = Platform.start(PlatformConfig.local(folder.resolve("data")));
    System.setProperty(Connection.TOKEN_FILE, platform.tokenFile().toString());
  }

  @AfterAll
  static void stop() throws InterruptedException {
    System.clearProperty(Connection.TOKEN_FILE);
    platform.stopServices();
    platform.close();
  }

  @Test
  void releaseSaysHowManyWereLetGo() throws Exception {
    platform
        .registry()
        .register(
            new Registration(
                "billing",
                "b1",
                "127.0.0.1",
                "",
                80,
                false,
                Status.UP,
                100,
                Map.of(),
                Duration.ofSeconds(90),
                null));
    Outcome none = run("release", "Billing");
    assertThat(none.exit()).isZero();
    assertThat(none.out())
        .isEqualTo("billing: no instance is past its lease, so nothing was held\n");
    Outcome json = run("release", "billing", "-o", "json");
    assertThat(JsonMapper.shared().readTree(json.out()).path("released").asInt(-1)).isZero();
    assertThat(json.err()).isEmpty();
    Outcome unknown = run("release", "nobody");
    assertThat(unknown.exit()).isEqualTo(1);
    assertThat(unknown.err()).contains("no service 'nobody' is registered");
    assertThat(run("release", "or ders").exit()).isEqualTo(2);
  }

  @Test
  void splitSaysHowTheRequestsAreSharedAndWhatNobodyRuns() {
    registered("shared", "s1", "1.4");
    assertThat(run("split", "Shared").out())
        .isEqualTo("shared: no split, all instances are alike\n");

    Outcome set = run("split", "shared", "1.4=90", "1.5=10%");
    assertThat(set.exit()).isZero();
    assertThat(set.out()).isEqualTo("shared: 1.4 90 %, 1.5 10 %\n");
    assertThat(set.err()).contains("no instance of shared has version 1.5").doesNotContain("1.4:");

    assertThat(run("status", "shared").out()).contains("shared: split: 1.4 90 %, 1.5 10 %");
    Outcome json = run("split", "shared", "-o", "json");
    JsonNode body = JsonMapper.shared().readTree(json.out());
    assertThat(body.path("split").toString()).isEqualTo("{\"1.4\":90,\"1.5\":10}");
    assertThat(body.path("version").asString("")).isNotEmpty();

    Outcome end = run("split", "shared", "--end", "-o", "json");
    assertThat(JsonMapper.shared().readTree(end.out()).path("split").isEmpty()).isTrue();
    assertThat(end.err()).doesNotContain("no instance");
    assertThat(run("status", "shared").out()).doesNotContain("split");
    Outcome unknown = run("split", "nobody-here", "1=100");
    assertThat(unknown.exit()).isEqualTo(1);
    assertThat(unknown.err().lines()).hasSize(1);
    assertThat(unknown.err()).contains("there is no service 'nobody-here'");
  }

  private static void registered(String service, String id, String version) {
    Registry.Written written =
        platform
            .registry()
            .register(
                new Registration(
                    service,
                    id,
                    "127.0.0.1",
                    "",
                    80,
                    false,
                    Status.UP,
                    100,
                    Map.of("version", version),
                    Duration.ofSeconds(90),
                    null));
    assertThat(written.created()).isTrue();
  }

  private static Outcome run(String... words) {
    List<String> args = new ArrayList<>(List.of(words));
    args.addAll(List.of("--control", platform.control().toString()));
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
      int exit = Main.run(args.toArray(String[]::new));
      return new Outcome(
          exit,
          outBytes.toString(StandardCharsets.UTF_8),
          errBytes.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  private static Path file(String services) throws Exception {
    return Files.writeString(folder.resolve("roadstead.yaml"), "services:\n" + services);
  }

  @Test
  void applyChangesNothingWhereThePlatformRefusesOneService() throws Exception {
    Path program = Files.writeString(folder.resolve("program"), "#!/bin/sh\nsleep 60\n");
    Path file =
        file(
            """
              a-first: { command: "sleep 60", replicas: 0 }
              b-second: { command: [%s] }
              c-third: { command: [/no/such/program] }
            """
                .formatted(program));

    Outcome outcome = run("apply", "-f", file.toString());

    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("not executable: chmod +x " + program)
        .contains("c-third: the program /no/such/program does not exist")
        .contains("nothing was changed");
    assertThat(run("status", "-o", "json").out()).doesNotContain("a-first", "b-second", "c-third");
  }

  @Test
  void aProgramThatTheShellMayNotExecuteIsToldWithTheFix() throws Exception {
    Path program = Files.writeString(folder.resolve("not-executable"), "#!/bin/sh\nsleep 60\n");
    Outcome outcome = run("deploy", "shell", "--command", program.toString(), "--wait");
    assertThat(outcome.err()).contains("exit code 126", "chmod +x");
    Outcome missing = run("deploy", "shell2", "--command", "no-such-program-here", "--wait");
    assertThat(missing.err()).contains("exit code 127", "give its path");
  }

  @Test
  void anAppThatNeverBecomesHealthyIsToldWithTheFix() throws Exception {
    Path file =
        file(
            """
              silent:
                command: "sleep 60"
                health: { startup: 1s, interval: 100ms }
            """);
    Outcome outcome = run("apply", "-f", file.toString(), "--wait");
    assertThat(outcome.exit()).isEqualTo(1);
    assertThat(outcome.err())
        .contains("not available within 1 s", "connection refused", "$PORT")
        .contains("--health PATH", "health.startup");
  }

  @Test
  void whatIsUnknownIsToldWithTheCommandThatLists() {
    assertThat(run("scale", "nobody", "3").err()).contains("roadstead status");
    assertThat(run("drain", "nobody").err()).contains("roadstead instances");
    assertThat(run("history", "nobody").err()).contains("roadstead status");
  }

  @Test
  void eventsAndHistoryAreForPeopleToRead() {
    run("deploy", "twice", "--command", "sleep 60", "--version", "1", "--replicas", "0", "--wait");
    run("deploy", "twice", "--env", "A=b", "--why", "a & b, 100 %", "--wait");

    assertThat(run("events").out().lines())
        .isNotEmpty()
        .allMatch(
            line -> line.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,3})?Z  .*"));
    List<String> history = run("history", "twice").out().lines().skip(1).toList();
    assertThat(history).hasSizeGreaterThan(1);
    assertThat(history.stream().map(line -> line.substring(0, line.indexOf(" "))))
        .doesNotHaveDuplicates();
    assertThat(history.getFirst()).endsWith("a & b, 100 %");
    assertThat(run("restart", "twice", "--why", "w".repeat(201)).err()).contains("201", "200");
    assertThat(JsonMapper.shared().readTree(run("history", "twice", "-o", "json").out()))
        .allSatisfy(entry -> assertThat(entry.path("number").asInt(0)).isPositive());
  }
}
