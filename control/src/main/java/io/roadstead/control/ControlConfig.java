package io.roadstead.control;

import io.roadstead.control.http.ConnectionTimes;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How the control plane's HTTP is set up.
 *
 * @param host a numeric address or a name to listen on
 * @param port 0 for any free one
 * @param token what changing calls must bring; a secret
 * @param users name to secret, or {@code sha256:} and 64 hex digits of its SHA-256; where there are
 *     any, every call but the health checks, the console's files and its login needs a credential
 * @param hostNames further names by which clients may call it, lower case, without port
 * @param platformId names this platform among others, so that gateways of one may share a port
 * @param defaultRoutes whether the gateway routes {@code /{service}/**} for all that registers
 * @param declaredRoutes what the file says of such routes, if anything: gateways in processes of
 *     their own keep to it
 * @param times how long a connection may keep it waiting
 */
public record ControlConfig(
    String host,
    int port,
    String token,
    Map<String, String> users,
    Set<String> hostNames,
    String platformId,
    boolean defaultRoutes,
    Optional<Boolean> declaredRoutes,
    ConnectionTimes times) {
  public ControlConfig {
    if (token.length() < 16) {
      throw new IllegalArgumentException(
          "the token has " + token.length() + " characters, at least 16 are needed");
    }
    users = Map.copyOf(users);
    hostNames = Set.copyOf(hostNames);
  }

  /** With the usual times of connections. */
  public ControlConfig(
      String host,
      int port,
      String token,
      Map<String, String> users,
      Set<String> hostNames,
      String platformId,
      boolean defaultRoutes) {
    this(
        host,
        port,
        token,
        users,
        hostNames,
        platformId,
        defaultRoutes,
        Optional.empty(),
        ConnectionTimes.USUAL);
  }

  /** Without the secrets. */
  @Override
  public String toString() {
    return "ControlConfig[" + host + ":" + port + ", " + users.size() + " users]";
  }
}
