package io.roadstead.platform;

import io.roadstead.control.remote.ControlPlane;
import io.roadstead.control.remote.FiguresTeller;
import io.roadstead.control.remote.RemoteRegistryView;
import io.roadstead.gateway.BindFailed;
import io.roadstead.gateway.CookieKey;
import io.roadstead.gateway.Gateway;
import io.roadstead.gateway.GatewayConfig;
import io.roadstead.gateway.PortUse;
import io.roadstead.gateway.filter.Filters;
import io.roadstead.gateway.forward.Forwarding;
import io.roadstead.platform.log.EventLines;
import io.roadstead.registry.SubscriberKind;
import io.roadstead.registry.Ticker;
import io.roadstead.registry.event.EventSink;
import java.net.URI;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;

/**
 * A gateway in a process of its own, fed by another's watch and acknowledging over it. It writes
 * nothing to disk. When the control plane goes, it routes by what it heard last.
 */
public final class StandaloneGateway implements AutoCloseable {
  private final RemoteRegistryView view;
  private final Gateway gateway;
  private final FiguresTeller figures;
  private final Beat beat;
  private final HostPort listen;

  private StandaloneGateway(
      RemoteRegistryView view, Gateway gateway, FiguresTeller figures, Beat beat, HostPort listen) {
    this.view = view;
    this.gateway = gateway;
    this.figures = figures;
    this.beat = beat;
    this.listen = listen;
  }

  /**
   * Starts it; it has heard of the registry and its port is open when this returns.
   *
   * @param platform the id of the platform whose control plane this is; gateways of one may take a
   *     port over from each other, or share it
   * @param port which of these
   * @param defaultRoutes what the platform's file says of them; else only on loopback
   * @throws Refused when it cannot be; then nothing of it runs
   */
  public static StandaloneGateway start(
      URI control,
      String token,
      String platform,
      HostPort listen,
      PortUse port,
      Optional<Boolean> defaultRoutes) {
    return start(
        control,
        token,
        platform,
        listen,
        port,
        defaultRoutes,
        GatewaySettings.USUAL,
        CookieKey.random(new SecureRandom()));
  }

  /**
   * As above.
   *
   * @param settings what is said of the gateway beside
   * @param cookieKey what the platform's gateways sign affinity cookies with
   */
  public static StandaloneGateway start(
      URI control,
      String token,
      String platform,
      HostPort listen,
      PortUse port,
      Optional<Boolean> defaultRoutes,
      GatewaySettings settings,
      CookieKey cookieKey) {
    Filters filters = settings.loadFilters();
    SecureRandom random = new SecureRandom();
    ControlPlane plane =
        new ControlPlane(control, token, Platform.gatewayName(random), SubscriberKind.GATEWAY);
    RemoteRegistryView view = new RemoteRegistryView(plane, random);
    Gateway gateway =
        new Gateway(
            GatewayConfig.at(listen.socketAddress(), platform)
                .withOwnPorts(Set.of(control.getPort()))
                .withDefaultRoutes(defaultRoutes.orElse(listen.loopback()))
                .withFilters(filters)
                .withAccessLog(settings.accessLog())
                .withForwarding(settings.forwarding().orElse(Forwarding.DEFAULT))
                .withCookieKey(cookieKey)
                .withZone(settings.zone().orElse(""))
                .withPort(port),
            view,
            Ticker.system(),
            InstantSource.system(),
            new EventLines(EventSink.NONE));
    try {
      gateway.start();
    } catch (BindFailed e) {
      String problem = view.problem();
      view.close();
      throw Refused.because(e.getMessage() + (problem.isEmpty() ? "" : " (" + problem + ")"));
    }
    FiguresTeller figures = new FiguresTeller(plane, () -> OwnGateway.counts(gateway.stats()));
    figures.start();
    Beat beat = new Beat(new OldGeneration()::look);
    beat.start();
    return new StandaloneGateway(
        view, gateway, figures, beat, new HostPort(listen.host(), gateway.address().getPort()));
  }

  /** Where it listens, its real port. */
  public HostPort listen() {
    return listen;
  }

  public Gateway gateway() {
    return gateway;
  }

  /** Waits until another gateway has taken the port over and nothing is left to do here. */
  public void awaitLeft() throws InterruptedException {
    try {
      gateway.left().get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public void close() {
    beat.close();
    figures.close();
    gateway.close();
    view.close();
  }
}
