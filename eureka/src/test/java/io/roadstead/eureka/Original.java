package io.roadstead.eureka;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** Spring's own Eureka server (the project in {@code oracle/}), in a process of its own. */
final class Original implements AutoCloseable {
  private static final Path PROJECT = Path.of("oracle").toAbsolutePath();
  private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");

  private final Process process;
  private final HttpClient http = HttpClient.newHttpClient();
  private final URI base;

  Original() throws IOException, InterruptedException {
    Path jar = PROJECT.resolve("target/oracle.jar");
    if (!Files.exists(jar)) {
      build();
    }
    Path log = PROJECT.resolve("target/oracle.log");
    process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                jar.toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    base = URI.create("http://127.0.0.1:" + port(log));
  }

  private static void build() throws IOException, InterruptedException {
    int exit =
        new ProcessBuilder(
                Path.of("..", "mvnw").toAbsolutePath().normalize().toString(),
                "-B",
                "-q",
                "-f",
                "pom.xml",
                "package")
            .directory(PROJECT.toFile())
            .inheritIO()
            .start()
            .waitFor();
    if (exit != 0) {
      throw new IOException("building " + PROJECT + " ended with exit code " + exit);
    }
  }

  private String port(Path log) {
    return Awaitility.await("the original to listen")
        .atMost(Duration.ofMinutes(3))
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new IOException("it has ended: " + Files.readString(log));
              }
              Matcher started = PORT.matcher(Files.readString(log));
              return started.find() ? started.group(1) : "";
            },
            port -> !port.isEmpty());
  }

  /** Sends what {@link Wire#send} takes, and answers in its form. */
  EurekaResponse send(String method, String target, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(target))
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .timeout(Duration.ofSeconds(30));
    for (int i = 0; i < headers.length; i += 2) {
      if (!headers[i + 1].isEmpty()) {
        request.header(headers[i], headers[i + 1]);
      }
    }
    HttpResponse<byte[]> answer =
        http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    return new EurekaResponse(
        answer.statusCode(),
        answer.headers().firstValue("Content-Type").orElse(null),
        Map.of(),
        answer.body(),
        () -> {});
  }

  @Override
  public void close() {
    http.close();
    process.destroyForcibly();
    process.onExit().join();
  }
}
