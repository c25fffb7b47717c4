package io.roadstead.platform.bench.proxy;

import io.roadstead.platform.Refused;
import io.roadstead.platform.demo.stage.Child;
import io.roadstead.platform.demo.stage.Program;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The gateway as users run it: routes, balancer and figures on, fed by a platform. */
public final class GatewayProcess {
  /** As the launcher starts a gateway, whatever it gave to this command. */
  private static final List<String> SIZES =
      List.of(
          "-Xms32m",
          "-Xmn8m",
          "-Xmx112m",
          "-XX:MaxMetaspaceSize=256m",
          "-Xss512k",
          "-XX:TieredStopAtLevel=4");

  private final Pinned pinned;
  private final String control;
  private final Path data;
  private final String token;

  private GatewayProcess(Pinned pinned, String control, Path data, String token) {
    this.pinned = pinned;
    this.control = control;
    this.data = data;
    this.token = token;
  }

  /**
   * Starts a platform without a gateway, on the core of the load.
   *
   * @param file of its services; null: none
   */
  public static GatewayProcess platform(Pinned pinned, @Nullable Path file)
      throws IOException, InterruptedException {
    String control = "127.0.0.1:" + pinned.freePort();
    Path data = pinned.folder().resolve("data");
    List<String> arguments = new ArrayList<>(List.of("up"));
    if (file != null) {
      arguments.addAll(List.of("-f", file.toString()));
    }
    arguments.addAll(List.of("--control", control, "--gateway", "none", "--data", data.toString()));
    Child platform =
        pinned.start(
            "platform",
            Pinned.LOAD_CORE,
            Program.running().command(List.of(), arguments),
            Map.of("ROADSTEAD_DATA", data.toString()));
    pinned.await(platform, "http://" + control + "/health/ready");
    return new GatewayProcess(
        pinned, control, data, Files.readString(data.resolve("token")).strip());
  }

  /** Starts the gateway, which listens at the port then, or soon. */
  public Child gateway(int port) {
    return pinned.start(
        "gateway",
        Pinned.PROXY_CORE,
        Program.running()
            .command(
                SIZES, List.of("gateway", "--control", control, "--listen", "127.0.0.1:" + port)),
        Map.of("ROADSTEAD_DATA", data.toString(), "ROADSTEAD_TOKEN", token));
  }

  /** Registers an instance at a port of this machine. */
  public void register(String service, String instance, int port) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://" + control + "/api/v1/registry/" + service + "/" + instance))
            .timeout(Duration.ofSeconds(10))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .PUT(
                HttpRequest.BodyPublishers.ofString(
                    "{\"host\":\"127.0.0.1\",\"port\":"
                        + port
                        + ",\"status\":\"UP\",\"leaseSeconds\":3600}"))
            .build();
    try {
      var answer = pinned.http().send(request, BodyHandlers.ofString());
      if (answer.statusCode() / 100 != 2) {
        throw Refused.because(instance + " could not be registered: " + answer.body());
      }
    } catch (IOException e) {
      throw Refused.because(instance + " could not be registered: " + e);
    }
  }

  /** As its name and version are told beside others. */
  public static String version() {
    String version = GatewayProcess.class.getPackage().getImplementationVersion();
    return (version == null ? "" : version + ", ") + "JDK " + Runtime.version().feature();
  }
}
