package io.roadstead.runtime.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.roadstead.rollout.Health;
import io.roadstead.rollout.Resources;
import io.roadstead.rollout.RunningInstance;
import io.roadstead.rollout.Source;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartTest {
  @TempDir Path data;
  private Bench bench;

  /** Says how it was started. */
  public static final class Told {
    private Told() {}

    public static void main(String[] args) throws IOException {
      System.out.println("port " + System.getenv("PORT"));
      System.out.println("tmp " + Files.createTempFile("told", ""));
      System.out.println("heap " + (Runtime.getRuntime().maxMemory() >> 20));
      System.out.println("cpus " + Runtime.getRuntime().availableProcessors());
      System.out.println("arguments " + ManagementFactory.getRuntimeMXBean().getInputArguments());
    }
  }

  @BeforeEach
  void open() {
    bench = new Bench(data);
  }

  @AfterEach
  void close() {
    bench.close();
  }

  @Test
  void aShellCommandSeesItsPortAndIsTheProcessItself() throws Exception {
    RunningInstance instance = bench.start(new Source.Shell("echo \"$PORT $$ $PWD\""), Map.of());
    instance.exited().get(20, TimeUnit.SECONDS);

    assertThat(instance.lastLogLines(5))
        .containsExactly(instance.port() + " " + instance.mark().pid() + " " + data);
  }

  @Test
  void variablesAreReplacedInTheArgumentsOfAList() throws Exception {
    RunningInstance instance =
        bench.start(
            new Source.Exec(
                List.of("/bin/echo", "--port=${PORT}", "${LEVEL}", "${GONE}", "$PORT", "a b")),
            Map.of("LEVEL", "in$fo"));
    instance.exited().get(20, TimeUnit.SECONDS);

    assertThat(instance.lastLogLines(5))
        .containsExactly("--port=" + instance.port() + " in$fo ${GONE} $PORT a b");
  }

  @Test
  void theTokenNeverStandsInTheArguments() throws Exception {
    RunningInstance instance =
        bench.start(new Source.Exec(List.of("/bin/echo", "${ROADSTEAD_INSTANCE_TOKEN}")), Map.of());
    instance.exited().get(20, TimeUnit.SECONDS);

    assertThat(instance.lastLogLines(5)).containsExactly("${ROADSTEAD_INSTANCE_TOKEN}");
  }

  @Test
  void aProgramNamedRelativelyIsLookedForWhereThePlatformWasStarted() throws Exception {
    Path program = Files.writeString(data.resolve("hello"), "#!/bin/sh\necho hello\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();

    RunningInstance instance = bench.start(new Source.Exec(List.of("./hello")), Map.of());
    instance.exited().get(20, TimeUnit.SECONDS);

    assertThat(instance.lastLogLines(5)).containsExactly("hello");
  }

  @Test
  void aJarRunsWithinItsResourcesAndWritesNothingElsewhere() throws Exception {
    Source jar = bench.jar("told", Told.class.getName(), List.of(), Told.class);
    RunningInstance instance =
        bench.start(Bench.release(jar, Map.of(), Health.DEFAULT, new Resources(100L << 20, 1.5)));
    assertThat(instance.exited().get(60, TimeUnit.SECONDS).code()).hasValue(0);

    List<String> said = instance.lastLogLines(10);
    assertThat(said).contains("port " + instance.port(), "cpus 2");
    assertThat(said.get(1)).startsWith("tmp " + data.resolve("tmp"));
    assertThat(said.getLast()).contains("-Xmx50m").contains("-XX:-UsePerfData");
    await().until(() -> Files.notExists(data.resolve("tmp/orders-1")));
  }

  @Test
  void withoutResourcesTheJvmDecides() throws Exception {
    Source jar = bench.jar("told", Told.class.getName(), List.of(), Told.class);
    RunningInstance instance = bench.start(jar, Map.of());
    instance.exited().get(60, TimeUnit.SECONDS);

    assertThat(instance.lastLogLines(1).getFirst())
        .doesNotContain("-Xmx")
        .doesNotContain("ActiveProcessorCount");
  }

  @Test
  void aSpringJarIsRecognisedByWhatIsInIt() throws Exception {
    Path plain = path(bench.jar("plain", "A", List.of("a/B.class")));
    Path boot =
        path(bench.jar("boot", "A", List.of("BOOT-INF/lib/spring-boot-actuator-4.0.7.jar")));
    Path shaded = path(bench.jar("shaded", "A", List.of("META-INF/spring.factories")));

    assertThat(Jar.inspect(plain)).isEqualTo(new Jar(plain, false, false));
    assertThat(Jar.inspect(boot)).isEqualTo(new Jar(boot, true, true));
    assertThat(Jar.inspect(shaded)).isEqualTo(new Jar(shaded, true, false));
  }

  private Path path(Source source) {
    return bench.artifacts.getOrDefault(((Source.Artifact) source).sha256(), data);
  }
}
