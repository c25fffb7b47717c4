package io.roadstead.it.outside;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The unmodified clients of {@code it/clients}, each to be started as a process of its own, with a
 * heartbeat and a fetch each second. They say {@code view APP/id … .} whenever it has changed.
 */
final class EurekaClients {
  private static final Path PROJECTS = Path.of("clients").toAbsolutePath();
  private static final Path NODE_MODULES = Path.of("target", "clients-js").toAbsolutePath();
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  private EurekaClients() {}

  /** Starts a client of that name that knows these service URLs. */
  interface Kind {
    ProcessBuilder command(String name, List<String> urls);
  }

  /** Those that run on any machine, by their names. */
  static Map<String, Kind> java() {
    return Map.of(
        "boot-4-restclient",
            spring(
                "boot-4",
                "--eureka.client.jersey.enabled=false",
                "--eureka.client.restclient.enabled=true"),
        "boot-4-jersey",
            spring("boot-4", "--spring.main.sources=io.roadstead.clients.JerseyTransport"),
        "boot-35-restclient",
            spring(
                "boot-3.5",
                "--eureka.client.jersey.enabled=false",
                "--eureka.client.restclient.enabled=true"),
        "boot-35-jersey",
            spring("boot-3.5", "--spring.main.sources=io.roadstead.clients.JerseyTransport"),
        "netflix", EurekaClients::netflix,
        "xml", EurekaClients::xml);
  }

  private static Kind spring(String project, String... settings) {
    return (name, urls) -> {
      List<String> line = java("-jar", PROJECTS.resolve(project + "/target/client.jar").toString());
      line.addAll(List.of(settings));
      line.addAll(
          List.of(
              "--spring.application.name=" + name,
              "--spring.main.web-application-type=none",
              "--server.port=21001",
              "--eureka.client.service-url.defaultZone=" + String.join(",", urls),
              "--eureka.client.registry-fetch-interval-seconds=1",
              "--eureka.instance.instance-id=" + name + "-1",
              "--eureka.instance.hostname=localhost",
              "--eureka.instance.ip-address=127.0.0.1",
              "--eureka.instance.lease-renewal-interval-in-seconds=1"));
      return new ProcessBuilder(line);
    };
  }

  private static ProcessBuilder netflix(String name, List<String> urls) {
    Path target = PROJECTS.resolve("netflix/target");
    return new ProcessBuilder(
        java(
            "-Deureka.name=" + name,
            "-Deureka.instanceId=" + name + "-1",
            "-Deureka.hostname=localhost",
            "-Deureka.port=21002",
            "-Deureka.vipAddress=" + name,
            "-Deureka.region=default",
            "-Deureka.preferSameZone=false",
            "-Deureka.shouldUseDns=false",
            "-Deureka.serviceUrl.default=" + String.join(",", urls),
            "-Deureka.client.refresh.interval=1",
            "-Deureka.lease.renewalInterval=1",
            "-cp",
            target.resolve("classes") + ":" + target.resolve("lib") + "/*",
            "io.roadstead.clients.NetflixClient"));
  }

  private static ProcessBuilder xml(String name, List<String> urls) {
    List<String> line = java(PROJECTS.resolve("xml/XmlClient.java").toString(), name);
    line.addAll(urls);
    return new ProcessBuilder(line);
  }

  /** npm's client; wants {@link #installJavaScript}. */
  static ProcessBuilder javaScript(String name, List<String> urls) {
    List<String> line = new ArrayList<>(List.of("node", "client.js", name));
    line.addAll(urls);
    return new ProcessBuilder(line).directory(NODE_MODULES.toFile());
  }

  private static List<String> java(String... arguments) {
    List<String> line =
        new ArrayList<>(List.of(JAVA, "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    line.addAll(List.of(arguments));
    return line;
  }

  /** Builds those that are projects, with what they need from Maven's central repository. */
  static void build() throws IOException, InterruptedException {
    if (Files.exists(PROJECTS.resolve("boot-4/target/client.jar"))
        && Files.exists(PROJECTS.resolve("boot-3.5/target/client.jar"))
        && Files.isDirectory(PROJECTS.resolve("netflix/target/lib"))) {
      return;
    }
    run(
        PROJECTS,
        Launcher.ROOT.resolve("mvnw").toString(),
        "-B",
        "-q",
        "-f",
        PROJECTS.resolve("pom.xml").toString(),
        "package");
  }

  static void installJavaScript() throws IOException, InterruptedException {
    Files.createDirectories(NODE_MODULES);
    if (!Files.exists(NODE_MODULES.resolve("node_modules/eureka-js-client"))) {
      Files.writeString(NODE_MODULES.resolve("package.json"), "{\"private\":true}");
      run(
          NODE_MODULES,
          "npm",
          "install",
          "--no-audit",
          "--no-fund",
          "--loglevel=error",
          "eureka-js-client@4.5.0");
    }
    Files.write(
        NODE_MODULES.resolve("client.js"), Files.readAllBytes(PROJECTS.resolve("js/client.js")));
  }

  private static void run(Path directory, String... command)
      throws IOException, InterruptedException {
    Path log = Files.createTempFile("clients", ".log");
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    boolean ended = process.waitFor(5, TimeUnit.MINUTES);
    process.destroyForcibly();
    if (!ended || process.waitFor() != 0) {
      throw new AssertionError(
          String.join(" ", command) + ": " + Files.readString(log, StandardCharsets.UTF_8));
    }
  }
}
