package io.roadstead.platform.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.roadstead.platform.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** The command that builds the module of the benchmarks and has JMH run it, without JMH. */
class JmhCommandTest {
  private static final String RESULTS =
      """
      [{"jmhVersion":"1.37","jdkVersion":"25","benchmark":"io.roadstead.bench.route.RouteBenchmark.lookUp",
        "params":{"kind":"host"},
        "primaryMetric":{"score":312.55,"scoreUnit":"ns/op","rawData":[[300.25,330.0],[320.0,305.0]]},
        "secondaryMetrics":{"gc.alloc.rate":{"score":1},"gc.alloc.rate.norm":{"score":0.001}}}]
      """;

  @TempDir private Path folder;

  @Test
  void aResultIsARowWithItsLeastAndMost() {
    assertThat(JmhTable.of(JsonMapper.shared().readTree(RESULTS)))
        .isEqualTo(
            """
            | benchmark | with | per call | least–most | allocated per call |
            |---|---|---|---|---|
            | RouteBenchmark.lookUp | kind host | 312.6 ns | 300.3–330.0 | 0 B |

            JMH 1.37, JDK 25
            """);
  }

  @Test
  void itsSourcesAreThoseAboveTheProgram() throws IOException {
    Files.createDirectories(folder.resolve("bench"));
    Files.createFile(folder.resolve("bench/pom.xml"));
    Files.createFile(folder.resolve("mvnw"));
    Path place = folder.resolve("platform/target/dist");
    assertThat(Sources.near(place).root()).isEqualTo(folder.toAbsolutePath());
    assertThatThrownBy(() -> Sources.near(folder.resolve("a/b/c/d/e/f/g/h")))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("clone of the repository");
  }

  @Test
  void whatMavenSaysOfAFailureIsTold() throws IOException {
    Path maven =
        Files.writeString(folder.resolve("mvnw"), "#!/bin/sh\necho \"[ERROR] no $4\"\nexit 3\n");
    assertThat(maven.toFile().setExecutable(true)).isTrue();
    assertThatThrownBy(
            () -> new Sources(folder).maven(folder.resolve("log"), "it was not built", List.of()))
        .hasMessage("it was not built: [ERROR] no " + folder.resolve("pom.xml"));
  }
}
