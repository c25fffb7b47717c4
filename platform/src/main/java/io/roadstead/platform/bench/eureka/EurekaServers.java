package io.roadstead.platform.bench.eureka;

import io.roadstead.platform.Refused;
import io.roadstead.platform.demo.stage.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Starts what the Eureka benchmark compares: this platform, and Spring's Eureka server. */
final class EurekaServers {
  /** Servers on one processor, the load on another. */
  static final int SERVER_CPU = 0;

  static final int LOADER_CPU = 1;

  private static final int LEVELS = 6;
  private static final int STARTS_WITHIN_SECONDS = 180;

  private static final List<String> SPRING_FLAGS =
      List.of("-Xms1g", "-Xmx1g", "-XX:+UseSerialGC", "-XX:-UsePerfData");

  private final Program program;
  private final Path folder;
  private final Consumer<String> progress;

  /** A server that answers. */
  record Server(String name, int port, PinnedProcess process) implements AutoCloseable {
    @Override
    public void close() {
      process.close();
    }
  }

  EurekaServers(Program program, Path folder, Consumer<String> progress) {
    this.program = program;
    this.folder = folder;
    this.progress = progress;
  }

  /** The platform without a gateway, as {@code up} runs it. */
  Server roadstead(List<String> moreFlags) throws IOException, InterruptedException {
    int port = PinnedProcess.freePort();
    List<String> flags = new ArrayList<>(Program.UP_FLAGS);
    flags.add("-Djava.io.tmpdir=" + folder);
    flags.addAll(moreFlags);
    List<String> command =
        program.command(
            flags,
            List.of(
                "up",
                "--control",
                "127.0.0.1:" + port,
                "--gateway",
                "none",
                "--data",
                folder.resolve("data").toString()));
    progress.accept("starting Roadstead");
    return started("Roadstead", port, command, "/health/ready");
  }

  /**
   * Spring's, with nothing of its own but what it needs to be compared fairly: Tomcat closes no
   * connection after so many requests, and a fetch shows what has been registered.
   */
  Server spring() throws IOException, InterruptedException {
    Path jar = springJar();
    int port = PinnedProcess.freePort();
    List<String> command = new ArrayList<>();
    command.add(program.java().toString());
    command.addAll(SPRING_FLAGS);
    command.addAll(
        List.of(
            "-Djava.io.tmpdir=" + folder,
            "-jar",
            jar.toString(),
            "--server.port=" + port,
            "--server.address=127.0.0.1",
            "--server.tomcat.max-keep-alive-requests=-1",
            "--eureka.client.register-with-eureka=false",
            "--eureka.client.fetch-registry=false",
            "--eureka.server.use-read-only-response-cache=false",
            "--logging.level.root=WARN"));
    progress.accept("starting Spring's Eureka server");
    return started("Spring", port, command, "/eureka/apps");
  }

  private Server started(String name, int port, List<String> command, String path)
      throws InterruptedException {
    PinnedProcess process = PinnedProcess.start(name, SERVER_CPU, command, folder, false);
    try {
      process.awaitReady(port, path, STARTS_WITHIN_SECONDS);
    } catch (Refused | InterruptedException e) {
      process.close();
      throw e;
    }
    return new Server(name, port, process);
  }

  PinnedProcess loader() {
    String classes =
        Files.isDirectory(program.place())
            ? System.getProperty("java.class.path")
            : program.place().toString();
    return PinnedProcess.start(
        "loader",
        LOADER_CPU,
        List.of(
            program.java().toString(),
            "-Xms256m",
            "-Xmx1g",
            "-XX:+UseSerialGC",
            "-XX:-UsePerfData",
            "-cp",
            classes,
            EurekaLoader.class.getName()),
        folder,
        true);
  }

  private Path springJar() throws IOException, InterruptedException {
    Path project = project();
    Path jar = project.resolve("target/oracle.jar");
    if (Files.isRegularFile(jar)) {
      return jar;
    }
    progress.accept("building Spring's Eureka server (once)");
    Path log = folder.resolve("oracle-build.log");
    int exit =
        new ProcessBuilder(
                project.resolve("../../mvnw").normalize().toString(),
                "-B",
                "-q",
                "-f",
                project.resolve("pom.xml").toString(),
                "package")
            .directory(project.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    if (exit != 0 || !Files.isRegularFile(jar)) {
      throw Refused.because(
          "Spring's Eureka server cannot be built in "
              + project
              + " (it needs Maven Central, or --without-spring): "
              + Files.readAllLines(log).stream().findFirst().orElse("exit code " + exit));
    }
    return jar;
  }

  private Path project() {
    Path directory = program.place().toAbsolutePath().normalize();
    for (int i = 0; i < LEVELS && directory != null; i++, directory = directory.getParent()) {
      Path project = directory.resolve("eureka/oracle");
      if (Files.isRegularFile(project.resolve("pom.xml"))) {
        return project;
      }
    }
    throw Refused.because(
        "the project of Spring's Eureka server was not found near "
            + program.place()
            + ": run the benchmark with ./roadstead from a clone of the repository");
  }
}
