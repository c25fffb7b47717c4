package io.roadstead.platform.command;

import io.roadstead.gateway.CookieKey;
import io.roadstead.gateway.Gateway;
import io.roadstead.gateway.PortUse;
import io.roadstead.platform.HostPort;
import io.roadstead.platform.Refused;
import io.roadstead.platform.StandaloneGateway;
import io.roadstead.platform.client.ControlClient;
import java.io.IOException;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** A gateway on its own. */
@Command(
    name = "gateway",
    description = {
      "Runs a gateway on its own, in the foreground, fed by a platform's control plane.",
      "Where a gateway of the same platform has the port, also the one of 'roadstead up', it takes"
          + " the port over: the older one finishes its requests and ends, and no connection is"
          + " lost.",
      "With --share both stay."
    },
    footer = {
      "",
      "Examples:",
      "  roadstead gateway",
      "  roadstead gateway --control 10.0.0.5:8761 --listen 0.0.0.0:8080 --share"
    })
final class GatewayCommand implements Callable<Integer> {
  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where it listens. Default: ${DEFAULT-VALUE}.")
  private String listen = "127.0.0.1:8080";

  @Option(
      names = "--share",
      description = "Listen beside gateways of the same platform that have the port.")
  private boolean share;

  @Mixin private final GatewayOptions options = new GatewayOptions();
  @Mixin private final Connection connection = new Connection();

  /** The one that the platform's gateways share. */
  private static CookieKey cookieKey(ControlClient client) {
    JsonNode answer = client.parse(client.get("/api/v1/gateways/key"));
    return CookieKey.of(Base64.getDecoder().decode(answer.path("cookieKey").asString("")));
  }

  @Override
  public Integer call() throws InterruptedException {
    HostPort address;
    try {
      address = HostPort.parse(listen);
    } catch (IllegalArgumentException e) {
      throw Refused.usage("--listen " + e.getMessage());
    }
    ControlClient client = connection.client();
    String token =
        client
            .token()
            .orElseThrow(
                () ->
                    Refused.because(
                        "a gateway needs the platform's token, and none was found: set"
                            + " ROADSTEAD_TOKEN, or ROADSTEAD_DATA to its data directory"));
    JsonNode platform = client.parse(client.get("/health/live"));
    JsonNode routes = platform.path("defaultRoutes");
    // Whether the token is the right one is known before the port opens, not by a silent watch.
    client.post(
        "/api/v1/watch/ack",
        client.parse("{\"subscriber\":\"gateway\",\"stream\":\"none\",\"version\":\"none.0\"}"));
    StandaloneGateway gateway =
        StandaloneGateway.start(
            client.base(),
            token,
            platform.path("platform").asString(""),
            address,
            share ? PortUse.SHARE : PortUse.TAKE_OVER,
            routes.isBoolean() ? Optional.of(routes.asBoolean()) : Optional.empty(),
            options.settings(),
            cookieKey(client));
    var _ = Foreground.until(gateway::close);
    Hangup.then(() -> reopen(gateway.gateway()));
    System.out.println(
        "Roadstead gateway is up\n  gateway         http://"
            + gateway.listen()
            + "\n  control plane   "
            + client.base());
    System.out.flush();
    gateway.awaitLeft();
    return 0;
  }

  private void reopen(Gateway gateway) {
    try {
      gateway.accessLog(options.settings().accessLog());
    } catch (IOException e) {
      System.err.println("roadstead: the access log cannot be opened anew: " + e.getMessage());
    }
  }
}
