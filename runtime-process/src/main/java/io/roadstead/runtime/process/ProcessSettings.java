package io.roadstead.runtime.process;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Where and how processes are run.
 *
 * @param dataDirectory logs go to {@code logs/SERVICE/ID.log}, temporary files to {@code tmp/ID}
 *     beneath it, and what the shim of each instance reads and writes to {@code instances/ID}
 * @param java the executable that runs jars: the platform's own JDK
 * @param workingDirectory of every instance: where the platform was started, so that a relative
 *     path in a command means what it meant to the person who typed it
 * @param controlUrl {@code http://host:port} of the control plane; asked at each start, for the
 *     port is known only once it is bound
 * @param gatewayUrl {@code http://host:port} of the gateway, or "" where there is none
 * @param environment what instances inherit; the platform's own, less what is only its own
 * @param firstPort of the range for instances
 * @param lastPort of the range, inclusive
 * @param keptLogs how many log files of ended instances are kept for each service
 * @param maxTailBytes how much of a log file's end is read at most
 */
public record ProcessSettings(
    Path dataDirectory,
    Path java,
    Path workingDirectory,
    Supplier<String> controlUrl,
    Supplier<String> gatewayUrl,
    Map<String, String> environment,
    int firstPort,
    int lastPort,
    int keptLogs,
    int maxTailBytes) {
  public ProcessSettings {
    dataDirectory = dataDirectory.toAbsolutePath().normalize();
    workingDirectory = workingDirectory.toAbsolutePath().normalize();
    environment = inheritable(environment);
    if (firstPort < 1 || lastPort > 65535 || firstPort > lastPort) {
      throw new IllegalArgumentException(
          "ports " + firstPort + "–" + lastPort + " are no range within 1–65535");
    }
  }

  /** The ordinary settings: ports 20000–29999, the environment of this process. */
  public static ProcessSettings of(
      Path dataDirectory,
      Path java,
      Path workingDirectory,
      Supplier<String> controlUrl,
      Supplier<String> gatewayUrl) {
    return new ProcessSettings(
        dataDirectory,
        java,
        workingDirectory,
        controlUrl,
        gatewayUrl,
        System.getenv(),
        20_000,
        29_999,
        20,
        4 << 20);
  }

  Path logs(String service) {
    return dataDirectory.resolve("logs").resolve(service);
  }

  Path log(String service, String id) {
    return logs(service).resolve(id + ".log");
  }

  /** Where a JVM writes what it knows when it crashes. */
  Path crashReport(String service, String id) {
    return logs(service).resolve(id + ".hs_err");
  }

  /** What belongs to the instances, a folder for each: see {@link Shim}. */
  Path instances() {
    return dataDirectory.resolve("instances");
  }

  Path instance(String id) {
    return instances().resolve(id);
  }

  Path shim() {
    return dataDirectory.resolve("shim");
  }

  Path temporary(String id) {
    return dataDirectory.resolve("tmp").resolve(id);
  }

  /** Without the platform's own variables, its token above all. */
  private static Map<String, String> inheritable(Map<String, String> environment) {
    var kept = new HashMap<>(environment);
    kept.keySet().removeIf(name -> name.startsWith("ROADSTEAD_") || name.equals("NOTIFY_SOCKET"));
    return Map.copyOf(kept);
  }
}
