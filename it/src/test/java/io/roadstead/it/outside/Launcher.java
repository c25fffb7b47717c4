package io.roadstead.it.outside;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * {@code ./roadstead} of this checkout, with a platform on free ports and a data directory of its
 * own.
 */
final class Launcher implements AutoCloseable {
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private final HttpClient http = HttpClient.newHttpClient();
  private final Path directory;
  private final Path data;
  private final int controlPort = freePort();
  private final int gatewayPort = freePort();
  private final List<Process> started = new ArrayList<>();

  /**
   * A launcher that works in a directory of the test's.
   *
   * @param directory empty; the platform's data directory is {@code data} in it
   */
  Launcher(Path directory) {
    this.directory = directory;
    this.data = directory.resolve("data");
  }

  /** What a command said. */
  record Said(int exit, String out, String err) {}

  String control() {
    return "127.0.0.1:" + controlPort;
  }

  String gateway() {
    return "127.0.0.1:" + gatewayPort;
  }

  /** Starts {@code roadstead up} and waits until it is ready. */
  Process up() throws IOException {
    return up(gateway(), Map.of());
  }

  /**
   * @param environment beside the own
   */
  Process up(Map<String, String> environment) throws IOException {
    return up(gateway(), environment);
  }

  /**
   * @param gateway what follows {@code --gateway}
   */
  Process up(String gateway) throws IOException {
    return up(gateway, Map.of());
  }

  private Process up(String gateway, Map<String, String> environment) throws IOException {
    Process platform =
        background(
            environment,
            "up",
            "--control",
            control(),
            "--gateway",
            gateway,
            "--data",
            data.toString());
    Awaitility.await("the platform to be ready")
        .atMost(Duration.ofMinutes(4))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> status("http://" + control() + "/health/ready") == 200);
    return platform;
  }

  /** Starts a gateway in a process of its own; returns once it answers. */
  Process gatewayProcess(int port) throws IOException {
    Process gateway =
        background("gateway", "--control", control(), "--listen", "127.0.0.1:" + port);
    Awaitility.await("the second gateway to answer")
        .atMost(Duration.ofSeconds(30))
        .until(() -> status("http://127.0.0.1:" + port + "/") > 0);
    return gateway;
  }

  /** Starts a gateway at the platform's own gateway's port; returns once it says that it is up. */
  Process gatewayProcess() throws IOException {
    Path log = directory.resolve("gateway-" + started.size() + ".log");
    Process gateway = background("gateway", "--control", control(), "--listen", gateway());
    Awaitility.await("the gateway to have the port")
        .atMost(Duration.ofMinutes(2))
        .until(() -> Files.readString(log).contains("Roadstead gateway is up"));
    return gateway;
  }

  /** Starts a command that stays. What it writes goes to a file in the data directory's parent. */
  Process background(String... arguments) throws IOException {
    return background(Map.of(), arguments);
  }

  private Process background(Map<String, String> environment, String... arguments)
      throws IOException {
    Path log = directory.resolve(arguments[0] + "-" + started.size() + ".log");
    ProcessBuilder command =
        command(arguments).redirectErrorStream(true).redirectOutput(log.toFile());
    command.environment().putAll(environment);
    Process process = command.start();
    started.add(process);
    return process;
  }

  /** Runs a command to its end. */
  Said run(String... arguments) throws IOException, InterruptedException {
    Path out = Files.createTempFile(directory, "out", ".txt");
    Path err = Files.createTempFile(directory, "err", ".txt");
    Process process =
        command(arguments).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    started.add(process);
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("after five minutes still running: " + List.of(arguments));
    }
    return new Said(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private ProcessBuilder command(String... arguments) {
    List<String> line = new ArrayList<>(List.of(ROOT.resolve("roadstead").toString()));
    line.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(line).directory(directory.toFile());
    builder.environment().put("ROADSTEAD_CONTROL", control());
    builder.environment().put("ROADSTEAD_DATA", data.toString());
    return builder;
  }

  /** The status of a GET, or −1 where nobody answers. */
  int status(String url) {
    try {
      return http.send(
              HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(5)).build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException _) {
      return -1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while asking " + url, e);
    }
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      run("down", "--data", data.toString());
      for (Process process : started) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      started.forEach(Process::destroyForcibly);
    }
    http.close();
  }
}
