package io.roadstead.platform;

import io.roadstead.eureka.EurekaInfo;
import io.roadstead.registry.ForbiddenPlaces;
import io.roadstead.registry.Instance;
import io.roadstead.registry.Registry;
import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.EventSink;
import io.roadstead.registry.liveness.ActiveChecks;
import io.roadstead.registry.liveness.Liveness;
import io.roadstead.registry.liveness.SocketProber;
import java.time.InstantSource;

/** Makes the platform look whether instances are there: over sockets, on virtual threads. */
final class Probing {
  private static final String HEALTH_URL = "healthCheckUrl";

  private Probing() {}

  static Liveness of(ActiveChecks checks, Registry registry, Addresses own, EventSink events) {
    Ticker ticker = Ticker.system();
    return new Liveness(
        registry,
        new SocketProber(new ForbiddenPlaces(own::isOwnPort, ticker), Probing::healthUrl, ticker),
        checks,
        task -> Thread.ofVirtual().name("probe").start(task),
        ticker,
        InstantSource.system(),
        events);
  }

  /** What it said as a Eureka client, or in its metadata. */
  private static String healthUrl(Instance instance) {
    String url = instance.attachment() instanceof EurekaInfo info ? info.healthCheckUrl() : null;
    return url != null ? url : instance.metadata().getOrDefault(HEALTH_URL, "");
  }
}
