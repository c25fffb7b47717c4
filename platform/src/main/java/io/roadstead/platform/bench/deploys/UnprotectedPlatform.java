package io.roadstead.platform.bench.deploys;

import io.roadstead.gateway.accesslog.AccessLogConfig;
import io.roadstead.platform.GatewayListen;
import io.roadstead.platform.GatewaySettings;
import io.roadstead.platform.HostPort;
import io.roadstead.platform.Platform;
import io.roadstead.platform.PlatformConfig;
import io.roadstead.platform.Seams;
import io.roadstead.platform.log.LogSetup;
import io.roadstead.registry.RegistryView;
import io.roadstead.registry.liveness.ActiveChecks;
import io.roadstead.rollout.InstanceRuntime;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * A platform that leaves out one {@link Protection}: a composition root of the benchmark's own,
 * which no command leads to. It runs until it is killed.
 */
public final class UnprotectedPlatform {
  private UnprotectedPlatform() {}

  /**
   * @param arguments what is left out, the addresses of control plane and gateway, the data
   *     directory, the gateway's access log
   */
  public static void main(String[] arguments) throws InterruptedException {
    LogSetup.onlyWarnings();
    Protection without = Protection.valueOf(arguments[0]);
    PlatformConfig config =
        new PlatformConfig(
            Path.of(arguments[3]),
            HostPort.parse(arguments[1]),
            GatewayListen.at(HostPort.parse(arguments[2])),
            Map.of(),
            Optional.empty(),
            false,
            ActiveChecks.NONE,
            new GatewaySettings(Optional.of(accessLog(arguments[4])), Optional.empty()));
    Seams seams =
        new Seams(
            store -> store, runtime -> runtime(without, runtime), view -> view(without, view));
    try (Platform _ = Platform.start(config, seams)) {
      new CountDownLatch(1).await();
    }
  }

  private static AccessLogConfig accessLog(String file) {
    return new AccessLogConfig(
        Optional.of(Path.of(file)),
        AccessLogConfig.Format.JSON,
        AccessLogConfig.Query.NAMES,
        AccessLogConfig.USUAL_BUFFER,
        AccessLogConfig.USUAL_ROTATE,
        AccessLogConfig.USUAL_KEEP);
  }

  private static InstanceRuntime runtime(Protection without, InstanceRuntime runtime) {
    return without == Protection.PROBE ? new UnprobedRuntime(runtime) : runtime;
  }

  private static RegistryView view(Protection without, RegistryView view) {
    return switch (without) {
      case BARRIER, IN_FLIGHT, DRAIN -> new HastyView(view, without);
      case NONE_OUT, SURGE, PROBE, RETRIES -> view;
    };
  }
}
