package io.roadstead.platform.demo.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgramTest {
  private static final Path JAVA = Path.of("/jdk/bin/java");
  private static final Path JAR = Path.of("/dist/roadstead.jar");

  @Test
  void childrenHaveTheLaunchersFlagsThenTheirOwnThenTheSameJar() {
    List<String> arguments =
        List.of("-XX:AOTCache=/dist/aot", "-Xmx256m", "-jar", JAR.toString(), "demo", "--keep");
    Program program = Program.of(JAVA, arguments, "ignored", JAR);

    assertThat(program.command(List.of("-Xmx128m"), List.of("gateway", "--listen", "x:1")))
        .containsExactly(
            "/jdk/bin/java",
            "-XX:AOTCache=/dist/aot",
            "-Xmx256m",
            "-Xmx128m",
            "-jar",
            "/dist/roadstead.jar",
            "gateway",
            "--listen",
            "x:1");
  }

  @Test
  void aProcessThatRunsAnotherJarOrClassesStartsTheMainClass() {
    List<String> arguments = List.of("-jar", "/tmp/starter.jar");
    Program program = Program.of(JAVA, arguments, "/classes:/lib/a.jar", JAR);

    assertThat(program.command(List.of(), List.of("up")))
        .startsWith("/jdk/bin/java")
        .endsWith("-cp", "/classes:/lib/a.jar", "io.roadstead.platform.command.Main", "up");
  }
}
