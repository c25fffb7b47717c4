package io.roadstead.gateway;

import io.roadstead.gateway.accesslog.AccessLogConfig;
import io.roadstead.gateway.filter.Filters;
import io.roadstead.gateway.forward.Forwarding;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Set;

/**
 * How a gateway runs.
 *
 * @param listen where it listens; port 0 takes a free one
 * @param loops event loops; one for each core is right
 * @param defaultRoutes whether {@code /{service}/**} exists for every registered service
 * @param ownPorts the platform's own ports: an instance that claims one of them on this machine is
 *     never routed to
 * @param platform names the platform to other gateways that would share the port: 1 to 64 letters,
 *     digits, '.', '_' and '-'
 * @param port what to do where a gateway of the same platform has the port
 * @param filters those that routes may name
 * @param forwarding what instances are told of a request's way
 * @param cookieKey what affinity cookies are signed with; gateways beside each other share it
 * @param zone where it is, for services that are balanced by zone; empty where nobody said
 * @param accessLog whether and how requests are logged from the start
 */
public record GatewayConfig(
    InetSocketAddress listen,
    int loops,
    boolean defaultRoutes,
    Set<Integer> ownPorts,
    String platform,
    PortUse port,
    GatewayLimits limits,
    GatewayTimeouts timeouts,
    Optional<AccessLogConfig> accessLog,
    Filters filters,
    Forwarding forwarding,
    CookieKey cookieKey,
    String zone) {
  public GatewayConfig {
    ownPorts = Set.copyOf(ownPorts);
    if (!platform.matches("[A-Za-z0-9._-]{1,64}")) {
      throw new IllegalArgumentException(
          "the platform's name '"
              + platform
              + "' is not 1 to 64 letters, digits, '.', '_' and '-'");
    }
    if (loops < 1) {
      throw new IllegalArgumentException("a gateway needs at least one event loop, not " + loops);
    }
  }

  /** The defaults: a loop for each core, default routes where the address is loopback. */
  public static GatewayConfig at(InetSocketAddress listen, String platform) {
    boolean loopback = listen.getAddress() != null && listen.getAddress().isLoopbackAddress();
    return new GatewayConfig(
        listen,
        Runtime.getRuntime().availableProcessors(),
        loopback,
        Set.of(),
        platform,
        PortUse.ALONE,
        GatewayLimits.DEFAULT,
        GatewayTimeouts.DEFAULT,
        Optional.empty(),
        Filters.NONE,
        Forwarding.DEFAULT,
        CookieKey.random(new SecureRandom()),
        "");
  }

  public GatewayConfig withLoops(int value) {
    return new GatewayConfig(
        listen,
        value,
        defaultRoutes,
        ownPorts,
        platform,
        port,
        limits,
        timeouts,
        accessLog,
        filters,
        forwarding,
        cookieKey,
        zone);
  }

  public GatewayConfig withDefaultRoutes(boolean value) {
    return new GatewayConfig(
        listen,
        loops,
        value,
        ownPorts,
        platform,
        port,
        limits,
        timeouts,
        accessLog,
        filters,
        forwarding,
        cookieKey,
        zone);
  }

  public GatewayConfig withOwnPorts(Set<Integer> value) {
    return new GatewayConfig(
        listen,
        loops,
        defaultRoutes,
        value,
        platform,
        port,
        limits,
        timeouts,
        accessLog,
        filters,
        forwarding,
        cookieKey,
        zone);
  }

  public GatewayConfig withPort(PortUse value) {
    return new GatewayConfig(
        listen,
        loops,
        defaultRoutes,
        ownPorts,
        platform,
        value,
        limits,
        timeouts,
        accessLog,
        filters,
        forwarding,
        cookieKey,
        zone);
  }

  public GatewayConfig withLimits(GatewayLimits value) {
    return new GatewayConfig(
        listen,
        loops,
        defaultRoutes,
        ownPorts,
        platform,
        port,
        value,
        timeouts,
        accessLog,
        filters,
        forwarding,
        cookieKey,
        zone);
  }

  public GatewayConfig withTimeouts(GatewayTimeouts value) {
    return new GatewayConfig(
        listen,
        loops,
        defaultRoutes,
        ownPorts,
        platform,
        port,
        limits,
        value,
        accessLog,
        filters,
        forwarding,
        cookieKey,
        zone);
  }

  public GatewayConfig withAccessLog(Optional<AccessLogConfig> value) {
    return new GatewayConfig(
        listen,
        loops,
        defaultRoutes,
        ownPorts,
        platform,
        port,
        limits,
        timeouts,
        value,
        filters,
        forwarding,
        cookieKey,
        zone);
  }

  public GatewayConfig withFilters(Filters value) {
    return new GatewayConfig(
        listen,
        loops,
        defaultRoutes,
        ownPorts,
        platform,
        port,
        limits,
        timeouts,
        accessLog,
        value,
        forwarding,
        cookieKey,
        zone);
  }

  public GatewayConfig withForwarding(Forwarding value) {
    return new GatewayConfig(
        listen,
        loops,
        defaultRoutes,
        ownPorts,
        platform,
        port,
        limits,
        timeouts,
        accessLog,
        filters,
        value,
        cookieKey,
        zone);
  }

  public GatewayConfig withCookieKey(CookieKey value) {
    return new GatewayConfig(
        listen,
        loops,
        defaultRoutes,
        ownPorts,
        platform,
        port,
        limits,
        timeouts,
        accessLog,
        filters,
        forwarding,
        value,
        zone);
  }

  public GatewayConfig withZone(String value) {
    return new GatewayConfig(
        listen,
        loops,
        defaultRoutes,
        ownPorts,
        platform,
        port,
        limits,
        timeouts,
        accessLog,
        filters,
        forwarding,
        cookieKey,
        value);
  }
}
