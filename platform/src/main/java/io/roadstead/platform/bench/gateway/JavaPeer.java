package io.roadstead.platform.bench.gateway;

import io.roadstead.platform.Refused;
import io.roadstead.platform.demo.stage.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A gateway on the JVM, built once from its project in {@code gateway/peers} with what Maven
 * Central has.
 *
 * @param project name of its directory
 * @param main class
 * @param artifact whose version is the product's
 */
record JavaPeer(String project, String main, String artifact) {
  static final JavaPeer ZUUL =
      new JavaPeer("zuul", "io.roadstead.peers.zuul.ZuulServer", "zuul-core");
  static final JavaPeer SPRING =
      new JavaPeer(
          "spring",
          "io.roadstead.peers.spring.SpringCloudGateway",
          "spring-cloud-gateway-server-webflux");

  private static final int LEVELS = 6;
  private static final List<String> FLAGS =
      List.of("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:-UsePerfData");

  /** One that is built. */
  record Built(JavaPeer peer, Path target, String version) {
    List<String> command(Path java, List<String> properties, List<String> arguments) {
      List<String> command = new ArrayList<>();
      command.add(java.toString());
      command.addAll(FLAGS);
      command.addAll(properties);
      command.addAll(
          List.of("-cp", target.resolve(peer.project + ".jar") + ":" + target.resolve("lib/*")));
      command.add(peer.main);
      command.addAll(arguments);
      return command;
    }
  }

  Built build(Program program, Path folder, Consumer<String> progress)
      throws IOException, InterruptedException {
    Path directory = directory(program);
    Path target = directory.resolve("target");
    if (!Files.isRegularFile(target.resolve(project + ".jar"))
        || !Files.isDirectory(target.resolve("lib"))) {
      progress.accept("building " + project + " to compare with (once)");
      pack(directory, folder.resolve(project + "-build.log"));
    }
    try (Stream<Path> jars = Files.list(target.resolve("lib"))) {
      String version =
          jars.map(jar -> jar.getFileName().toString())
              .filter(name -> name.startsWith(artifact + "-"))
              .map(name -> name.substring(artifact.length() + 1, name.length() - ".jar".length()))
              .findFirst()
              .orElse("");
      return new Built(this, target, version);
    }
  }

  private void pack(Path directory, Path log) throws IOException, InterruptedException {
    ProcessBuilder maven =
        new ProcessBuilder(
                directory.resolve("../../../mvnw").normalize().toString(),
                "-B",
                "-q",
                "-f",
                directory.resolve("pom.xml").toString(),
                "package")
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    maven.environment().put("JAVA_HOME", System.getProperty("java.home"));
    int exit = maven.start().waitFor();
    if (exit != 0) {
      throw Refused.because(
          project
              + " cannot be built in "
              + directory
              + " (it needs Maven Central; or leave it out with --peers): "
              + Files.readAllLines(log).stream()
                  .filter(line -> line.startsWith("[ERROR]"))
                  .findFirst()
                  .orElse("exit code " + exit));
    }
  }

  private Path directory(Program program) {
    Path directory = program.place().toAbsolutePath().normalize();
    for (int i = 0; i < LEVELS && directory != null; i++, directory = directory.getParent()) {
      Path found = directory.resolve("gateway/peers").resolve(project);
      if (Files.isRegularFile(found.resolve("pom.xml"))) {
        return found;
      }
    }
    throw Refused.because(
        "the project of "
            + project
            + " was not found near "
            + program.place()
            + ": run the benchmark with ./roadstead from a clone of the repository");
  }
}
