package io.roadstead.platform.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.roadstead.platform.Platform;
import io.roadstead.platform.PlatformConfig;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts in the shells that they are for; those that are not installed are skipped. */
class CompletionTest {
  private static final String OFFER =
      """
      #!/bin/sh
      [ "$1" = complete ] || exit 9
      case $2 in
        services) printf 'orders\\npayments\\n' ;;
        instances) printf 'orders-1-abc\\n' ;;
      esac
      """;

  @TempDir Path folder;

  @BeforeEach
  void program() throws Exception {
    Path program = Files.writeString(folder.resolve("roadstead"), OFFER);
    assertThat(program.toFile().setExecutable(true)).isTrue();
    Files.writeString(folder.resolve("orders.jar"), "");
  }

  private static String output(String... args) {
    PrintStream out = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
      assertThat(Main.run(args)).isZero();
    } finally {
      System.setOut(out);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private String shell(String name, String script, String... arguments) throws Exception {
    assumeTrue(
        List.of(System.getenv("PATH").split(":", -1)).stream()
            .anyMatch(each -> Files.isExecutable(Path.of(each, name))),
        name + " is not installed");
    Files.writeString(folder.resolve("script"), output("completion", name));
    List<String> command = new ArrayList<>(List.of(name));
    command.addAll(
        name.equals("zsh") ? List.of("-f", "-c", script, "zsh") : List.of("-c", script, name));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().put("PATH", folder + ":" + System.getenv("PATH"));
    builder.environment().put("HOME", folder.toString());
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return said;
  }

  private List<String> bash(String... words) throws Exception {
    return shell(
            "bash",
            """
            source script
            COMP_WORDS=("$@")
            COMP_CWORD=$(($# - 1))
            _roadstead
            printf '%s\\n' "${COMPREPLY[@]}"
            """,
            words)
        .lines()
        .toList();
  }

  private List<String> fish(String line) throws Exception {
    return shell("fish", "source script; complete -C '" + line + "'")
        .lines()
        .map(offer -> offer.split("\t", -1)[0])
        .toList();
  }

  /** What the line is after the tab key. */
  private String zsh(String line) throws Exception {
    String said =
        shell(
            "zsh",
            """
            zmodload zsh/zpty
            zpty z zsh -f -i
            zpty -w z "PS1='<P>'; stty -echo; autoload -U compinit; compinit -u -D; source script; \
            bindkey '^I' complete-word; echo RE""ADY"
            zpty -r -m z out '*READY*<P>*'
            zpty -w -n z "$1"$'\\t'
            zpty -w -n z $'\\x05#END#'
            zpty -r -m z out '*#END#*'
            print -r -- "$out"
            zpty -d z
            """
                .replace("source script", "source " + folder.resolve("script")),
            line);
    return said.replaceAll("\u001b\\[[0-9;?]*[A-Za-z]|.\b", "").replace("\b", "");
  }

  @Test
  void bashCompletesCommandsOptionsFilesAndNames() throws Exception {
    assertThat(bash("roadstead", "sta")).containsExactly("status");
    assertThat(bash("roadstead", "")).contains("up", "doctor", "completion", "--help");
    assertThat(bash("roadstead", "")).doesNotContain("rehearse", "complete");
    assertThat(bash("roadstead", "scale", "")).containsExactly("orders", "payments");
    assertThat(bash("roadstead", "scale", "--memory", "5", "o")).containsExactly("orders");
    assertThat(bash("roadstead", "logs", "orders", "--instance", ""))
        .containsExactly("orders-1-abc");
    assertThat(bash("roadstead", "rollout", "orders", "p")).containsExactly("pause", "promote");
    assertThat(bash("roadstead", "deploy", "x", "--jar", "ord")).containsExactly("orders.jar");
    assertThat(bash("roadstead", "status", "-o", "")).containsExactly("json");
    assertThat(bash("roadstead", "deploy", "--he")).containsExactly("--health", "--help");
    assertThat(bash("roadstead", "deploy", "x", "--version", "")).containsExactly("");
  }

  @Test
  void fishCompletesCommandsOptionsFilesAndNames() throws Exception {
    assertThat(fish("roadstead sta")).containsExactly("status");
    assertThat(fish("roadstead scale ")).containsExactly("orders", "payments");
    assertThat(fish("roadstead scale --memory 5 o")).containsExactly("orders");
    assertThat(fish("roadstead drain ")).containsExactly("orders-1-abc");
    assertThat(fish("roadstead rollout orders p")).containsExactly("pause", "promote");
    assertThat(fish("roadstead deploy x --jar ord")).containsExactly("orders.jar");
    assertThat(fish("roadstead deploy --hea")).containsExactly("--health");
  }

  @Test
  void zshCompletesCommandsOptionsFilesAndNames() throws Exception {
    assertThat(zsh("roadstead sta")).contains("roadstead status");
    assertThat(zsh("roadstead scale pay")).contains("scale payments");
    assertThat(zsh("roadstead logs orders --instance o")).contains("--instance orders-1-abc");
    assertThat(zsh("roadstead deploy x --jar ord")).contains("--jar orders.jar");
    assertThat(zsh("roadstead deploy --hea")).contains("--health");
  }

  @Test
  void namesComeFromThePlatformAndNoneWhereThereIsNone() throws Exception {
    try (Platform platform = Platform.start(PlatformConfig.local(folder.resolve("data")))) {
      String control = platform.control().toString();
      assertThat(output("complete", "services", "--control", control)).isEmpty();
      System.setProperty(Connection.TOKEN_FILE, platform.tokenFile().toString());
      try {
        output("deploy", "orders", "--command", "sleep 60", "--control", control);
        assertThat(output("complete", "services", "--control", control)).isEqualTo("orders\n");
        platform.stopServices();
      } finally {
        System.clearProperty(Connection.TOKEN_FILE);
      }
    }
    PrintStream err = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      assertThat(output("complete", "services", "--control", "127.0.0.1:9")).isEmpty();
    } finally {
      System.setErr(err);
    }
    assertThat(said.toString(StandardCharsets.UTF_8)).isEmpty();
  }
}
