package io.roadstead.platform;

import io.roadstead.registry.liveness.ActiveChecks;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What a platform is started with.
 *
 * @param data the data directory; made where it is missing
 * @param control where the control plane listens; port 0 for any free one
 * @param gateway where the gateway listens, port 0 for any free one; or that there is none
 * @param users name to secret of the control plane, none for a token only; never shown
 * @param defaultRoutes whether {@code /{service}/**} is routed for all that register; where it is
 *     not said, only while the gateway listens on loopback, or each gateway on its own does
 * @param insecure allows a control plane without users beyond loopback
 * @param activeChecks how the platform looks at registered instances by itself
 * @param gatewaySettings what is said of its own gateway beside
 */
public record PlatformConfig(
    Path data,
    HostPort control,
    GatewayListen gateway,
    Map<String, String> users,
    Optional<Boolean> defaultRoutes,
    boolean insecure,
    ActiveChecks activeChecks,
    GatewaySettings gatewaySettings) {
  public PlatformConfig {
    data = data.toAbsolutePath().normalize();
    users = Map.copyOf(users);
  }

  /** One that does not look at registered instances by itself. */
  public PlatformConfig(
      Path data,
      HostPort control,
      GatewayListen gateway,
      Map<String, String> users,
      Optional<Boolean> defaultRoutes,
      boolean insecure) {
    this(
        data,
        control,
        gateway,
        users,
        defaultRoutes,
        insecure,
        ActiveChecks.NONE,
        GatewaySettings.USUAL);
  }

  /** A platform on free loopback ports. */
  public static PlatformConfig local(Path data) {
    HostPort free = new HostPort("127.0.0.1", 0);
    return new PlatformConfig(
        data, free, GatewayListen.at(free), Map.of(), Optional.empty(), false);
  }

  /** The same, with its gateways in processes of their own. */
  public PlatformConfig withoutGateway() {
    return new PlatformConfig(
        data,
        control,
        GatewayListen.NONE,
        users,
        defaultRoutes,
        insecure,
        activeChecks,
        gatewaySettings);
  }

  /** The same, looking at registered instances so. */
  public PlatformConfig withActiveChecks(ActiveChecks checks) {
    return new PlatformConfig(
        data, control, gateway, users, defaultRoutes, insecure, checks, gatewaySettings);
  }

  /** The same, with this said of its own gateway. */
  public PlatformConfig withGatewaySettings(GatewaySettings settings) {
    return new PlatformConfig(
        data, control, gateway, users, defaultRoutes, insecure, activeChecks, settings);
  }

  boolean routesByDefault() {
    return defaultRoutes.orElse(gateway.address().map(HostPort::loopback).orElse(true));
  }

  /** Refuses what would be open to others unasked. */
  void check() {
    if (!control.loopback() && users.isEmpty() && !insecure) {
      throw Refused.because(
          "the control plane would listen at "
              + control
              + ", beyond this machine, without users: name some in the file (control: users:),"
              + " listen on 127.0.0.1, or add --insecure");
    }
    if (control.port() != 0 && control.port() == gateway.address().map(HostPort::port).orElse(0)) {
      throw Refused.because(
          "control plane and gateway cannot share the port "
              + control.port()
              + ": give one of them another, with --control or --gateway");
    }
  }

  /** Without the secrets. */
  @Override
  public String toString() {
    return "PlatformConfig[" + data + ", control " + control + ", gateway " + gateway + "]";
  }
}
