package io.roadstead.platform;

import io.roadstead.gateway.accesslog.AccessLogConfig;
import io.roadstead.gateway.filter.Filters;
import io.roadstead.gateway.filter.FiltersUnusable;
import io.roadstead.gateway.forward.Forwarding;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What is said of a gateway beside where it listens.
 *
 * @param accessLog whether and how requests are logged
 * @param forwarding whom it trusts on where requests come from, and how it traces them
 * @param zone where it is, for services that are balanced by zone
 * @param filters the folder or the jar that filters are loaded from
 */
public record GatewaySettings(
    Optional<AccessLogConfig> accessLog,
    Optional<Path> filters,
    Optional<Forwarding> forwarding,
    Optional<String> zone) {
  public static final GatewaySettings USUAL =
      new GatewaySettings(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

  /** One that trusts nobody, traces as usual and is in no zone. */
  public GatewaySettings(Optional<AccessLogConfig> accessLog, Optional<Path> filters) {
    this(accessLog, filters, Optional.empty(), Optional.empty());
  }

  /**
   * Loads the filters.
   *
   * @throws Refused where one cannot be
   */
  Filters loadFilters() {
    try {
      return filters.map(Filters::load).orElse(Filters.NONE);
    } catch (FiltersUnusable e) {
      throw Refused.because(String.valueOf(e.getMessage()));
    }
  }

  /** The same, with what a command line says in its place, where it says anything. */
  public GatewaySettings or(GatewaySettings fallback) {
    return new GatewaySettings(
        accessLog.or(fallback::accessLog),
        filters.or(fallback::filters),
        forwarding.or(fallback::forwarding),
        zone.or(fallback::zone));
  }
}
