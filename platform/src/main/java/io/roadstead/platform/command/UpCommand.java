package io.roadstead.platform.command;

import io.roadstead.platform.GatewayListen;
import io.roadstead.platform.GatewaySettings;
import io.roadstead.platform.HostPort;
import io.roadstead.platform.Platform;
import io.roadstead.platform.PlatformConfig;
import io.roadstead.platform.Refused;
import io.roadstead.platform.client.ArtifactUpload;
import io.roadstead.platform.client.ControlClient;
import io.roadstead.platform.file.RoadsteadFile;
import io.roadstead.registry.liveness.ActiveChecks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The platform, in the foreground. */
@Command(
    name = "up",
    description = {
      "Runs the platform in the foreground: control plane, registry, gateway and deployer.",
      "SIGTERM and SIGINT stop it cleanly; services keep running unless --stop-services."
    },
    footer = {
      "",
      "Examples:",
      "  roadstead up",
      "  roadstead up -f roadstead.yaml --gateway 0.0.0.0:80 --data /var/lib/roadstead",
      "  roadstead up --gateway none"
    })
final class UpCommand implements Callable<Integer> {
  private static final HostPort CONTROL = HostPort.parse(Connection.DEFAULT_CONTROL);
  private static final GatewayListen GATEWAY = GatewayListen.at(new HostPort("127.0.0.1", 8080));

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "Read this file, and apply its services. Default: no file.")
  private @Nullable Path file;

  @Option(
      names = "--control",
      paramLabel = "HOST:PORT",
      description = "Where the control plane listens. Default: 127.0.0.1:8761.")
  private @Nullable String control;

  @Option(
      names = "--gateway",
      paramLabel = "HOST:PORT",
      description = {
        "Where the gateway listens, or none: then it runs none of its own, and 'roadstead gateway'"
            + " takes the requests. Default: 127.0.0.1:8080."
      })
  private @Nullable String gateway;

  @Mixin private final GatewayOptions options = new GatewayOptions();
  @Mixin private final DataOption data = new DataOption();

  @Option(
      names = "--runtime",
      paramLabel = "process",
      description = "How instances run; only process so far. Default: process.")
  private String runtime = "process";

  @Option(
      names = "--insecure",
      description = "Allow a control plane without users beyond loopback.")
  private boolean insecure;

  @Option(
      names = "--stop-services",
      description = "Stop the services, too, when the platform stops.")
  private boolean stopServices;

  @Override
  public Integer call() throws InterruptedException {
    if (!runtime.equals("process")) {
      throw Refused.usage(
          "--runtime " + runtime + " is not supported: this version has the runtime process");
    }
    Optional<RoadsteadFile> declared = Optional.ofNullable(file).map(RoadsteadFile::read);
    Map<Path, ArtifactUpload> jars = declared.map(ApplyCommand::jars).orElse(Map.of());
    PlatformConfig config =
        new PlatformConfig(
            data.directory(),
            listen("--control", control, HostPort::parse)
                .or(() -> declared.flatMap(RoadsteadFile::control))
                .orElse(CONTROL),
            listen("--gateway", gateway, GatewayListen::parse)
                .or(() -> declared.flatMap(RoadsteadFile::gateway))
                .orElse(GATEWAY),
            declared.map(RoadsteadFile::users).orElse(Map.of()),
            declared.flatMap(RoadsteadFile::defaultRoutes),
            insecure,
            declared.map(RoadsteadFile::activeChecks).orElse(ActiveChecks.NONE),
            options
                .settings()
                .or(declared.map(RoadsteadFile::gatewaySettings).orElse(GatewaySettings.USUAL)));
    Platform platform = Platform.start(config);
    Foreground foreground = Foreground.until(() -> stop(platform));
    declared.ifPresent(
        file -> {
          Reloading reloading = new Reloading(platform, file, options.settings(), jars);
          platform.onReload(reloading::reload);
        });
    Hangup.then(() -> hungUp(platform, config.gatewaySettings(), declared.isPresent()));
    System.out.println(banner(platform));
    System.out.flush();
    declared.ifPresent(
        services ->
            foreground.orFail(
                () ->
                    ApplyCommand.apply(
                        new ControlClient(
                            ControlClient.address(platform.control().toString()),
                            Optional.of(platform.token()),
                            platform.tokenFile().toString()),
                        services,
                        jars)));
    foreground.await();
    return 0;
  }

  /** Reads the file again; without one, opens the access log anew. */
  private static void hungUp(Platform platform, GatewaySettings settings, boolean hasFile) {
    try {
      if (hasFile) {
        var _ = platform.reload();
      } else {
        platform.accessLog(settings.accessLog());
      }
    } catch (IOException e) {
      System.err.println("roadstead: the access log cannot be opened anew: " + e.getMessage());
    }
  }

  private void stop(Platform platform) throws InterruptedException {
    if (stopServices) {
      platform.stopServices();
    }
    platform.close();
  }

  private static <T> Optional<T> listen(
      String option, @Nullable String text, Function<String, T> parse) {
    try {
      return Optional.ofNullable(text).map(parse);
    } catch (IllegalArgumentException e) {
      throw Refused.usage(option + " " + e.getMessage());
    }
  }

  private static String gateway(Platform platform) {
    if (!platform.hasGateway()) {
      return "none here; 'roadstead gateway --control " + platform.control() + "' starts one";
    }
    return "http://"
        + platform.gateway()
        + (platform.gatewayElsewhere() ? "   (left to the 'roadstead gateway' that has it)" : "");
  }

  private static String banner(Platform platform) {
    return """
    Roadstead is up
      control plane   http://%s   (Eureka clients: http://%s/eureka)
      gateway         %s
      data            %s
      token           %s\
    """
        .formatted(
            platform.control(),
            platform.control(),
            gateway(platform),
            platform.data(),
            platform.tokenFile());
  }
}
